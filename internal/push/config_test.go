package push

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"
)

func p8(t *testing.T, curve elliptic.Curve) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfig(t *testing.T) {
	t.Parallel()
	key := p8(t, elliptic.P256())
	account := string(credentials(t, "https://oauth2.example.com/token"))
	private, public, _ := vapidKey(t)
	_, otherPublic, _ := vapidKey(t)
	apnsWith := func(name, value string) map[string]string {
		return map[string]string{"APNS_KEY_ID": "ABC123DEFG", "APNS_TEAM_ID": "TEAM123456", "APNS_TOPIC": "com.example", name: value}
	}
	for name, c := range map[string]struct {
		env   map[string]string
		wrong []string
	}{
		"nothing":               {nil, nil},
		"APNs by path":          {apnsWith("APNS_KEY_PATH", write(t, key)), nil},
		"APNs by content":       {apnsWith("APNS_KEY", key), nil},
		"APNs in one line":      {apnsWith("APNS_KEY", strings.ReplaceAll(key, "\n", `\n`)), nil},
		"APNs without the rest": {map[string]string{"APNS_KEY": key}, []string{"APNS_KEY_ID", "APNS_TEAM_ID", "APNS_TOPIC"}},
		"APNs without a key":    {map[string]string{"APNS_TOPIC": "com.example"}, []string{"APNS_KEY", "APNS_KEY_ID", "APNS_TEAM_ID"}},
		"APNs missing file":     {apnsWith("APNS_KEY_PATH", "/nowhere/key.p8"), []string{"APNS_KEY_PATH"}},
		"APNs other file":       {apnsWith("APNS_KEY_PATH", write(t, "hello")), []string{"APNS_KEY_PATH"}},
		"APNs other curve":      {apnsWith("APNS_KEY", p8(t, elliptic.P384())), []string{"APNS_KEY"}},
		"FCM by content":        {map[string]string{"FCM_CREDENTIALS": account}, nil},
		"FCM by path":           {map[string]string{"FCM_CREDENTIALS": write(t, account)}, nil},
		"FCM missing file":      {map[string]string{"FCM_CREDENTIALS": "/nowhere/account.json"}, []string{"FCM_CREDENTIALS"}},
		"FCM other JSON":        {map[string]string{"FCM_CREDENTIALS": `{"type":"authorized_user"}`}, []string{"FCM_CREDENTIALS"}},
		"FCM without a project": {map[string]string{"FCM_CREDENTIALS": strings.Replace(account, "project_id", "project", 1)}, []string{"FCM_CREDENTIALS"}},
		"FCM without a key":     {map[string]string{"FCM_CREDENTIALS": strings.Replace(account, "BEGIN", "BEGUN", 1)}, []string{"FCM_CREDENTIALS"}},
		"FCM broken key":        {map[string]string{"FCM_CREDENTIALS": strings.Replace(account, "MII", "MIA", 1)}, []string{"FCM_CREDENTIALS"}},
		"VAPID":                 {map[string]string{"VAPID_PUBLIC_KEY": public, "VAPID_PRIVATE_KEY": private, "VAPID_SUBJECT": "push@example.com"}, nil},
		"VAPID padded, mailto":  {map[string]string{"VAPID_PUBLIC_KEY": public + "=", "VAPID_PRIVATE_KEY": private + "=", "VAPID_SUBJECT": "mailto:push@example.com"}, nil},
		"VAPID with a page":     {map[string]string{"VAPID_PUBLIC_KEY": public, "VAPID_PRIVATE_KEY": private, "VAPID_SUBJECT": "https://example.com/contact"}, nil},
		"VAPID mixed up":        {map[string]string{"VAPID_PUBLIC_KEY": otherPublic, "VAPID_PRIVATE_KEY": private, "VAPID_SUBJECT": "push@example.com"}, []string{"VAPID_PUBLIC_KEY"}},
		"VAPID swapped":         {map[string]string{"VAPID_PUBLIC_KEY": private, "VAPID_PRIVATE_KEY": public, "VAPID_SUBJECT": "someone"}, []string{"VAPID_SUBJECT", "VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY"}},
		"VAPID alone":           {map[string]string{"VAPID_PUBLIC_KEY": public}, []string{"VAPID_PRIVATE_KEY", "VAPID_SUBJECT"}},
	} {
		config, err := env.ParseAsWithOptions[Config](env.Options{Environment: c.env})
		if err != nil {
			t.Fatal(err)
		}
		var named []string
		for _, err := range config.Validate() {
			variable, _, _ := strings.Cut(err.Error(), ":")
			named = append(named, variable)
			if strings.Contains(err.Error(), private) || strings.Contains(err.Error(), "PRIVATE KEY") {
				t.Errorf("%s: the error shows a key: %v", name, err)
			}
		}
		if !slices.Equal(named, c.wrong) {
			t.Errorf("%s: %v, want %v", name, config.Validate(), c.wrong)
		}
		log, lines := newLog()
		senders, err := Open(config, log)
		if (err != nil) != (len(c.wrong) > 0) {
			t.Errorf("%s: Open: %v", name, err)
		}
		if err == nil && len(c.env) > 0 && (len(senders) != 3 || strings.Count(lines.String(), "only logged") != 2) {
			t.Errorf("%s: %d senders\n%s", name, len(senders), lines)
		}
	}
}

func TestSandboxIsRead(t *testing.T) {
	t.Parallel()
	config, err := env.ParseAsWithOptions[Config](env.Options{Environment: map[string]string{"APNS_SANDBOX": "true"}})
	if err != nil || !config.APNsSandbox || len(config.Validate()) != 0 {
		t.Errorf("%v %v", config.APNsSandbox, err)
	}
}
