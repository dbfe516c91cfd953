// Package playground serves GraphiQL, the page on which the API is tried out, from the binary itself: no content delivery
// network, no request to anywhere but this server and its pictures, under a Content-Security-Policy without exceptions.
//
// The page's sources are in web/, its build in dist/, which `make playground` writes and the binary embeds.
package playground

import (
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
)

//go:embed all:dist
var embedded embed.FS

// Config is what the page is told about its server.
type Config struct {
	// Endpoint is the path under which this same origin answers GraphQL, for example /graphql.
	Endpoint string
	// PictureOrigin is where the pictures come from: the page may show pictures from there and nothing from elsewhere.
	// Of a longer URL only scheme, host and port count. Empty, no picture is shown.
	PictureOrigin string
	// Demo is the account behind the button that signs in by one click; nil for no button.
	// Whoever can open the page can read it.
	Demo *Demo
}

// Demo is an account that everybody may use.
type Demo struct {
	// Login is the username or e-mail address.
	Login string
	// Password is the account's password, in the clear.
	Password string
}

// Handler serves the page at / and its parts under /assets/; every other path is not found.
// In a binary built without the page it says how to build it, with the status 404.
func Handler(config Config) http.Handler {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // the embedded folder has this name
	}
	return newHandler(dist, config)
}

func newHandler(dist fs.FS, config Config) http.Handler {
	config.PictureOrigin = origin(config.PictureOrigin)
	mux := http.NewServeMux()
	if page, ok := renderPage(dist, config); ok {
		mux.Handle("GET /{$}", page)
		mux.Handle("GET /assets/{name}", loadAssets(dist))
	} else {
		mux.HandleFunc("GET /{$}", notBuilt)
	}
	return secured(config.PictureOrigin, mux)
}

// secured adds the policy that keeps the page to itself. Style and script come from files alone, so that 'unsafe-inline'
// is not needed; GraphiQL's small icons are data: URLs inside the style sheet.
func secured(pictureOrigin string, next http.Handler) http.Handler {
	policy := strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		strings.TrimSpace("img-src 'self' data: " + pictureOrigin),
		"connect-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		next.ServeHTTP(w, r)
	})
}

// origin is scheme://host[:port] of an http or https URL, and empty for anything else: what it gives is safe in a header.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ContainsAny(u.Host, " ;,'\"*") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func notBuilt(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "The playground is not part of this binary.\n\nBuild it with `make playground`, which needs Node.js 18 or newer, and then build the server again.", http.StatusNotFound)
}
