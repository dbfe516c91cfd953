package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"styleshare/internal/fault"
	"styleshare/internal/web"
)

// What a client reads where the cause is none of its business.
const (
	messageInternal  = "internal error"
	messageTimeout   = "the request took too long"
	messageCancelled = "the request was cancelled"
)

// Answers to broken documents stay small: so many errors, of so many bytes each.
const (
	maxRequestErrors = 20
	maxMessage       = 300
)

var errTimeout = errors.New("operation timed out")

// panicked stands for a panic, which is in the log already.
type panicked struct{}

func (panicked) Error() string { return "panic" }

// present words an error of execution for the client and logs what the client must not see.
// Only a *fault.Error is known to be safe; everything else is INTERNAL.
func (e *Executor) present(ctx context.Context, err error) *gqlerror.Error {
	if err == nil {
		return nil
	}
	out := &gqlerror.Error{Path: graphql.GetPath(ctx)}
	cause := err
	if located, ok := errors.AsType[*gqlerror.Error](err); ok && located != nil {
		out.Path, out.Locations = located.Path, located.Locations
		if located.Err != nil {
			cause = located.Err
		}
	}
	argument, field := badArgument(ctx, out.Path)
	if argument != "" {
		out.Path = field
	}
	known, _ := errors.AsType[*fault.Error](err)
	switch {
	case known != nil && known.Code != fault.Internal:
		if known.Cause != nil && firstIncident(ctx, known.Error()) {
			e.config.Log.InfoContext(ctx, "refused", slog.String("code", string(known.Code)), slog.Any("error", known.Cause))
		}
		if argument != "" {
			known = &fault.Error{Code: known.Code, Message: argument + ": " + known.Message, RetryAfter: known.RetryAfter}
		}
	case errors.As(err, new(panicked)):
		known = fault.New(fault.Internal, messageInternal)
	case ctx.Err() != nil:
		known = ended(ctx)
		e.config.Log.DebugContext(ctx, "operation ended early", slog.Any("error", cause))
	case argument != "":
		known = fault.New(fault.BadUserInput, "%s: the value is not valid", argument)
	default:
		e.logInternal(ctx, out.Path, cause)
		if known == nil {
			known = fault.New(fault.Internal, messageInternal)
		}
	}
	fill(ctx, out, known)
	return out
}

// fill puts the client's face of f into out.
func fill(ctx context.Context, out *gqlerror.Error, f *fault.Error) {
	out.Err = f
	out.Message = f.Message
	out.Extensions = map[string]any{"code": string(f.Code)}
	for name, n := range f.Figures {
		out.Extensions[name] = n
	}
	if f.Code == fault.Internal {
		out.Extensions["requestId"] = web.RequestIDOf(ctx)
	}
	if f.RetryAfter > 0 {
		out.Extensions["retryAfterSeconds"] = int(math.Ceil(f.RetryAfter.Seconds()))
	}
}

// ended tells why ctx ended: our time-out or the client's leaving.
func ended(ctx context.Context) *fault.Error {
	if timedOut(ctx) {
		return fault.New(fault.Internal, messageTimeout)
	}
	return fault.New(fault.Internal, messageCancelled)
}

func timedOut(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errTimeout) }

// badArgument names the argument, as a dotted path, where the error came up while arguments were read: gqlgen sets
// a field's Args after reading them. field is then the path of the field alone, for path ends with the argument's.
func badArgument(ctx context.Context, path ast.Path) (argument string, field ast.Path) {
	fc := graphql.GetFieldContext(ctx)
	if fc == nil || fc.Args != nil || fc.Field.Field == nil || len(fc.Field.Arguments) == 0 {
		return "", nil
	}
	field = fc.Path()
	if len(path) <= len(field) {
		return "", nil
	}
	return shorten(path[len(field):].String()), field
}

// recovered is what a panic in a resolver becomes.
func (e *Executor) recovered(ctx context.Context, p any) error {
	text := fmt.Sprint(p)
	if firstIncident(ctx, text) {
		e.config.Log.ErrorContext(ctx, "panic in operation", slog.String("operation", operationName(ctx)),
			slog.String("panic", text), slog.String("stack", string(debug.Stack())))
	}
	return panicked{}
}

func (e *Executor) logInternal(ctx context.Context, path ast.Path, cause error) {
	text := cause.Error()
	if !firstIncident(ctx, text) {
		return
	}
	e.config.Log.ErrorContext(ctx, "internal error", slog.String("operation", operationName(ctx)),
		slog.String("path", path.String()), slog.Any("error", cause))
}

func operationName(ctx context.Context) string {
	if !graphql.HasOperationContext(ctx) {
		return ""
	}
	if op := graphql.GetOperationContext(ctx).Operation; op != nil {
		return shorten(op.Name)
	}
	return ""
}

// refuse is one error about the request as a whole.
func refuse(f *fault.Error) gqlerror.List {
	return gqlerror.List{{Err: f, Message: f.Message}}
}

// requestErrors makes gqlparser's findings the client's fault, and drops what would make the answer long.
// Extensions that refuse an operation with a *fault.Error keep their code.
func requestErrors(errs gqlerror.List) gqlerror.List {
	errs = errs[:min(len(errs), maxRequestErrors)]
	out := make(gqlerror.List, len(errs))
	for i, err := range errs {
		f, _ := errors.AsType[*fault.Error](err)
		if f == nil {
			f = fault.New(fault.BadUserInput, "%s", shorten(variable(err.Path)+err.Message))
		}
		out[i] = &gqlerror.Error{Err: f, Message: f.Message, Locations: err.Locations}
	}
	return out
}

// variable words gqlparser's path of a wrong variable: it is no path of the answer, where the specification wants one.
func variable(path ast.Path) string {
	if len(path) < 2 || path[0] != ast.PathName("variable") {
		return ""
	}
	return "$" + path[1:].String() + " "
}

// shorten bounds what a message repeats of the client's own words.
func shorten(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	cut := maxMessage
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimSpace(s[:cut]) + " …"
}
