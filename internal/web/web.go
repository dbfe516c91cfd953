// Package web is the plumbing around a net/http handler: request ids, the access log, client addresses behind
// proxies, panics, headers, serving with time-outs and an orderly end, and health. It knows nothing of the product.
package web

import "net/http"

// Middleware puts something around a handler.
type Middleware func(http.Handler) http.Handler

// Chain puts the middlewares around h; the first one is outermost.
// The order that makes sense is RequestID, AccessLog, Recover, ClientAddress, SecurityHeaders, CORS.
func Chain(h http.Handler, around ...Middleware) http.Handler {
	for i := len(around) - 1; i >= 0; i-- {
		h = around[i](h)
	}
	return h
}

type contextKey int

const (
	requestIDKey contextKey = iota
	operationKey
	clientKey
	endingKey // whether the server was told to end: an *atomic.Bool
)
