package plan

import (
	"context"
	"io"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/internal/tracing"
	"styleshare/loaders"
)

// kept is how many plans are kept, of the latest root fields: more than apps have screens.
const kept = 1000

// Planner compiles selections and keeps them. E is what the generated code executes with.
type Planner[E any] struct {
	schema *ast.Schema
	types  Types[E]
	plans  *lru.Cache[planKey, *compiled[E]]
}

// planKey names a root field of a document that lives as long as the key does. A fragment with root fields may be part of
// several operations.
type planKey struct {
	operation *ast.OperationDefinition
	field     *ast.Field
}

// New makes a Planner for a schema.
func New[E any](schema *ast.Schema, types Types[E]) *Planner[E] {
	plans, err := lru.New[planKey, *compiled[E]](kept)
	if err != nil {
		panic(err) // of a size below 1
	}
	return &Planner[E]{schema, types, plans}
}

// Root calls the resolver of a root field, once, and writes its answer. What cannot be written is answered by gqlgen, from
// what the resolver gave; nil says that it was written.
type Root[E any] func(ctx context.Context, exec E, w *Writer, f *Field, field graphql.CollectedField) (instead graphql.Marshaler)

// Answer answers a root field of a query or a mutation by its plan, or else by next.
func (p *Planner[E]) Answer(ctx context.Context, exec E, root Root[E], next graphql.RootResolver) graphql.Marshaler {
	op, field := graphql.GetOperationContext(ctx), graphql.GetRootFieldContext(ctx).Field
	if op.Operation.Operation == ast.Subscription {
		return next(ctx)
	}
	c := p.plan(ctx, op, exec, field)
	if c == nil {
		return next(ctx)
	}
	values, err := c.values(ctx, exec, op.Variables)
	if err != nil {
		return next(ctx)
	}
	w := writers.Get().(*Writer)
	w.arguments = values
	ctx, span := tracing.Start(ctx, c.name, tracing.Internal)
	w.trace(ctx, span)
	defer span.End(nil)
	ahead := loaders.WithAhead(ctx, &loaders.Ahead{Root: &c.wanted, Arguments: values})
	if instead := root(ahead, exec, w, &c.root, field); instead != nil {
		w.free()
		return instead
	}
	return answer{w}
}

// Panicked answers a root field whose resolver has panicked as gqlgen does. Called while that is recovered from, so that
// the report has the stack; the resolver is not called again, because it may have done its work.
func Panicked(ctx context.Context, op *graphql.OperationContext, field graphql.CollectedField, with any) graphql.Marshaler {
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: field.ObjectDefinition.Name, Field: field})
	op.Error(ctx, op.Recover(ctx, with))
	return graphql.Null
}

// Try is false where f is, or panics.
func Try(f func() bool) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return f()
}

// plan is nil where there cannot be one.
func (p *Planner[E]) plan(ctx context.Context, op *graphql.OperationContext, exec E, field graphql.CollectedField) *compiled[E] {
	key := planKey{op.Operation, field.Field}
	if c, ok := p.plans.Get(key); ok {
		return c
	}
	var c *compiled[E]
	// The root field's own directives have been seen to already: it is here.
	if !varies(op.Operation.SelectionSet) {
		compiler := &compiler[E]{ctx, op, exec, p.schema, p.types, new(compiled[E])}
		if root, ok := compiler.field(field, field.ObjectDefinition.Name); ok {
			c = compiler.plan
			c.root, c.wanted, c.name = root, root.wanted(), field.ObjectDefinition.Name+"."+field.Name
		}
	}
	p.plans.Add(key, c)
	return c
}

// mostKept is the largest buffer that is used again, in bytes.
const mostKept = 256 << 10

var writers = sync.Pool{New: func() any { return &Writer{out: make([]byte, 0, 16<<10)} }}

func (w *Writer) free() {
	w.arguments, w.traced = nil, nil
	if cap(w.out) <= mostKept {
		w.out = w.out[:0]
		writers.Put(w)
	}
}

// answer is written once, by the executor.
type answer struct{ w *Writer }

// MarshalGQL writes the answer.
func (a answer) MarshalGQL(w io.Writer) {
	_, _ = w.Write(a.w.out)
	a.w.free()
}
