package transport

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"styleshare/internal/fault"
	"styleshare/internal/tracing"
	"styleshare/internal/web"
)

// A receiver is the client's end of one operation on a long connection. Errors mean that the client is gone.
type receiver interface {
	// next takes an answer: the only one of a query or mutation, or one of a subscription's.
	next(resp *graphql.Response) error
	// fail takes the errors that end an operation, of which nothing was executed or nothing more will come.
	fail(resp *graphql.Response) error
}

// errGone is why an operation ends whose client does not take its answers.
var errGone = errors.New("the client is gone")

// stream executes one operation for a receiver, to the end, or says what is wrong with it. ctx ends it early.
func (e *Executor) stream(ctx context.Context, c checked, to receiver) (info web.Operation) {
	defer func() {
		if p := recover(); p != nil {
			info.Code = string(fault.Internal)
			_ = e.recovered(ctx, p) // logs it; the client learns nothing of it
			_ = to.fail(refusedResponse(ctx, fault.New(fault.Internal, messageInternal)))
		}
	}()
	if c.panicked {
		info.Code = string(fault.Internal)
		_ = to.fail(refusedResponse(ctx, fault.New(fault.Internal, messageInternal)))
		return info
	}
	info = describe(c.op, c.doc)
	ctx = graphql.WithOperationContext(ctx, c.op)
	if len(c.errs) > 0 {
		resp := e.DispatchError(ctx, c.errs)
		info.Code = firstCode(resp.Errors)
		_ = to.fail(resp)
		return info
	}
	if c.is(ast.Subscription) {
		info.Code = e.subscribe(ctx, c.op, to)
		return info
	}
	ctx, cancel := context.WithTimeoutCause(ctx, e.config.Timeout, errTimeout)
	defer cancel()
	resp, _ := e.answer(ctx, c.op, info)
	info.Code = firstCode(resp.Errors)
	_ = receive(to, resp)
	return info
}

// answer executes a query or a mutation. whole is false where it was ended early; resp is never nil.
func (e *Executor) answer(ctx context.Context, op *graphql.OperationContext, info web.Operation) (resp *graphql.Response, whole bool) {
	ctx, watched := e.watch(ctx, info)
	defer func() { watched.end(ctx, endedAs(resp)) }()
	responses, ctx := e.DispatchOperation(ctx, op)
	resp = responses(ctx)
	if timedOut(ctx) && (resp == nil || len(resp.Errors) > 0) {
		e.config.Log.WarnContext(ctx, "operation timed out", slog.String("operation", operationName(ctx)))
		return refusedResponse(ctx, ended(ctx)), false
	}
	if resp == nil { // the executor's word for a context that has ended
		return refusedResponse(ctx, ended(ctx)), false
	}
	return resp, true
}

// endedAs is the code of an answer; a panic leaves none.
func endedAs(resp *graphql.Response) string {
	if resp == nil {
		return string(fault.Internal)
	}
	return firstCode(resp.Errors)
}

// subscribe passes a subscription's answers on until it ends, and waits for its producer.
func (e *Executor) subscribe(ctx context.Context, op *graphql.OperationContext, to receiver) (code string) {
	ctx, end := context.WithCancelCause(tracing.Apart(ctx))
	made := &production{exec: e}
	defer made.running.Wait()
	defer end(nil)
	var responses graphql.ResponseHandler
	aside(func() { responses, ctx = e.DispatchOperation(context.WithValue(ctx, productionKey{}, made), op) })
	for {
		resp := responses(ctx)
		if resp == nil {
			break
		}
		if err := receive(to, resp); err != nil {
			end(errGone)
			return ""
		}
		if resp.Data == nil {
			return firstCode(resp.Errors)
		}
	}
	if err := made.failure(); err != nil && ctx.Err() == nil {
		presented := &graphql.Response{Errors: gqlerror.List{e.present(ctx, err)}}
		_ = to.fail(presented)
		return firstCode(presented.Errors)
	}
	return ""
}

// receive tells an answer from errors without one.
func receive(to receiver, resp *graphql.Response) error {
	if resp.Data == nil {
		return to.fail(resp)
	}
	return to.next(resp)
}

// observe counts and logs an operation that was no HTTP request of its own.
func (e *Executor) observe(ctx context.Context, info web.Operation, took time.Duration) {
	e.config.Log.InfoContext(ctx, "operation", slog.Float64("duration_ms", float64(took.Microseconds())/1000), slog.Group("operation",
		slog.String("name", info.Name), slog.String("type", info.Type), slog.String("hash", info.Hash), slog.String("code", info.Code)))
	if e.config.Observe != nil {
		e.config.Observe(info, took)
	}
}
