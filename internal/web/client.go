package web

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

// ClientAddress finds out who asks, for ClientOf. Only a peer inside trustedProxies is believed about others: then the
// client is the rightmost address of X-Forwarded-For that is not itself a trusted proxy, since everything left of it
// is the client's own claim.
func ClientAddress(trustedProxies []netip.Prefix) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			addr := clientOf(r, trustedProxies)
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), clientKey, addr)))
		})
	}
}

// ClientOf is the address of the client that ctx's request came from; invalid outside of a request, and where the
// connection has none (a Unix socket).
func ClientOf(ctx context.Context) netip.Addr {
	addr, _ := ctx.Value(clientKey).(netip.Addr)
	return addr
}

// RateKey is the part of an address that one customer holds, as a key to count by: an IPv4 address, or the /64 of an
// IPv6 address, within which a single client may take as many addresses as it likes.
func RateKey(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		// A prefix of 64 bits always fits an IPv6 address.
		p, _ := addr.Prefix(64)
		return p.String()
	}
	return addr.String()
}

func clientOf(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, ok := parseHop(r.RemoteAddr)
	if !ok || !contains(trusted, peer) {
		return peer
	}
	client := peer
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, ok := parseHop(strings.TrimSpace(hops[i]))
		if !ok {
			break // what a trusted hop wrote ends here; the nearest known address stands
		}
		client = hop
		if !contains(trusted, hop) {
			break
		}
	}
	return client
}

// parseHop reads an address with or without a port and brackets.
func parseHop(s string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap(), true
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.Unmap(), err == nil
}

func contains(prefixes []netip.Prefix, addr netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(addr.WithZone("")) {
			return true
		}
	}
	return false
}
