package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

var proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}

func clientFor(trusted []netip.Prefix, peer string, forwarded ...string) netip.Addr {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = peer
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	var got netip.Addr
	ClientAddress(trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = ClientOf(r.Context())
	})).ServeHTTP(httptest.NewRecorder(), r)
	return got
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"direct":                   {"203.0.113.7:4000", nil, "203.0.113.7"},
		"direct, lying":            {"203.0.113.7:4000", []string{"198.51.100.1"}, "203.0.113.7"},
		"proxy":                    {"10.0.0.1:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		"proxy, lying client":      {"10.0.0.1:4000", []string{"1.2.3.4, 198.51.100.1"}, "198.51.100.1"},
		"client claims a proxy":    {"10.0.0.1:4000", []string{"1.2.3.4, 10.9.9.9, 198.51.100.1"}, "198.51.100.1"},
		"two proxies":              {"10.0.0.1:4000", []string{"1.2.3.4, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		"two headers":              {"10.0.0.1:4000", []string{"1.2.3.4", "198.51.100.1"}, "198.51.100.1"},
		"proxy without header":     {"10.0.0.1:4000", nil, "10.0.0.1"},
		"inside only":              {"10.0.0.1:4000", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"garbage":                  {"10.0.0.1:4000", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		"garbage behind a proxy":   {"10.0.0.1:4000", []string{"198.51.100.1, _x, 10.0.0.2"}, "10.0.0.2"},
		"port":                     {"10.0.0.1:4000", []string{"198.51.100.1:1234"}, "198.51.100.1"},
		"IPv6":                     {"[fd00::1]:4000", []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv6 in brackets":         {"[fd00::1]:4000", []string{"[2001:db8::1]"}, "2001:db8::1"},
		"IPv6 with port":           {"[fd00::1]:4000", []string{"[2001:db8::1]:99"}, "2001:db8::1"},
		"IPv4 in IPv6":             {"[::ffff:10.0.0.1]:4000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"Unix socket, no believer": {"@", []string{"198.51.100.1"}, "invalid IP"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := clientFor(proxies, tt.peer, tt.forwarded...); got.String() != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := clientFor(nil, tt.peer, tt.forwarded...); got != clientFor(nil, tt.peer) {
				t.Errorf("without trusted proxies the header still counts: %s", got)
			}
		})
	}
}

// Whatever a client writes in front, the address that the trusted proxy saw is the one that counts.
func TestClientsCannotChooseTheirAddress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		claim := rapid.StringMatching(`[0-9a-f:., x\[\]]{0,60}`).Draw(t, "claim")
		if got := clientFor(proxies, "10.0.0.1:1", claim+", 198.51.100.1"); got.String() != "198.51.100.1" {
			t.Fatalf("%q made it %s", claim, got)
		}
	})
}

func TestRateKey(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"203.0.113.7":          "203.0.113.7",
		"::ffff:203.0.113.7":   "203.0.113.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::":  "2001:db8:1:2::/64",
		"2001:db8:1:3::1":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
	} {
		if got := RateKey(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	if got := RateKey(netip.Addr{}); got != "invalid IP" {
		t.Errorf("no address: %s", got)
	}
}
