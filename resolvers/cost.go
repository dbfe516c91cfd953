package resolvers

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/models"
)

// costHeader asks for extensions.cost.
const costHeader = "Graphql-Cost"

func wantsCost(h http.Header) bool { return h.Get(costHeader) == "report" }

type sessionStatementsKey struct{}

// countSession has the statements counted that finding the caller out takes; look runs under the context it is given.
func countSession(ctx context.Context, look func(context.Context)) context.Context {
	counted, statements := models.CountStatements(ctx)
	look(counted)
	return context.WithValue(ctx, sessionStatementsKey{}, statements)
}

// ReportCost puts what an operation really took into `extensions.cost`, where the header GraphQL-Cost: report asks for
// it: its SQL statements and those that looked for the caller's session (begin and commit are not counted), and
// milliseconds.
func ReportCost(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if !wantsCost(graphql.GetOperationContext(ctx).Headers) {
		return next(ctx)
	}
	start := time.Now()
	var session int64
	if n, ok := ctx.Value(sessionStatementsKey{}).(*atomic.Int64); ok {
		session = n.Load()
	}
	ctx, statements := models.CountStatements(ctx)
	respond := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if response == nil {
			return nil
		}
		if response.Extensions == nil {
			response.Extensions = make(map[string]any, 1)
		}
		response.Extensions["cost"] = map[string]any{
			"sqlStatements":        statements.Load(),
			"sessionSqlStatements": session,
			"milliseconds":         float64(time.Since(start).Microseconds()) / 1000,
		}
		return response
	}
}
