package push

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const registrationToken = "bk3RNwTe3H0:CI2k_HHwgIpoDKCIZvvDMExUdFQ3P1"

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func credentials(t *testing.T, tokenURI string) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(map[string]string{
		"type":           "service_account",
		"project_id":     "styleshare-test",
		"private_key_id": "key-1",
		"private_key":    string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email":   "push@styleshare-test.iam.gserviceaccount.example",
		"token_uri":      tokenURI,
	})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// google is a sign-in and FCM in one server.
type fakeGoogle struct {
	server  *httptest.Server
	signIns atomic.Int64
	signIn  http.HandlerFunc // nil: checks and signs in
	send    http.HandlerFunc
}

func newGoogle(t *testing.T) (*fakeGoogle, *fcm) {
	t.Helper()
	g := &fakeGoogle{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		g.signIns.Add(1)
		if g.signIn != nil {
			g.signIn(w, r)
			return
		}
		g.checkAssertion(t, r)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"ya29.good","token_type":"Bearer","expires_in":3600}`)
	})
	mux.HandleFunc("POST /v1/projects/styleshare-test/messages:send", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer ya29.good" || r.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%v", r.Header)
		}
		g.send(w, r)
	})
	g.server = httptest.NewServer(mux)
	t.Cleanup(g.server.Close)
	account, project, err := serviceAccount(credentials(t, g.server.URL+"/token"))
	if err != nil {
		t.Fatal(err)
	}
	return g, newFCM(account, project, g.server.URL, &http.Client{Timeout: answerTimeout})
}

// checkAssertion follows "Using OAuth 2.0 for server to server applications" of Google.
func (g *fakeGoogle) checkAssertion(t *testing.T, r *http.Request) {
	t.Helper()
	if grant := r.FormValue("grant_type"); grant != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		t.Errorf("grant_type %q", grant)
	}
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(r.FormValue("assertion"), claims, func(*jwt.Token) (any, error) { return &rsaKey().PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(g.server.URL+"/token"), jwt.WithIssuer("push@styleshare-test.iam.gserviceaccount.example"), jwt.WithExpirationRequired())
	if err != nil || claims["scope"] != "https://www.googleapis.com/auth/firebase.messaging" {
		t.Errorf("%v: %v", claims, err)
	}
}

func TestFCMRequest(t *testing.T) {
	t.Parallel()
	g, f := newGoogle(t)
	var body []byte
	g.send = func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"name":"projects/styleshare-test/messages/0:1500415314455276%31bd1c9631bd1c96"}`)
	}
	for range 2 {
		outcome, err := f.Send(t.Context(), registrationToken, like())
		checkOutcome(t, "sent", outcome, err, Delivered, 0, registrationToken)
	}
	if n := g.signIns.Load(); n != 1 {
		t.Errorf("%d sign-ins for two notifications", n)
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"message": map[string]any{
		"token":        registrationToken,
		"notification": map[string]any{"title": "스타일셰어", "body": "민지님 외 12명이 <회원님>의 스타일을 좋아해요"},
		"data":         map[string]any{"kind": "STYLE_LIKED", "link": "https://example.com/styles/1?a=b&c=d", "styleId": "U3R5bGU6MQ"},
		"android": map[string]any{
			"collapse_key": "style-liked-1",
			"priority":     "HIGH",
			"ttl":          "86400s",
			"notification": map[string]any{"tag": "style-liked-1", "notification_count": 3.0},
		},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s", body)
	}
	if lifetime != 86400*time.Second {
		t.Error("the TTL is not the lifetime")
	}
}

func fcmError(status, message, code string) string {
	return `{"error":{"code":0,"message":"` + message + `","status":"` + status + `","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"` + code + `"}]}}`
}

