package plan_test

import (
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/graph"
	"styleshare/graph/generated"
	"styleshare/graph/transport"
	"styleshare/loaders"
)

// prepared answers Query.discover with a page that was read before, with all that hangs on it.
type prepared struct {
	generated.ResolverRoot
	page *loaders.StyleConnection
}

func (p prepared) Query() generated.QueryResolver {
	return preparedQuery{p.ResolverRoot.Query(), p.page}
}

type preparedQuery struct {
	generated.QueryResolver
	page *loaders.StyleConnection
}

func (q preparedQuery) Discover(context.Context, *int, *string) (*loaders.StyleConnection, error) {
	return q.page, nil
}

// BenchmarkPage is what GraphQL itself costs for a page of 20 style cards: everything that it is made of is there.
func BenchmarkPage(b *testing.B) {
	r := newRig(b)
	document := graph.Documents()["Discover"]
	for _, planned := range []bool{false, true} {
		name := map[bool]string{false: "gqlgen", true: "plan"}[planned]
		b.Run(name, func(b *testing.B) {
			ctx := loaders.WithCaller(b.Context(), loaders.Caller{UserID: r.people[0], Language: "ko"})
			page, err := r.loaders.Discover(ctx, ptr(20), nil)
			if err != nil || len(page.Nodes) < 20 {
				b.Fatal(page, err)
			}
			config := generated.Config{Resolvers: prepared{r.resolvers, page}}
			e := transport.NewExecutor(generated.NewExecutableSchema(config), transport.Config{})
			if planned {
				e.AroundRootFields(generated.NewPlanner(config))
			}
			b.ReportAllocs()
			for b.Loop() {
				op, errs := e.CreateOperationContext(graphql.StartOperationTrace(ctx), &graphql.RawParams{Query: document})
				if errs != nil {
					b.Fatal(errs)
				}
				respond, opCtx := e.DispatchOperation(ctx, op)
				if response := respond(opCtx); len(response.Errors) > 0 {
					b.Fatal(response.Errors)
				}
			}
		})
	}
}
