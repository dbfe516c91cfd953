package web

import (
	"net/http"
	"slices"
)

// SecurityHeaders sets what every answer should carry unless its handler knows better: no sniffing, no framing, no
// referrer, and a Content-Security-Policy under which a page may load nothing at all. A handler of pages sets its own.
func SecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// What browsers of other origins may send and read, and for how many seconds they may remember that.
const (
	corsMethods = "GET, POST"
	// traceparent is what tracing browsers add; the client's name and version, what Apollo's clients do. The cost report is asked
	// for with GraphQL-Cost.
	corsRequest = "Accept, Accept-Language, Authorization, Content-Type, GraphQL-Cost, X-Request-Id, " +
		"apollographql-client-name, apollographql-client-version, traceparent, tracestate"
	corsExposed = "Retry-After, X-Request-Id"
	corsMaxAge  = "7200"
)

// CORS lets pages of the given origins (scheme://host[:port], or "*" for all) call the handler. Cookies stay out of it:
// callers identify themselves with the Authorization header, so that "*" gives no page anything it could not get
// without a browser. With no origins, pages of other origins are refused, which is the browser's default.
func CORS(origins []string) Middleware {
	everyone := slices.Contains(origins, "*")
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			origin := r.Header.Get("Origin")
			allowed := origin != "" && (everyone || slices.Contains(origins, origin))
			switch {
			case everyone:
				h.Set("Access-Control-Allow-Origin", "*")
			case allowed:
				h.Set("Access-Control-Allow-Origin", origin)
			}
			if !everyone {
				h.Add("Vary", "Origin") // a shared cache must not hand one origin's answer to another
			}
			if allowed {
				h.Set("Access-Control-Expose-Headers", corsExposed)
			}
			if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
				next.ServeHTTP(w, r)
				return
			}
			if !allowed {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			h.Set("Access-Control-Allow-Methods", corsMethods)
			h.Set("Access-Control-Allow-Headers", corsRequest)
			h.Set("Access-Control-Max-Age", corsMaxAge)
			w.WriteHeader(http.StatusNoContent)
		})
	}
}
