package resolvers

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/graph/transport"
	"styleshare/internal/ratelimit"
	"styleshare/internal/usage"
	"styleshare/loaders"
	"styleshare/models"
)

// Spend takes an operation's cost off the budget of the signed-in person; strangers share that of their address.
func Spend(budget *ratelimit.Budget) func(context.Context, int) ratelimit.Balance {
	return func(ctx context.Context, cost int) ratelimit.Balance {
		return budget.Spend(budgetKey(loaders.CallerOf(ctx)), cost)
	}
}

// budgetKey is who is counted: the signed-in person, or the address of strangers.
func budgetKey(caller loaders.Caller) string {
	if caller.UserID != 0 {
		return "person " + strconv.FormatInt(caller.UserID, 10)
	}
	return "address " + caller.Address
}

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

// ReportCost puts what an operation cost into `extensions.cost`, where the header GraphQL-Cost: report asks for it. What it
// was charged: `requested`, of the `perRequest` that one operation may cost, and what of the caller's `budget` of a minute is
// `remaining` until `resetAt`. And what it really took: its SQL statements and those that looked for the caller's session
// (begin and commit are not counted), the keys that memcached had and had not, and milliseconds.
func ReportCost(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if !wantsCost(graphql.GetOperationContext(ctx).Headers) {
		return next(ctx)
	}
	start := time.Now()
	var session int64
	if n, ok := ctx.Value(sessionStatementsKey{}).(*atomic.Int64); ok {
		session = n.Load()
	}
	ctx, used := usage.Track(ctx)
	charge := charged(transport.ChargeOf(ctx))
	respond := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if response == nil {
			return nil
		}
		if response.Extensions == nil {
			response.Extensions = make(map[string]any, 1)
		}
		took := map[string]any{
			"sqlStatements":        used.Statements.Load(),
			"sessionSqlStatements": session,
			"cacheHits":            used.Hits.Load(),
			"cacheMisses":          used.Misses.Load(),
			"milliseconds":         float64(time.Since(start).Microseconds()) / 1000,
		}
		maps.Copy(took, charge)
		response.Extensions["cost"] = took
		return response
	}
}

func charged(c transport.Charge) map[string]any {
	return map[string]any{
		"requested": c.Requested, "perRequest": c.PerRequest,
		"budget": c.Balance.Budget, "remaining": c.Balance.Remaining, "resetAt": c.Balance.ResetAt.Format(time.RFC3339),
	}
}
