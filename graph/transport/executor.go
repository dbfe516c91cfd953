package transport

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"styleshare/internal/fault"
)

// Executor is gqlgen's executor behind limits, a document cache and an error presenter. Every transport should use
// it: what it refuses and how it words errors does not depend on the wire. Extensions are added to the inner
// executor, before serving begins.
type Executor struct {
	*executor.Executor
	config    Config
	documents *documents
	trusted   *trusted // nil where whatever clients send is run
}

var _ graphql.GraphExecutor = (*Executor)(nil)

// NewExecutor makes an Executor for a schema.
func NewExecutor(schema graphql.ExecutableSchema, config Config) *Executor {
	config = config.withDefaults()
	e := &Executor{
		Executor:  executor.New(schema),
		config:    config,
		documents: newDocuments(schema.Schema(), config),
		trusted:   newTrusted(config.Trusted),
	}
	e.SetQueryCache(fromContext{})
	e.SetErrorPresenter(e.present)
	e.SetRecoverFunc(e.recovered)
	if config.Introspection {
		e.Use(extension.Introspection{})
	}
	return e
}

// CreateOperationContext checks a request up to the point where it can be executed. The errors are all the client's.
// The operation context is never nil; without errors it has an Operation.
func (e *Executor) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	op, _, errs := e.prepare(ctx, params)
	return op, errs
}

// checked is a request that was checked.
type checked struct {
	op       *graphql.OperationContext
	doc      *document
	errs     gqlerror.List
	panicked bool // of which the rest is empty
}

// is tells whether the request is all right and of a kind.
func (c checked) is(kind ast.Operation) bool {
	return !c.panicked && len(c.errs) == 0 && c.op.Operation.Operation == kind
}

// check is prepare for transports.
func (e *Executor) check(ctx context.Context, params *graphql.RawParams) (c checked) {
	defer func() {
		if p := recover(); p != nil {
			_ = e.recovered(ctx, p) // logs it; the client learns nothing of it
			c = checked{panicked: true}
		}
	}()
	c.op, c.doc, c.errs = e.prepare(ctx, params)
	return c
}

// prepare is CreateOperationContext that also gives the document, nil where that is what is wrong.
func (e *Executor) prepare(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, *document, gqlerror.List) {
	failed := &graphql.OperationContext{
		RawQuery: params.Query, OperationName: params.OperationName, DisableIntrospection: true,
	}
	text, register, err := e.find(ctx, params)
	if err != nil {
		return failed, nil, refuse(err)
	}
	params.Query, failed.RawQuery = text, text
	doc, errs := e.documents.load(text)
	if errs != nil {
		return failed, nil, errs
	}
	if register {
		e.register(ctx, text)
	}
	failed.Doc = doc.QueryDocument
	operation, err := choose(doc.Operations, params.OperationName)
	if err != nil {
		return failed, doc, refuse(err)
	}
	failed.Operation = operation
	e.config.Usage.count(doc.fields[operation], params.Headers)
	if doc.introspects && !e.config.Introspection {
		return failed, doc, refuse(fault.New(fault.Forbidden, "this server does not answer questions about its schema"))
	}
	v := variables{schema: e.documents.schema, limit: e.config.Limits.Entries, secretive: !e.config.Introspection}
	if err := v.checkAll(operation, params.Variables); err != nil {
		return failed, doc, refuse(err)
	}
	ctx = graphql.StartOperationTrace(context.WithValue(ctx, documentKey{}, doc))
	op, errs := e.Executor.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		return op, doc, requestErrors(errs)
	}
	if err := e.charge(ctx, op, doc); err != nil {
		return op, doc, refuse(err)
	}
	return op, doc, nil
}

// DispatchOperation executes an operation. An internal error that reaches several fields is logged once.
func (e *Executor) DispatchOperation(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	return e.Executor.DispatchOperation(withIncidents(ctx), op)
}

func choose(operations ast.OperationList, name string) (*ast.OperationDefinition, *fault.Error) {
	if op := operations.ForName(name); op != nil {
		return op, nil
	}
	if name == "" {
		return nil, fault.New(fault.BadUserInput, "the document has several operations: say which one with operationName")
	}
	return nil, fault.New(fault.BadUserInput, "the document has no operation of the name %q", shorten(name))
}
