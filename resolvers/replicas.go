package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/loaders"
	"styleshare/models"
)

// ReadReplicas lets queries read from the replicas of db. Mutations never do, because they answer with what they have just
// changed; nor do subscriptions, because an event may be newer than what a replica shows.
func ReadReplicas(db *models.DB) graphql.OperationMiddleware {
	return func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if graphql.GetOperationContext(ctx).Operation.Operation == ast.Query {
			ctx = db.MayBeOld(ctx, loaders.CallerOf(ctx).UserID)
		}
		return next(ctx)
	}
}