func TestFCMOutcomes(t *testing.T) {
	t.Parallel()
	const aboutToken = `{"error":{"code":400,"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT","details":[` +
		`{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.token","description":"Invalid registration token"}]},` +
		`{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"}]}}`
	for _, c := range []struct {
		status     int
		body       string
		retryAfter string
		want       Status
		wantRetry  time.Duration
	}{
		{404, fcmError("NOT_FOUND", "Requested entity was not found.", "UNREGISTERED"), "", DeadToken, 0},
		{404, `{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}`, "", Refused, 0},
		{404, `<html>no such page</html>`, "", Refused, 0},
		{400, aboutToken, "", DeadToken, 0},
		{400, strings.Replace(aboutToken, "message.token", "message.data", 1), "", Refused, 0},
		{400, fcmError("INVALID_ARGUMENT", "The registration token is not a valid FCM registration token", "INVALID_ARGUMENT"), "", DeadToken, 0},
		{400, fcmError("INVALID_ARGUMENT", "Request contains an invalid argument.", "INVALID_ARGUMENT"), "", Refused, 0},
		{401, fcmError("UNAUTHENTICATED", "Request had invalid authentication credentials.", "THIRD_PARTY_AUTH_ERROR"), "", Refused, 0},
		{403, fcmError("PERMISSION_DENIED", "SenderId mismatch", "SENDER_ID_MISMATCH"), "", Refused, 0},
		{403, `{"error":{"status":"PERMISSION_DENIED","message":"the API is disabled"}}`, "", Refused, 0},
		{429, fcmError("RESOURCE_EXHAUSTED", "Quota exceeded.", "QUOTA_EXCEEDED"), "", Retry, time.Minute},
		{429, fcmError("RESOURCE_EXHAUSTED", "Quota exceeded.", "QUOTA_EXCEEDED"), "120", Retry, 2 * time.Minute},
		{500, fcmError("INTERNAL", "Internal error.", "INTERNAL"), "", Retry, time.Minute},
		{503, fcmError("UNAVAILABLE", "Unavailable.", "UNAVAILABLE"), "7", Retry, 7 * time.Second},
		{502, ``, "", Retry, time.Minute},
	} {
		g, f := newGoogle(t)
		g.send = func(w http.ResponseWriter, _ *http.Request) {
			if c.retryAfter != "" {
				w.Header().Set("Retry-After", c.retryAfter)
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}
		outcome, err := f.Send(t.Context(), registrationToken, like())
		checkOutcome(t, c.body, outcome, err, c.want, c.wantRetry, registrationToken)
	}
}

func TestFCMSignInFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		want   Status
		retry  time.Duration
	}{
		{400, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`, Refused, 0},
		{401, `{"error":"invalid_client"}`, Refused, 0},
		{404, ``, Refused, 0},
		{503, ``, Retry, time.Minute},
	} {
		g, f := newGoogle(t)
		g.signIn = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}
		g.send = func(http.ResponseWriter, *http.Request) { t.Error("a message was sent without a sign-in") }
		outcome, err := f.Send(t.Context(), registrationToken, like())
		checkOutcome(t, c.body, outcome, err, c.want, c.retry, registrationToken)
	}
}

func TestFCMUnreachable(t *testing.T) {
	t.Parallel()
	g, f := newGoogle(t)
	arrived := make(chan struct{})
	g.send = func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices a lost client only after the body
		close(arrived)
		<-r.Context().Done()
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	outcome, err := f.Send(ctx, registrationToken, like())
	checkOutcome(t, "no answer", outcome, err, Retry, time.Minute, registrationToken)
	g.server.Close()
	outcome, err = f.Send(t.Context(), registrationToken, like())
	checkOutcome(t, "nobody listens", outcome, err, Retry, time.Minute, registrationToken)
}

func TestFCMMessageFits(t *testing.T) {
	t.Parallel()
	g, f := newGoogle(t)
	size := 0
	g.send = func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		size = len(body)
	}
	n := like()
	n.Body = strings.Repeat("가", 3000)
	outcome, err := f.Send(t.Context(), registrationToken, n)
	checkOutcome(t, "long", outcome, err, Delivered, 0, registrationToken)
	if size > 4096+len(registrationToken) || size < 4000 {
		t.Errorf("%d bytes", size)
	}
}
