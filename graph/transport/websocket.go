package transport

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/coder/websocket"

	"styleshare/internal/fault"
	"styleshare/internal/tracing"
)

// subprotocol is the one of the graphql-ws library: one connection carries many operations.
const subprotocol = "graphql-transport-ws"

func wantsWebSocket(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// upgrade makes a WebSocket of a request. It returns as soon as that stands, so that net/http keeps nothing of the
// request in memory: the access log has it as status 101.
func (h *handler) upgrade(w http.ResponseWriter, r *http.Request) {
	streams := h.exec.config.Streams
	if !sameOrigin(r) && !slices.Contains(streams.config.Origins, "*") && !slices.Contains(streams.config.Origins, r.Header.Get("Origin")) {
		Refuse(w, r, http.StatusForbidden, fault.New(fault.Forbidden, "pages of this origin may not open WebSockets here"))
		return
	}
	s := newSocket(tracing.Apart(context.WithoutCancel(r.Context())), h.exec, streams)
	s.client = clientOf(r.Header).kept()
	who := streams.config.IdentityOf(s.ctx)
	s.mu.Lock() // whoever wants to end it waits until it stands
	defer s.mu.Unlock()
	if no := streams.enter(s, Identity{Address: who.Address}); no != nil {
		streams.refuse(w, r, no)
		return
	}
	conn, err := websocket.Accept(smallBuffers{w}, r, &websocket.AcceptOptions{
		Subprotocols: []string{subprotocol}, InsecureSkipVerify: true, // the origin was looked at, by the same list as for CORS
		CompressionMode: websocket.CompressionDisabled, // it would take more memory for each idle connection than all the rest
	})
	if err != nil { // and answered
		streams.leave(s)
		return
	}
	conn.SetReadLimit(h.exec.config.Limits.BodyBytes)
	s.conn = conn
	go s.run(who)
}

// refuse answers a request that would have become a long connection.
func (s *Streams) refuse(w http.ResponseWriter, r *http.Request, why *ending) {
	s.metrics.dropped.WithLabelValues(why.reason).Inc()
	status := http.StatusTooManyRequests
	if why.fault == fault.Internal {
		status = http.StatusServiceUnavailable
	}
	err := fault.New(why.fault, "%s", why.text)
	err.RetryAfter = minComeBack
	Refuse(w, r, status, err)
}

// sameOrigin is true for the server's own pages, and for what is no page at all.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// smallBuffers has a hijacked connection come with buffers that suit small messages: an idle one holds them for hours.
type smallBuffers struct{ http.ResponseWriter }

const (
	readBuffer  = 512
	writeBuffer = 1024
)

// Hijack hands the connection over.
func (w smallBuffers) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil || buffered.Reader.Buffered() > 0 { // the client did not wait for the answer
		return conn, buffered, err
	}
	return conn, bufio.NewReadWriter(bufio.NewReaderSize(conn, readBuffer), bufio.NewWriterSize(conn, writeBuffer)), nil
}
