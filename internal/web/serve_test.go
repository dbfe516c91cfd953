package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
)

// started serves h on a loopback port; stop asks for the end, and done gives what Serve returned.
func started(t *testing.T, h http.Handler, o ServeOptions) (url string, stop func(), done <-chan error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	o.Log = discard
	go func() { result <- Serve(ctx, ln, h, o) }()
	return "http://" + ln.Addr().String(), cancel, result
}

func TestRequestsInFlightEnd(t *testing.T) {
	t.Parallel()
	began, finish := make(chan struct{}), make(chan struct{})
	sockets := make(chan struct{})
	url, stop, done := started(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-finish
		if r.Context().Err() != nil {
			t.Error("the request's context ended with the server's")
		}
		_, _ = io.WriteString(w, "whole")
	}), ServeOptions{OnDrain: func() { close(finish) }, OnShutdown: func(context.Context) { close(sockets) }})
	go func() {
		<-began
		stop()
	}()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "whole" {
		t.Errorf("%q, %v", body, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	<-sockets
	if _, err := http.Get(url); err == nil {
		t.Error("the listener is still open")
	}
}

func TestDrainingSaysClose(t *testing.T) {
	t.Parallel()
	draining, shut := make(chan struct{}), make(chan struct{})
	url, stop, done := started(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ServeOptions{
		Drain: time.Second, OnDrain: func() { close(draining) }, OnShutdown: func(context.Context) { close(shut) },
	})
	// A client that keeps its connection finds it open, and hears in the answer that it was the last.
	kept := &http.Client{Transport: &http.Transport{}}
	resp, err := kept.Get(url)
	if err != nil || resp.Close || resp.Body.Close() != nil {
		t.Fatalf("before the end: %+v, %v", resp, err)
	}
	stop()
	<-draining
	reused := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err = kept.Do(req); err != nil {
		t.Fatalf("no answer while draining: %v", err)
	}
	defer resp.Body.Close()
	if !resp.Close || !reused {
		t.Errorf("close %v, on the connection from before: %v", resp.Close, reused)
	}
	<-shut
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRequestThatBeganBeforeTheEndSaysClose(t *testing.T) {
	t.Parallel()
	began, draining := make(chan struct{}), make(chan struct{})
	h := AccessLog(discard)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-draining
		_, _ = io.WriteString(w, "late")
	}))
	url, stop, done := started(t, h, ServeOptions{Drain: time.Second, OnDrain: func() { close(draining) }})
	go func() {
		<-began
		stop()
	}()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if !resp.Close {
		t.Error("the connection is kept, and closed later under the next request")
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// noticing tells of connections that were accepted, and of the end of that.
type noticing struct {
	net.Listener
	accepted, closed chan struct{}
}

func (l noticing) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		close(l.closed)
	} else {
		l.accepted <- struct{}{}
	}
	return conn, err
}

func TestConnectionThatCameWhileDrainingIsServed(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := noticing{ln, make(chan struct{}, 1), make(chan struct{})}
	draining, done := make(chan struct{}), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		done <- Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "served") }),
			ServeOptions{Log: discard, Drain: time.Second, OnDrain: func() { close(draining) }})
	}()
	stop()
	<-draining
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	<-l.accepted
	<-l.closed // only now the client gets to send what it connected for
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("the request was dropped: %v", err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "served" || err != nil || !resp.Close {
		t.Errorf("%q, %v, close %v", body, err, resp.Close)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRequestsThatDoNotEndAreCutOff(t *testing.T) {
	t.Parallel()
	began, finish := make(chan struct{}), make(chan struct{})
	defer close(finish)
	url, stop, done := started(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(began)
		<-finish
	}), ServeOptions{ShutdownTimeout: time.Millisecond})
	go func() {
		<-began
		stop()
	}()
	if _, err := http.Get(url); err == nil {
		t.Error("want a broken connection")
	}
	if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

func TestHeaderThatTricklesIn(t *testing.T) {
	t.Parallel()
	url, stop, done := started(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("half a header was served")
	}), ServeOptions{ReadHeaderTimeout: 20 * time.Millisecond})
	conn, err := net.Dial("tcp", url[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	// The server gives up; without its time-out this read would block until the test is killed.
	if _, err := io.ReadAll(conn); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLargeHeader(t *testing.T) {
	t.Parallel()
	url, stop, done := started(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ServeOptions{})
	conn, err := net.Dial("tcp", url[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// More than the limit and net/http's slack of 4 KiB, and all of it fits the socket's buffers.
	header := "GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("x", 37<<10) + "\r\n\r\n"
	if _, err := io.WriteString(conn, header); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d, want 431", resp.StatusCode)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestServeTellsWhyItCannot(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := Serve(t.Context(), ln, http.NotFoundHandler(), ServeOptions{Log: discard}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
