package transport

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"styleshare/internal/fault"
	"styleshare/internal/web"
)

// mediaEvents is the media type of server-sent events.
const mediaEvents = "text/event-stream"

// wantsEvents decides whether the answer is a stream of server-sent events: where the client likes them better than JSON,
// and for a subscription where it takes them at all.
func wantsEvents(r *http.Request, c checked) bool {
	accept := qualities(accepted(r))
	events := accept[mediaEvents]
	return events > max(accept[mediaJSON], accept[mediaGraphQL]) || events > 0 && c.is(ast.Subscription)
}

// events answers with GraphQL over server-sent events, in the mode of distinct connections: each answer is an event
// "next", whatever is wrong with the operation too, and the last event is "complete".
func (h *handler) events(w http.ResponseWriter, r *http.Request, c checked) {
	streams := h.exec.config.Streams
	if c.is(ast.Mutation) && r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		Refuse(w, r, http.StatusMethodNotAllowed, fault.New(fault.BadUserInput, "send mutations as POST"))
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	s := &eventStream{w: w, control: http.NewResponseController(w), streams: streams, quit: cancel}
	if no := s.begin(streams.config.IdentityOf(ctx)); no != nil {
		streams.refuse(w, r, no)
		return
	}
	defer streams.leave(s)
	defer s.close()
	if err := s.write(":\n\n"); err != nil { // proxies and clients see that it has begun
		return
	}
	streams.metrics.operations.Inc()
	defer streams.metrics.operations.Dec()
	if requests := streams.config.InFlight; requests != nil {
		requests.Dec()
		defer requests.Inc()
	}
	info := h.exec.stream(ctx, c, s)
	web.SetOperation(r.Context(), info)
	s.complete()
}

// eventStream is an answer of server-sent events.
type eventStream struct {
	control *http.ResponseController
	streams *Streams
	quit    context.CancelFunc

	mu   sync.Mutex
	w    http.ResponseWriter
	over bool // nothing more is written
}

// begin enters and sets the header. The time-outs of the server are for requests that end: each write gets its own.
func (s *eventStream) begin(who Identity) (refused *ending) {
	s.mu.Lock() // whoever wants to end it waits until it has begun
	defer s.mu.Unlock()
	if no := s.streams.enter(s, who); no != nil {
		return no
	}
	h := s.w.Header()
	h.Set("Content-Type", mediaEvents+"; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	h.Add("Vary", "Accept")
	// A connection that takes no deadlines has none to lift.
	_ = s.control.SetReadDeadline(time.Time{})
	return nil
}

// write sends a piece and flushes it. A client that does not read is dropped.
func (s *eventStream) write(piece string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return errGone
	}
	limit := s.streams.config.SlowAfter
	err := s.control.SetWriteDeadline(time.Now().Add(limit))
	if err == nil {
		_, err = s.w.Write([]byte(piece))
	}
	if err == nil {
		err = s.control.Flush()
	}
	if err != nil {
		s.over = true
		s.streams.metrics.dropped.WithLabelValues(endSlow.reason).Inc()
		s.quit()
	}
	return err
}

func (s *eventStream) next(resp *graphql.Response) error {
	head, tail := envelope(resp)
	s.streams.metrics.delivered.Inc()
	return s.write("event: next\ndata: " + string(join(head, resp.Data, tail)) + "\n\n") // JSON in one line, as the executor makes it
}

func (s *eventStream) fail(resp *graphql.Response) error { return s.next(resp) }

func (s *eventStream) complete() {
	_ = s.write("event: complete\ndata:\n\n")
	s.close()
}

// close has nothing written any more.
func (s *eventStream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

func (s *eventStream) beat() { _ = s.write(":\n\n") }

// end ends the stream. Where the client should come back it is told when, and gets no "complete": there is more to come.
func (s *eventStream) end(why ending, after time.Duration) {
	s.streams.metrics.dropped.WithLabelValues(why.reason).Inc()
	if after > 0 {
		_ = s.write(fmt.Sprintf("retry: %d\n\n", after.Milliseconds()))
	} else {
		err := &gqlerror.Error{}
		fill(context.Background(), err, fault.New(why.fault, "%s", why.text))
		_ = s.fail(&graphql.Response{Errors: gqlerror.List{err}})
		s.complete()
	}
	s.close()
	s.quit()
}
