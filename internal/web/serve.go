package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// ServeOptions bound what one connection may cost and say how serving ends. Zero values take the defaults.
type ServeOptions struct {
	ReadHeaderTimeout time.Duration // 5 s: a header that trickles in
	ReadTimeout       time.Duration // 15 s: header and body together
	WriteTimeout      time.Duration // 40 s from the end of the header: reading the body, working and answering
	IdleTimeout       time.Duration // 120 s: a kept-alive connection without a request
	MaxHeaderBytes    int           // 32 KiB, which also bounds the length of a URL

	// Drain is how long requests are still accepted after the end was asked for, each answered with
	// "Connection: close", so that load balancers move on before the socket closes. Zero does not wait.
	Drain time.Duration
	// ShutdownTimeout bounds how long requests in flight may take to end. 20 s.
	ShutdownTimeout time.Duration
	// OnDrain is called when the end was asked for: the place to become unready.
	OnDrain func()
	// OnShutdown is called once no new requests are accepted: the place to close sockets, which net/http has handed
	// over and forgotten. Serve waits for it, until ctx ends with ShutdownTimeout.
	OnShutdown func(ctx context.Context)

	Log *slog.Logger // for what goes wrong on connections; slog.Default() where nil
}

// Serve answers requests on ln until ctx ends, then lets requests in flight finish. It closes ln.
// Requests do not end with ctx. The error is nil after an orderly end, and wraps context.DeadlineExceeded if requests
// had to be cut off.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, o ServeOptions) error {
	o = o.withDefaults()
	var ending atomic.Bool
	var late newcomers
	srv := &http.Server{
		Handler: closing(h, &ending, &late),
		ConnState: func(c net.Conn, state http.ConnState) {
			if ending.Load() {
				late.note(c, state)
			}
		},
		BaseContext:       func(net.Listener) context.Context { return context.WithValue(context.Background(), endingKey, &ending) },
		ReadHeaderTimeout: o.ReadHeaderTimeout,
		ReadTimeout:       o.ReadTimeout,
		WriteTimeout:      o.WriteTimeout,
		IdleTimeout:       o.IdleTimeout,
		MaxHeaderBytes:    o.MaxHeaderBytes,
		// What net/http writes here (bad TLS, aborted handlers) is the doing of clients.
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending.Store(true)
	if o.OnDrain != nil {
		o.OnDrain()
	}
	if err := drain(failed, o.Drain); err != nil {
		return err
	}
	_ = ln.Close() // whatever is wrong with it, nothing is accepted any more
	<-failed
	late.await(o.ReadHeaderTimeout)
	return shutdown(srv, o)
}

// closing ends each connection with its next answer once the end was asked for; AccessLog's recorder does it for requests
// that had begun before. SetKeepAlivesEnabled would also close those that are idle at this moment, into the face of the
// client who is just sending a request.
func closing(h http.Handler, ending *atomic.Bool, late *newcomers) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ending.Load() {
			late.remove(r.RemoteAddr)
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

func drain(failed <-chan error, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case err := <-failed:
		return err
	case <-time.After(d):
		return nil
	}
}

func shutdown(srv *http.Server, o ServeOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), o.ShutdownTimeout)
	defer cancel()
	sockets := make(chan struct{})
	go func() {
		defer close(sockets)
		if o.OnShutdown != nil {
			o.OnShutdown(ctx)
		}
	}()
	err := srv.Shutdown(ctx)
	select {
	case <-sockets:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	return nil
}

func (o ServeOptions) withDefaults() ServeOptions {
	setDefault(&o.ReadHeaderTimeout, 5*time.Second)
	setDefault(&o.ReadTimeout, 15*time.Second)
	setDefault(&o.WriteTimeout, 40*time.Second)
	setDefault(&o.IdleTimeout, 120*time.Second)
	setDefault(&o.MaxHeaderBytes, 32<<10)
	setDefault(&o.ShutdownTimeout, 20*time.Second)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
