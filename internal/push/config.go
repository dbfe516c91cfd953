package push

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"os"
	"strings"

	"github.com/sideshow/apns2/token"
	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jwt"
)

// Config holds the credentials of the providers. A provider without any is off: its notifications are only logged.
type Config struct {
	// APNs, token based: the .p8 key as a file or as its content, its id, the team's id and the app's bundle id.
	APNsKeyPath string `env:"APNS_KEY_PATH"`
	APNsKey     string `env:"APNS_KEY"`
	APNsKeyID   string `env:"APNS_KEY_ID"`
	APNsTeamID  string `env:"APNS_TEAM_ID"`
	APNsTopic   string `env:"APNS_TOPIC"`
	// APNsSandbox is for development builds of the app. Tokens of one environment do not work in the other.
	APNsSandbox bool `env:"APNS_SANDBOX"`

	// FCMCredentials is a service account's JSON, or the path of the file with it.
	FCMCredentials string `env:"FCM_CREDENTIALS"`

	// Web Push: a P-256 key pair in base64url, as browsers and key generators write it, and who push services
	// can turn to: an e-mail address or an https URL.
	VAPIDPublicKey  string `env:"VAPID_PUBLIC_KEY"`
	VAPIDPrivateKey string `env:"VAPID_PRIVATE_KEY"`
	VAPIDSubject    string `env:"VAPID_SUBJECT"`
}

// variables are what switches a platform on.
var variables = map[Platform]string{IOS: "APNS_*", Android: "FCM_CREDENTIALS", Web: "VAPID_*"}

// Validate finds every mistake and names the variable it is in.
func (c Config) Validate() []error {
	var all []error
	for _, p := range Platforms {
		_, errs := c.build(p)
		all = append(all, errs...)
	}
	return all
}

func (c Config) open(p Platform) (Sender, error) {
	s, errs := c.build(p)
	return s, errors.Join(errs...)
}

// build makes the provider of a platform; nil without errors where it is not configured.
func (c Config) build(p Platform) (Sender, []error) {
	switch p {
	case IOS:
		return c.apns()
	case Android:
		return c.fcm()
	default:
		return c.webPush()
	}
}

// needed finds the variables that are missing where one of a group is set.
func needed(errs []error, values map[string]string, names ...string) []error {
	for _, name := range names {
		if values[name] == "" {
			errs = append(errs, fmt.Errorf("%s: is missing, while others of its group are set", name))
		}
	}
	return errs
}

