package push

import (
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sideshow/apns2"
	"github.com/sideshow/apns2/token"
)

// apnsLimit is the size of a payload in bytes that APNs takes for alerts ("Generating a remote notification").
const apnsLimit = 4096

type apns struct {
	client *apns2.Client
	topic  string
	// proven is set by the first delivery: key, topic and environment are right.
	proven atomic.Bool
}

func newAPNs(key *ecdsa.PrivateKey, keyID, teamID, topic string, sandbox bool) *apns {
	client := apns2.NewTokenClient(&token.Token{AuthKey: key, KeyID: keyID, TeamID: teamID}).Production()
	if sandbox {
		client = client.Development()
	}
	client.HTTPClient.Timeout = answerTimeout
	client.HTTPClient.Transport = answers{client.HTTPClient.Transport}
	return &apns{client: client, topic: topic}
}

func (a *apns) Send(ctx context.Context, deviceToken string, n Notification) (Outcome, error) {
	if !validAPNsToken(deviceToken) { // it becomes a part of the address
		return Outcome{Status: Refused}, errMalformed
	}
	payload, err := fit(apnsLimit, n, apnsPayload)
	if err != nil {
		return Outcome{Status: Refused}, err
	}
	asked := time.Now()
	var retryAfter string
	response, err := a.client.PushWithContext(context.WithValue(ctx, retryAfterKey{}, &retryAfter), &apns2.Notification{
		DeviceToken: deviceToken,
		Topic:       a.topic,
		CollapseID:  collapseKey(n.CollapseKey, 64),
		Expiration:  asked.Add(lifetime),
		Priority:    apns2.PriorityHigh,
		PushType:    apns2.PushTypeAlert,
		Payload:     payload,
	})
	if err != nil {
		return unreachable("APNs", err)
	}
	return a.outcome(response, asked, retryAfter)
}

// outcome reads Apple's table "Handling notification responses from APNs".
func (a *apns) outcome(r *apns2.Response, asked time.Time, retryAfter string) (Outcome, error) {
	switch {
	case r.Sent():
		a.proven.Store(true)
		return Outcome{Status: Delivered}, nil
	case r.StatusCode == http.StatusGone && (r.Reason == apns2.ReasonUnregistered || r.Reason == apns2.ReasonExpiredToken):
		since := r.Timestamp.Time
		if since.IsZero() {
			since = asked
		}
		return Outcome{Status: DeadToken, DeadSince: since}, nil
	case r.StatusCode == http.StatusBadRequest && r.Reason == apns2.ReasonBadDeviceToken && a.proven.Load():
		// APNs says BadDeviceToken also for good tokens of the other environment: with a wrong APNS_SANDBOX, for
		// every token there is. It is believed once a delivery has proven the environment.
		return Outcome{Status: DeadToken, DeadSince: asked}, nil
	default:
		return rejected("APNs", r.StatusCode, r.Reason, retryAfter)
	}
}

func apnsPayload(n Notification) any {
	alert := map[string]string{"body": n.Body}
	if n.Title != "" {
		alert["title"] = n.Title
	}
	aps := map[string]any{"alert": alert, "sound": "default"}
	if n.Badge != nil {
		aps["badge"] = *n.Badge
	}
	if n.CollapseKey != "" {
		aps["thread-id"] = n.CollapseKey
	}
	payload := map[string]any{}
	for name, value := range n.appData() {
		payload[name] = value
	}
	payload["aps"] = aps
	return payload
}

// validAPNsToken: Apple says that the length may change, so only the alphabet and a generous bound are fixed.
func validAPNsToken(t string) bool {
	_, err := hex.DecodeString(t)
	return err == nil && len(t) >= 16 && len(t) <= 200
}

type retryAfterKey struct{}

// answers bounds what is read of an answer and keeps its Retry-After, which the library does not hand out.
type answers struct{ http.RoundTripper }

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := a.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if header, ok := r.Context().Value(retryAfterKey{}).(*string); ok {
		*header = response.Header.Get("Retry-After")
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxAnswer), response.Body}
	return response, nil
}
