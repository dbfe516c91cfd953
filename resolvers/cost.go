package resolvers

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/models"
)

// costHeader asks for extensions.cost.
const costHeader = "Graphql-Cost"

// ReportCost puts what an operation really took into `extensions.cost`, where the header GraphQL-Cost: report asks for
// it: SQL statements (begin and commit are not counted) and milliseconds.
func ReportCost(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Headers.Get(costHeader) != "report" {
		return next(ctx)
	}
	start := time.Now()
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
			"sqlStatements": statements.Load(),
			"milliseconds":  float64(time.Since(start).Microseconds()) / 1000,
		}
		return response
	}
}