func (c Config) apns() (Sender, []error) {
	if c.APNsKeyPath+c.APNsKey+c.APNsKeyID+c.APNsTeamID+c.APNsTopic == "" {
		return nil, nil
	}
	values := map[string]string{
		"APNS_KEY": c.APNsKey + c.APNsKeyPath, "APNS_KEY_ID": c.APNsKeyID, "APNS_TEAM_ID": c.APNsTeamID, "APNS_TOPIC": c.APNsTopic,
	}
	errs := needed(nil, values, "APNS_KEY", "APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC")
	if c.APNsKey != "" && c.APNsKeyPath != "" {
		return nil, append(errs, errors.New("APNS_KEY: is set together with APNS_KEY_PATH; one is enough"))
	}
	// Line breaks do not survive every way of setting variables; many write them as \n.
	name, content := "APNS_KEY", []byte(strings.ReplaceAll(c.APNsKey, `\n`, "\n"))
	if c.APNsKeyPath != "" {
		var err error
		name = "APNS_KEY_PATH"
		if content, err = os.ReadFile(c.APNsKeyPath); err != nil {
			return nil, append(errs, fmt.Errorf("APNS_KEY_PATH: %w", err))
		}
	}
	if len(content) == 0 {
		return nil, errs
	}
	key, err := token.AuthKeyFromBytes(content)
	if err != nil || key.Curve != elliptic.P256() {
		return nil, append(errs, fmt.Errorf("%s: is not the .p8 key that Apple gives out (PEM with an EC P-256 key)", name))
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return newAPNs(key, c.APNsKeyID, c.APNsTeamID, c.APNsTopic, c.APNsSandbox), nil
}

func (c Config) fcm() (Sender, []error) {
	if c.FCMCredentials == "" {
		return nil, nil
	}
	content := []byte(c.FCMCredentials)
	if !strings.HasPrefix(strings.TrimSpace(c.FCMCredentials), "{") {
		var err error
		if content, err = os.ReadFile(c.FCMCredentials); err != nil {
			return nil, []error{fmt.Errorf("FCM_CREDENTIALS: %w", err)}
		}
	}
	account, project, err := serviceAccount(content)
	if err != nil {
		return nil, []error{fmt.Errorf("FCM_CREDENTIALS: %w", err)}
	}
	return newFCM(account, project, fcmHost, &http.Client{Timeout: answerTimeout}), nil
}

// serviceAccount checks also what would only fail at the first sign-in. Its errors do not repeat the content.
func serviceAccount(content []byte) (*jwt.Config, string, error) {
	account, err := google.JWTConfigFromJSON(content, "https://www.googleapis.com/auth/firebase.messaging")
	if err != nil {
		return nil, "", errors.New("is not the JSON of a service account")
	}
	var more struct {
		ProjectID string `json:"project_id"`
	}
	if err := json.Unmarshal(content, &more); err != nil || more.ProjectID == "" {
		return nil, "", errors.New("has no project_id")
	}
	block, _ := pem.Decode(account.PrivateKey)
	if block == nil {
		return nil, "", errors.New("has no private_key in PEM")
	}
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		return nil, "", errors.New("has a private_key that cannot be read")
	}
	return account, more.ProjectID, nil
}

func (c Config) webPush() (Sender, []error) {
	if c.VAPIDPublicKey+c.VAPIDPrivateKey+c.VAPIDSubject == "" {
		return nil, nil
	}
	values := map[string]string{
		"VAPID_PUBLIC_KEY": c.VAPIDPublicKey, "VAPID_PRIVATE_KEY": c.VAPIDPrivateKey, "VAPID_SUBJECT": c.VAPIDSubject,
	}
	errs := needed(nil, values, "VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY", "VAPID_SUBJECT")
	subject := strings.TrimPrefix(c.VAPIDSubject, "mailto:")
	if a, err := mail.ParseAddress(subject); subject != "" && !strings.HasPrefix(subject, "https://") && (err != nil || a.Address != subject) {
		errs = append(errs, errors.New("VAPID_SUBJECT: is neither an e-mail address nor an https URL"))
	}
	private, public, keyErrs := vapidKeys(c.VAPIDPrivateKey, c.VAPIDPublicKey)
	if errs = append(errs, keyErrs...); len(errs) > 0 {
		return nil, errs
	}
	return newWebPush(public, private, subject, publicClient()), nil
}

// vapidKeys checks the keys that are set, that they belong together, and writes them in one form.
func vapidKeys(private, public string) (string, string, []error) {
	var errs []error
	point, err := decodeBase64(public)
	if _, bad := ecdh.P256().NewPublicKey(point); public != "" && (err != nil || bad != nil) {
		errs = append(errs, errors.New("VAPID_PUBLIC_KEY: is not a P-256 point in base64url (65 bytes)"))
	}
	scalar, err := decodeBase64(private)
	key, bad := ecdh.P256().NewPrivateKey(scalar)
	if private != "" && (err != nil || bad != nil) {
		errs = append(errs, errors.New("VAPID_PRIVATE_KEY: is not a P-256 key in base64url (32 bytes)"))
	}
	if private == "" || public == "" || len(errs) > 0 {
		return "", "", errs
	}
	if !bytes.Equal(key.PublicKey().Bytes(), point) {
		return "", "", []error{errors.New("VAPID_PUBLIC_KEY: does not belong to VAPID_PRIVATE_KEY")}
	}
	return base64.RawURLEncoding.EncodeToString(scalar), base64.RawURLEncoding.EncodeToString(point), nil
}
