package transport

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

const testSDL = `
scalar Moment
enum Color { RED CRIMSON }
input Filter { text: String! limit: Int = 10 since: Moment flags: [Boolean!] }
type Query { hello: String echo(text: String): String add(a: Int!, b: Int!): Int at(moment: Moment!): String find(filter: Filter!): String
  fail: String! crash: String pair: [String] paint(color: Color): String wait: String self: Query }
type Mutation { bump: Int }
type Subscription { tick: Int hang: Int break: Int crash: Int }`

// tiny is an executable schema as gqlgen would generate it, of resolvers given by the test.
type tiny struct {
	schema    *ast.Schema
	resolvers map[string]func(ctx context.Context, args map[string]any) (any, error)
}

func newTiny() *tiny {
	t := &tiny{schema: gqlparser.MustLoadSchema(&ast.Source{Name: "tiny", Input: testSDL})}
	t.resolvers = map[string]func(context.Context, map[string]any) (any, error){
		"hello": func(context.Context, map[string]any) (any, error) { return "world", nil },
		"echo":  func(_ context.Context, args map[string]any) (any, error) { return args["text"], nil },
		"at":    func(context.Context, map[string]any) (any, error) { return "then", nil },
		"find":  func(context.Context, map[string]any) (any, error) { return "found", nil },
		"bump":  func(context.Context, map[string]any) (any, error) { return "1", nil },
		"crash": func(context.Context, map[string]any) (any, error) { panic("secret in a panic") },
		"pair":  func(context.Context, map[string]any) (any, error) { return nil, nil },
	}
	return t
}

func (t *tiny) Schema() *ast.Schema { return t.schema }

func (t *tiny) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (t *tiny) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation == ast.Subscription {
		return t.subscribe(ctx, op)
	}
	root := t.schema.Query
	if op.Operation.Operation == ast.Mutation {
		root = t.schema.Mutation
	}
	return func(ctx context.Context) *graphql.Response {
		data := t.object(ctx, op, root, op.Operation.SelectionSet)
		var buf bytes.Buffer
		data.MarshalGQL(&buf)
		return &graphql.Response{Data: buf.Bytes()}
	}
}

func (t *tiny) object(ctx context.Context, op *graphql.OperationContext, def *ast.Definition, set ast.SelectionSet) graphql.Marshaler {
	fields := graphql.CollectFields(op, set, []string{def.Name})
	out := graphql.NewFieldSet(fields)
	for i, f := range fields {
		switch f.Name {
		case "__typename":
			out.Values[i] = graphql.MarshalString(def.Name)
		case "__type", "__schema":
			out.Values[i] = graphql.Null
		case "self":
			fc := &graphql.FieldContext{Object: def.Name, Field: f}
			out.Values[i] = t.object(graphql.WithFieldContext(ctx, fc), op, def, f.Selections)
		default:
			out.Values[i] = t.field(ctx, op, def, f)
		}
	}
	out.Dispatch(ctx)
	return out
}

func (t *tiny) field(ctx context.Context, op *graphql.OperationContext, def *ast.Definition, f graphql.CollectedField) graphql.Marshaler {
	return graphql.ResolveField(ctx, op, f,
		func(ctx context.Context, f graphql.CollectedField) (*graphql.FieldContext, error) {
			fc := &graphql.FieldContext{Object: def.Name, Field: f, IsResolver: true}
			ctx = graphql.WithFieldContext(ctx, fc)
			raw := f.ArgumentMap(op.Variables)
			args := map[string]any{}
			for name := range raw {
				arg, err := graphql.ProcessArgField(ctx, raw, name, readArgument)
				if err != nil {
					op.Error(ctx, err)
					return fc, err
				}
				args[name] = arg
			}
			fc.Args = args
			return fc, nil
		},
		func(ctx context.Context) (any, error) {
			return t.resolvers[f.Name](ctx, graphql.GetFieldContext(ctx).Args)
		}, nil,
		func(_ context.Context, _ ast.SelectionSet, v string) graphql.Marshaler {
			return graphql.MarshalString(v)
		},
		true, false)
}

// readArgument knows one scalar that may be wrong: a Moment, which never comes as one of the others.
func readArgument(ctx context.Context, v any) (any, error) {
	if s, ok := v.(string); ok && strings.HasPrefix(s, "moment:") {
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return nil, graphql.ErrorOnPath(ctx, errors.New("internals of time.Parse: "+err.Error()))
		}
	}
	return v, nil
}

// subscribe is what gqlgen generates for a subscription of numbers.
func (t *tiny) subscribe(ctx context.Context, op *graphql.OperationContext) graphql.ResponseHandler {
	field := graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"})[0]
	next := graphql.ResolveFieldStream(ctx, op, field,
		func(context.Context, graphql.CollectedField) (*graphql.FieldContext, error) {
			return &graphql.FieldContext{Object: "Subscription", Field: field, IsResolver: true}, nil
		},
		func(ctx context.Context) (any, error) { return t.resolvers[field.Name](ctx, nil) }, nil,
		func(_ context.Context, _ ast.SelectionSet, n int) graphql.Marshaler { return graphql.MarshalInt(n) },
		true, false)
	return func(ctx context.Context) *graphql.Response {
		if next == nil {
			return nil
		}
		data := next(ctx)
		if data == nil {
			return nil
		}
		var buf bytes.Buffer
		data.MarshalGQL(&buf)
		return &graphql.Response{Data: buf.Bytes()}
	}
}
