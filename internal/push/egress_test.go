package push

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "142.250.1.1": true, "172.15.255.255": true, "172.32.0.1": true, "100.63.0.1": true, "2607:f8b0::1": true, "2a00:1450::1": true,
		"64:ff9b::8.8.8.8": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.1.2.3": false, "0.0.0.0": false, "10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "192.0.0.1": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false,
		"203.0.113.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::127.0.0.1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::1": false,
		"2001:db8::1": false, "2001::1": false, "2002:7f00:1::1": false, "3fff::1": false, "5f00::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if isPublic(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// browser makes a subscription whose endpoint is an address of choice.
func browser(t *testing.T, endpoint string) string {
	t.Helper()
	_, public, _ := vapidKey(t)
	content, err := json.Marshal(map[string]any{"endpoint": endpoint, "keys": map[string]string{
		"p256dh": public, "auth": base64.RawURLEncoding.EncodeToString(make([]byte, 16)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestWebPushStaysOffPrivateNetworks(t *testing.T) {
	t.Parallel()
	var touched atomic.Bool
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { touched.Store(true) }))
	defer server.Close()
	client := publicClient()
	client.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	private, public, _ := vapidKey(t)
	sender := newWebPush(public, private, "push@example.com", client)
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "169.254.169.254", "10.0.0.1", "[::1]"} {
		outcome, err := sender.Send(t.Context(), browser(t, "https://"+host+":"+port+"/secret-path"), like())
		if outcome.Status == Delivered || outcome.Status == DeadToken || err == nil {
			t.Errorf("%s: %v %v", host, outcome, err)
		}
		// The unusual spellings may be names that do not resolve; everything that is dialled must be refused.
		if strings.Count(host, ".") != 1 && host != "2130706433" && !errors.Is(err, errPrivateAddress) {
			t.Errorf("%s: %v", host, err)
		}
		if strings.Contains(err.Error(), "secret-path") {
			t.Errorf("%s: the error shows the endpoint: %v", host, err)
		}
	}
	if touched.Load() {
		t.Error("a loopback server was reached")
	}
}

func TestWebPushOutcomes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status     int
		retryAfter string
		want       Status
		wantRetry  time.Duration
	}{
		{201, "", Delivered, 0},
		{200, "", Delivered, 0},
		{202, "", Delivered, 0},
		{404, "", DeadToken, 0},
		{410, "", DeadToken, 0},
		{400, "", Refused, 0},
		{401, "", Refused, 0},
		{403, "", Refused, 0},
		{413, "", Refused, 0},
		{307, "", Refused, 0},
		{429, "30", Retry, 30 * time.Second},
		{429, "", Retry, time.Minute},
		{500, "", Retry, time.Minute},
		{503, "0", Retry, time.Second},
		{503, "99999999999", Retry, 6 * time.Hour},
	} {
		var hits atomic.Int64
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			hits.Add(1)
			w.Header().Set("Location", "/elsewhere")
			if c.retryAfter != "" {
				w.Header().Set("Retry-After", c.retryAfter)
			}
			w.WriteHeader(c.status)
		}))
		private, public, _ := vapidKey(t)
		sender := newWebPush(public, private, "push@example.com", onLoopback(server))
		outcome, err := sender.Send(t.Context(), browser(t, server.URL+"/secret-path"), like())
		checkOutcome(t, http.StatusText(c.status), outcome, err, c.want, c.wantRetry, "secret-path")
		if n := hits.Load(); n != 1 {
			t.Errorf("%d: %d requests", c.status, n)
		}
		server.Close()
		outcome, err = sender.Send(t.Context(), browser(t, server.URL+"/secret-path"), like())
		checkOutcome(t, "nobody listens", outcome, err, Retry, time.Minute, "secret-path")
	}
}

// An endpoint that answers without end must not be read without end.
func TestWebPushAnswersAreBounded(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		chunk := make([]byte, 32<<10)
		for r.Context().Err() == nil {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	private, public, _ := vapidKey(t)
	outcome, err := newWebPush(public, private, "push@example.com", onLoopback(server)).Send(t.Context(), browser(t, server.URL), like())
	checkOutcome(t, "endless", outcome, err, Delivered, 0, server.URL)
}
