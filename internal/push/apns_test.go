package push

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
)

const deviceToken = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"

var badge = 3

func like() Notification {
	return Notification{
		Kind:        "STYLE_LIKED",
		Title:       "스타일셰어",
		Body:        "민지님 외 12명이 <회원님>의 스타일을 좋아해요",
		Link:        "https://example.com/styles/1?a=b&c=d",
		CollapseKey: "style-liked-1",
		Badge:       &badge,
		Data:        map[string]string{"styleId": "U3R5bGU6MQ"},
	}
}

// fakeAPNs answers like Apple's documentation says; check sees every request.
func fakeAPNs(t *testing.T, answer http.HandlerFunc) (*apns, *ecdsa.PrivateKey) {
	t.Helper()
	server := httptest.NewUnstartedServer(answer)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := newAPNs(key, "ABC123DEFG", "TEAM123456", "com.example.styleshare", false)
	a.client.Host = server.URL
	a.client.HTTPClient.Transport = answers{server.Client().Transport}
	return a, key
}

func TestAPNsRequest(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	a, key := fakeAPNs(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Apns-Id", "1")
	})
	outcome, err := a.Send(t.Context(), deviceToken, like())
	if err != nil || outcome.Status != Delivered {
		t.Fatalf("%v %v", outcome, err)
	}
	if got.ProtoMajor != 2 || got.Method != http.MethodPost || got.URL.Path != "/3/device/"+deviceToken {
		t.Errorf("%s %s %s", got.Proto, got.Method, got.URL)
	}
	for name, want := range map[string]string{
		"apns-topic":       "com.example.styleshare",
		"apns-push-type":   "alert",
		"apns-priority":    "10",
		"apns-collapse-id": "style-liked-1",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	expiration, err := strconv.ParseInt(got.Header.Get("Apns-Expiration"), 10, 64)
	if days := time.Until(time.Unix(expiration, 0)).Hours() / 24; err != nil || days < 0.9 || days > 1.1 {
		t.Errorf("it expires in %.1f days: %v", days, err)
	}
	checkProviderToken(t, got.Header.Get("Authorization"), key)

	var payload map[string]any
	if err := json.Unmarshal(body, &payload); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"aps": map[string]any{
			"alert":     map[string]any{"title": "스타일셰어", "body": "민지님 외 12명이 <회원님>의 스타일을 좋아해요"},
			"badge":     3.0,
			"sound":     "default",
			"thread-id": "style-liked-1",
		},
		"kind":    "STYLE_LIKED",
		"link":    "https://example.com/styles/1?a=b&c=d",
		"styleId": "U3R5bGU6MQ",
	}
	if !reflect.DeepEqual(payload, want) {
		t.Errorf("%s", body)
	}
}

func checkProviderToken(t *testing.T, authorization string, key *ecdsa.PrivateKey) {
	t.Helper()
	signed, found := strings.CutPrefix(authorization, "bearer ")
	claims := jwt.MapClaims{}
	parsed, err := jwt.ParseWithClaims(signed, claims, func(*jwt.Token) (any, error) { return &key.PublicKey, nil }, jwt.WithValidMethods([]string{"ES256"}))
	if err != nil || !found {
		t.Fatalf("%q: %v", authorization, err)
	}
	if parsed.Header["kid"] != "ABC123DEFG" || claims["iss"] != "TEAM123456" || len(claims) != 2 {
		t.Errorf("%v %v", parsed.Header, claims)
	}
	if issued, err := claims.GetIssuedAt(); err != nil || time.Since(issued.Time).Abs() > time.Hour {
		t.Errorf("issued at %v: %v", issued, err)
	}
}

