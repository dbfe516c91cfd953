package transport

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"

	"styleshare/internal/fault"
)

// socket is one WebSocket. Its goroutine reads; each operation has one of its own, which writes its answers itself: what
// waits to be sent is one message of each operation at most.
type socket struct {
	ctx     context.Context //nolint:containedctx // the connection's own: it stands for its values and its end
	as      context.Context //nolint:containedctx // the same with whoever identified themselves; of run's goroutine alone
	exec    *Executor
	streams *Streams
	ending  atomic.Bool
	quit    context.CancelFunc
	client  client // by which fields are counted; of run's goroutine alone

	operations sync.WaitGroup
	mu         sync.Mutex                    // held while the connection is being upgraded
	conn       *websocket.Conn               // nil where that failed
	running    map[string]context.CancelFunc // by the ids that the client gave
}

func newSocket(ctx context.Context, exec *Executor, streams *Streams) *socket {
	s := &socket{exec: exec, streams: streams}
	s.ctx, s.quit = context.WithCancel(ctx)
	s.as = s.ctx
	return s
}

// connection waits until the request was upgraded.
func (s *socket) connection() *websocket.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

// run serves the connection to its end.
func (s *socket) run(who Identity) {
	defer func() {
		if p := recover(); p != nil {
			_ = s.exec.recovered(s.ctx, p) // logs it; the connection has ended
		}
	}()
	defer s.streams.leave(s)
	defer s.operations.Wait()
	defer func() { _ = s.conn.CloseNow() }()
	defer s.quit()
	if s.conn.Subprotocol() == "" {
		s.end(endSubprotocol, 0)
		return
	}
	late := time.AfterFunc(s.streams.config.InitTimeout, func() { s.end(endInitTimeout, 0) })
	defer late.Stop()
	acknowledged := false
	for {
		m, ok := s.read()
		if !ok {
			return
		}
		switch {
		case m.Type == "ping":
			_ = s.write(message{Type: "pong", Payload: m.Payload})
		case m.Type == "pong":
		case m.Type == "connection_init" && acknowledged:
			s.end(endTooManyInits, 0)
		case m.Type == "connection_init":
			late.Stop()
			aside(func() { acknowledged = s.begin(who, m.Payload) })
		case !acknowledged:
			s.end(endNotAcknowledged, 0)
		case m.Type == "subscribe":
			s.subscribe(m)
		default: // complete
			s.stop(m.ID)
		}
	}
}

// read gives the next message; ok is false at the end of the connection, which a malformed message is.
func (s *socket) read() (m message, ok bool) {
	kind, data, err := s.conn.Read(context.WithoutCancel(s.ctx)) // ended by closing the connection, which may take its time
	if err != nil {
		return m, false
	}
	if kind != websocket.MessageText {
		s.end(endInvalid, 0)
		return m, false
	}
	if m, err = parseMessage(data); err != nil {
		why := endInvalid
		why.text += ": " + err.Error()
		s.end(why, 0)
		return m, false
	}
	return m, true
}

// begin answers connection_init, whose payload may name who it is: {"Authorization": "Bearer …"}, in any case; and which
// client, as browsers cannot do in the headers of a WebSocket.
func (s *socket) begin(who Identity, payload json.RawMessage) (acknowledged bool) {
	i, err := introductionOf(payload)
	if err != nil {
		s.end(endInvalid, 0)
		return false
	}
	if s.client == (client{}) {
		s.client = i.client.kept()
	}
	if i.authorization != "" {
		s.as = s.streams.config.Identify(s.ctx, i.authorization)
		who = s.streams.config.IdentityOf(s.as)
	}
	switch {
	case who.Refused != nil && fault.CodeOf(who.Refused) == fault.Internal:
		s.exec.config.Log.ErrorContext(s.ctx, "access token not checked", slog.Any("error", who.Refused))
		s.end(endUnavailable, 0)
		return false
	case who.Refused != nil:
		s.end(endForbidden, 0)
		return false
	}
	if no := s.streams.rename(s, who); no != nil {
		s.end(*no, 0)
		return false
	}
	_ = s.write(message{Type: "connection_ack"})
	return true
}

