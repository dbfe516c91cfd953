package push

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/SherClockHolmes/webpush-go"
)

// webPushLimit: push services take bodies of 4096 bytes (RFC 8030, 7.2). Of those, 86 are the header of the encrypted
// record (RFC 8188 with a P-256 key), 16 the tag, 1 the delimiter.
const webPushLimit = 4096 - 86 - 16 - 1

type webPush struct {
	client          *http.Client
	public, private string // base64url without padding
	subject         string // an address without "mailto:", which the library adds, or an https URL
}

func newWebPush(public, private, subject string, client *http.Client) *webPush {
	return &webPush{client: client, public: public, private: private, subject: subject}
}

func (w *webPush) Send(ctx context.Context, token string, n Notification) (Outcome, error) {
	s, err := parseSubscription(token)
	if err != nil {
		return Outcome{Status: Refused}, err
	}
	payload, err := fit(webPushLimit, n, webPushPayload)
	if err != nil {
		return Outcome{Status: Refused}, err
	}
	asked := time.Now()
	response, err := webpush.SendNotificationWithContext(ctx, payload, s, &webpush.Options{
		HTTPClient:      w.client,
		Subscriber:      w.subject,
		Topic:           collapseKey(n.CollapseKey, 32),
		TTL:             int(lifetime / time.Second),
		Urgency:         webpush.UrgencyNormal,
		VAPIDPublicKey:  w.public,
		VAPIDPrivateKey: w.private,
	})
	if errors.Is(err, errPrivateAddress) {
		return Outcome{Status: Refused}, errPrivateAddress
	}
	if err != nil {
		return unreachable("Web Push", err)
	}
	defer drain(response)
	switch {
	case response.StatusCode >= 200 && response.StatusCode <= 299:
		return Outcome{Status: Delivered}, nil
	case response.StatusCode == http.StatusNotFound, response.StatusCode == http.StatusGone:
		return Outcome{Status: DeadToken, DeadSince: asked}, nil
	default:
		// The reason stays out: the answer comes from wherever the subscription points to.
		return rejected("Web Push", response.StatusCode, "", response.Header.Get("Retry-After"))
	}
}

// webPushPayload is what the service worker reads in its push event.
func webPushPayload(n Notification) any {
	payload := map[string]any{"title": n.Title, "body": n.Body, "data": n.appData()}
	if n.CollapseKey != "" {
		payload["tag"] = n.CollapseKey
	}
	if n.Badge != nil {
		payload["badge"] = *n.Badge
	}
	return payload
}

// parseSubscription reads what PushSubscription.toJSON() gives in the browser.
func parseSubscription(token string) (*webpush.Subscription, error) {
	var s webpush.Subscription
	if len(token) > 4096 || json.Unmarshal([]byte(token), &s) != nil {
		return nil, errMalformed
	}
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, errMalformed
	}
	point, err := decodeBase64(s.Keys.P256dh)
	if err != nil {
		return nil, errMalformed
	}
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return nil, errMalformed
	}
	auth, err := decodeBase64(s.Keys.Auth)
	if err != nil || len(auth) != 16 {
		return nil, errMalformed
	}
	s.Keys = webpush.Keys{P256dh: base64.RawURLEncoding.EncodeToString(point), Auth: base64.RawURLEncoding.EncodeToString(auth)}
	return &s, nil
}

// decodeBase64 reads what browsers and libraries write: either alphabet, with or without padding.
func decodeBase64(s string) ([]byte, error) {
	s = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "="))
	return base64.RawURLEncoding.DecodeString(s)
}