func TestAPNsOutcomes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status     int
		body       string
		retryAfter string
		proven     bool
		want       Status
		wantRetry  time.Duration
	}{
		{200, ``, "", false, Delivered, 0},
		{410, `{"reason":"Unregistered","timestamp":1766000000123}`, "", false, DeadToken, 0},
		{410, `{"reason":"ExpiredToken","timestamp":1766000000123}`, "", false, DeadToken, 0},
		{410, `{"reason":"SomethingNew"}`, "", false, Refused, 0},
		{400, `{"reason":"BadDeviceToken"}`, "", true, DeadToken, 0},
		{400, `{"reason":"BadDeviceToken"}`, "", false, Refused, 0},
		{400, `{"reason":"DeviceTokenNotForTopic"}`, "", true, Refused, 0},
		{400, `{"reason":"BadTopic"}`, "", true, Refused, 0},
		{400, `{"reason":"TopicDisallowed"}`, "", true, Refused, 0},
		{400, `{"reason":"MissingDeviceToken"}`, "", true, Refused, 0},
		{403, `{"reason":"InvalidProviderToken"}`, "", true, Refused, 0},
		{403, `{"reason":"ExpiredProviderToken"}`, "", true, Refused, 0},
		{403, `{"reason":"BadCertificateEnvironment"}`, "", true, Refused, 0},
		{404, `{"reason":"BadPath"}`, "", true, Refused, 0},
		{413, `{"reason":"PayloadTooLarge"}`, "", true, Refused, 0},
		{429, `{"reason":"TooManyRequests"}`, "", true, Retry, time.Minute},
		{429, `{"reason":"TooManyProviderTokenUpdates"}`, "1200", true, Retry, 20 * time.Minute},
		{500, `{"reason":"InternalServerError"}`, "", true, Retry, time.Minute},
		{503, `{"reason":"Shutdown"}`, "5", true, Retry, 5 * time.Second},
		{502, `<html>a proxy</html>`, "", true, Retry, time.Minute},
	} {
		a, _ := fakeAPNs(t, func(w http.ResponseWriter, _ *http.Request) {
			if c.retryAfter != "" {
				w.Header().Set("Retry-After", c.retryAfter)
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		a.proven.Store(c.proven)
		before := time.Now()
		outcome, err := a.Send(t.Context(), deviceToken, like())
		name := fmt.Sprintf("%d %s proven %v", c.status, c.body, c.proven)
		checkOutcome(t, name, outcome, err, c.want, c.wantRetry, deviceToken)
		if c.want != DeadToken {
			continue
		}
		if c.status == 410 && !outcome.DeadSince.Equal(time.Unix(1766000000, 0)) {
			t.Errorf("%s: dead since %v", name, outcome.DeadSince)
		}
		if c.status == 400 && (outcome.DeadSince.Before(before) || outcome.DeadSince.After(time.Now())) {
			t.Errorf("%s: dead since %v", name, outcome.DeadSince)
		}
	}
}

// checkOutcome holds for every sender: an error exactly where there is something to explain, without the token.
func checkOutcome(t *testing.T, name string, got Outcome, err error, want Status, wantRetry time.Duration, secret string) {
	t.Helper()
	if got.Status != want || got.RetryAfter != wantRetry {
		t.Errorf("%s: %v after %v, want %v after %v (%v)", name, got.Status, got.RetryAfter, want, wantRetry, err)
	}
	if fine := want == Delivered || want == DeadToken; fine != (err == nil) {
		t.Errorf("%s: the error is %v", name, err)
	}
	if (want == DeadToken) == got.DeadSince.IsZero() {
		t.Errorf("%s: dead since %v", name, got.DeadSince)
	}
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("%s: the error shows the token: %v", name, err)
	}
}

func TestAPNsDeliveryProvesTheEnvironment(t *testing.T) {
	t.Parallel()
	var good atomic.Bool
	a, _ := fakeAPNs(t, func(w http.ResponseWriter, _ *http.Request) {
		if !good.Load() {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"reason":"BadDeviceToken"}`)
		}
	})
	for _, step := range []struct {
		good bool
		want Status
	}{{false, Refused}, {true, Delivered}, {false, DeadToken}} {
		good.Store(step.good)
		if outcome, err := a.Send(t.Context(), deviceToken, like()); outcome.Status != step.want {
			t.Errorf("%v %v, want %v", outcome, err, step.want)
		}
	}
}

func TestAPNsPayloadFits(t *testing.T) {
	t.Parallel()
	var size atomic.Int64
	var body atomic.Value
	a, _ := fakeAPNs(t, func(_ http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		size.Store(int64(len(content)))
		body.Store(content)
	})
	for _, letter := range []string{"a", "가", "👗", `"`, "\n"} {
		n := like()
		n.Body = strings.Repeat(letter, 5000)
		if outcome, err := a.Send(t.Context(), deviceToken, n); err != nil || outcome.Status != Delivered {
			t.Fatalf("%v %v", outcome, err)
		}
		var payload struct {
			Aps struct{ Alert struct{ Body string } }
		}
		if err := json.Unmarshal(body.Load().([]byte), &payload); err != nil {
			t.Fatal(err)
		}
		got := payload.Aps.Alert.Body
		if size.Load() > 4096 || letter != "\n" && size.Load() < 4096-8 {
			t.Errorf("%q: %d bytes", letter, size.Load())
		}
		if letter != "\n" && strings.Trim(got, letter) != "…" || !utf8.ValidString(got) {
			t.Errorf("%q: the body ends in %q", letter, got[max(len(got)-8, 0):])
		}
	}
	n := like()
	n.Link = "https://example.com/" + strings.Repeat("x", 5000)
	if outcome, err := a.Send(t.Context(), deviceToken, n); outcome.Status != Refused || err == nil {
		t.Errorf("%v %v", outcome, err)
	}
}

func TestAPNsUnreachable(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	a, _ := fakeAPNs(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	outcome, err := a.Send(ctx, deviceToken, like())
	checkOutcome(t, "no answer", outcome, err, Retry, time.Minute, deviceToken)

	a.client.Host = "https://127.0.0.1:1"
	outcome, err = a.Send(t.Context(), deviceToken, like())
	checkOutcome(t, "nobody listens", outcome, err, Retry, time.Minute, deviceToken)
}

func TestAPNsEnvironments(t *testing.T) {
	t.Parallel()
	for sandbox, want := range map[bool]string{false: "https://api.push.apple.com", true: "https://api.sandbox.push.apple.com"} {
		if a := newAPNs(nil, "", "", "", sandbox); a.client.Host != want {
			t.Errorf("sandbox %v: %s", sandbox, a.client.Host)
		}
	}
}