// subscribe runs an operation beside the others.
func (s *socket) subscribe(m message) {
	params, bad := decodeBody(m.Payload)
	if bad != nil {
		why := endInvalid
		why.text += ": " + bad.err.Message
		s.end(why, 0)
		return
	}
	params.Headers = s.client.headers()
	ctx, cancel := context.WithCancel(s.as)
	op := &socketOperation{socket: s, id: m.ID}
	exists, many := s.add(m.ID, cancel)
	switch {
	case exists:
		cancel()
		why := endSubscriberExists
		why.text = "Subscriber for " + m.ID + " already exists"
		s.end(why, 0)
	case many:
		cancel()
		_ = op.fail(refusedResponse(ctx, fault.New(fault.RateLimited, "this connection runs %d operations already", s.streams.config.PerSocket)))
	default:
		s.operations.Go(func() { op.run(ctx, params) })
	}
}

func (s *socket) add(id string, cancel context.CancelFunc) (exists, many bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists = s.running[id]; exists {
		return true, false
	}
	if len(s.running) >= s.streams.config.PerSocket {
		return false, true
	}
	if s.running == nil {
		s.running = make(map[string]context.CancelFunc, 1)
	}
	s.running[id] = cancel
	return false, false
}

// stop ends an operation; the id may be used again.
func (s *socket) stop(id string) (was bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cancel, was := s.running[id]
	if was {
		cancel()
		delete(s.running, id)
	}
	return was
}

// slowGrace is how much longer a message may take that made the client count as slow: its reason can only follow it.
const slowGrace = 5 * time.Second

// write sends a message, however many operations want to.
func (s *socket) write(m message) error {
	limit := s.streams.config.SlowAfter
	slow := time.AfterFunc(limit, func() { s.end(endSlow, 0) })
	defer slow.Stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), limit+slowGrace)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, m.encode())
}

// beat pings; a client that does not answer is gone.
func (s *socket) beat() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), s.streams.config.Silence)
	defer cancel()
	conn := s.connection()
	if conn == nil {
		return
	}
	if err := conn.Ping(ctx); errors.Is(err, context.DeadlineExceeded) && !s.ending.Load() {
		s.streams.metrics.dropped.WithLabelValues("silent").Inc()
		_ = conn.CloseNow()
	}
}

// end closes the connection with a code and a reason. run notices, and cleans up.
func (s *socket) end(why ending, after time.Duration) {
	conn := s.connection()
	if conn == nil || s.ending.Swap(true) {
		return
	}
	s.streams.metrics.dropped.WithLabelValues(why.reason).Inc()
	s.quit()
	_ = conn.Close(why.code, why.words(after))
}

// socketOperation is one operation of a socket.
type socketOperation struct {
	*socket
	id string
}

func (o *socketOperation) run(ctx context.Context, params *graphql.RawParams) {
	start := time.Now()
	o.streams.metrics.operations.Inc()
	defer o.streams.metrics.operations.Dec()
	failed := &noting{receiver: o}
	var c checked
	aside(func() { c = o.exec.check(ctx, params) })
	info := o.exec.stream(ctx, c, failed)
	o.exec.observe(ctx, info, time.Since(start))
	if o.stop(o.id) && !failed.failed { // otherwise the client has completed it, or has its error
		_ = o.write(message{ID: o.id, Type: "complete"})
	}
}

// noting notes whether the errors were sent that end an operation.
type noting struct {
	receiver
	failed bool
}

func (f *noting) fail(resp *graphql.Response) error {
	f.failed = true
	return f.receiver.fail(resp)
}

func (o *socketOperation) next(resp *graphql.Response) error {
	head, tail := envelope(resp)
	o.streams.metrics.delivered.Inc()
	return o.write(message{ID: o.id, Type: "next", Payload: join(head, resp.Data, tail)})
}

func (o *socketOperation) fail(resp *graphql.Response) error {
	errs, err := json.Marshal(resp.Errors)
	if err != nil {
		return err
	}
	return o.write(message{ID: o.id, Type: "error", Payload: errs})
}
