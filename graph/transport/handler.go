package transport

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/internal/fault"
	"styleshare/internal/web"
)

// maxLoggedName bounds an operation's name in logs.
const maxLoggedName = 64

// handler is GraphQL over HTTP.
type handler struct {
	exec *Executor
}

// NewHandler makes the handler of /graphql: POST with a JSON body, and GET for queries, as the GraphQL-over-HTTP
// specification describes them, with both of its media types. It tells web.AccessLog the operation. Where the Config has
// Streams, it also serves WebSockets and server-sent events.
//
// Statuses: 400 for requests that are not well-formed, 405, 406, 408, 413, 414, 415; 503 where the time-out ended the
// operation before it was whole, 500 after a panic outside of resolvers. Everything else is 200 for
// application/json; application/graphql-response+json has 400, 401, 403, 429 or 500 where nothing was executed.
func NewHandler(exec *Executor) http.Handler { return &handler{exec} }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	streaming := h.exec.config.Streams != nil
	if streaming && wantsWebSocket(r) {
		h.upgrade(w, r)
		return
	}
	media := negotiate(r)
	if media == "" && !(streaming && qualities(accepted(r))[mediaEvents] > 0) {
		Refuse(w, r, http.StatusNotAcceptable, fault.New(fault.BadUserInput, "accept %s, %s or %s", mediaGraphQL, mediaJSON, mediaEvents))
		return
	}
	params, bad := h.read(w, r)
	if bad != nil {
		Refuse(w, r, bad.status, bad.err)
		return
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), h.exec.config.Timeout, errTimeout)
	defer cancel()
	c := h.exec.check(ctx, params)
	if streaming && wantsEvents(r, c) {
		h.events(w, r, c)
		return
	}
	status, resp, info := h.run(ctx, r.Method, media, c)
	if r.Context().Err() != nil {
		web.SetOperation(ctx, info)
		return // nobody listens any more
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	info.Code = firstCode(resp.Errors)
	web.SetOperation(ctx, info)
	write(w, media, status, resp)
}

func (h *handler) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	limit := h.exec.config.Limits.BodyBytes
	var params *graphql.RawParams
	var no *refusal
	switch r.Method {
	case http.MethodPost:
		params, no = readPost(w, r, limit)
	case http.MethodGet:
		params, no = readGet(r, limit)
	default:
		w.Header().Set("Allow", "GET, POST")
		return nil, refused(http.StatusMethodNotAllowed, "send a POST, or a GET for queries")
	}
	if no == nil {
		params.Headers = r.Header // extensions of the executor read wishes from them
	}
	return params, no
}

// run executes one operation, or says what is wrong with it. resp is never nil.
func (h *handler) run(ctx context.Context, method, media string, c checked) (status int, resp *graphql.Response, info web.Operation) {
	defer func() {
		if p := recover(); p != nil {
			_ = h.exec.recovered(ctx, p) // logs it; the client learns nothing of it
			status, resp = http.StatusInternalServerError, refusedResponse(ctx, fault.New(fault.Internal, messageInternal))
		}
	}()
	if c.panicked {
		return http.StatusInternalServerError, refusedResponse(ctx, fault.New(fault.Internal, messageInternal)), info
	}
	info = describe(c.op, c.doc)
	ctx = graphql.WithOperationContext(ctx, c.op)
	if len(c.errs) > 0 {
		resp = h.exec.DispatchError(ctx, c.errs)
		return statusOf(media, resp), resp, info
	}
	if status, err := overHTTP(c.op.Operation.Operation, method, media); err != nil {
		return status, refusedResponse(ctx, err), info
	}
	resp, whole := h.exec.answer(ctx, c.op, info)
	if !whole {
		return http.StatusServiceUnavailable, resp, info
	}
	return statusOf(media, resp), resp, info
}

// overHTTP refuses what this transport or this method cannot carry.
func overHTTP(kind ast.Operation, method, media string) (int, *fault.Error) {
	switch {
	case kind == ast.Subscription:
		status := http.StatusOK
		if media == mediaGraphQL {
			status = http.StatusBadRequest
		}
		return status, fault.New(fault.BadUserInput, "subscriptions are served over WebSocket and server-sent events")
	case kind == ast.Mutation && method != http.MethodPost:
		return http.StatusMethodNotAllowed, fault.New(fault.BadUserInput, "send mutations as POST")
	}
	return 0, nil
}

func describe(op *graphql.OperationContext, doc *document) web.Operation {
	var info web.Operation
	if doc != nil {
		info.Hash = doc.hash
	}
	if op.Operation != nil {
		info.Name = op.Operation.Name[:min(len(op.Operation.Name), maxLoggedName)]
		info.Type = string(op.Operation.Operation)
	}
	return info
}
