package transport

import (
	"context"
	"strings"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"styleshare/graph/cost"
	"styleshare/internal/fault"
	"styleshare/internal/persisted"
)

// How many checked documents are kept. A parsed document takes up to some hundred times the memory of its text, so
// the text is bounded too, or strangers could fill the memory with documents that nobody sends twice.
const (
	cachedDocuments = 1000
	cachedText      = 2 << 20 // bytes
)

// document is a parsed query text that is within the limits and valid for the schema.
type document struct {
	*ast.QueryDocument
	hash        string // fingerprint for logs, 16 hex digits
	introspects bool
	costs       map[*ast.OperationDefinition]*cost.Plan
	fields      map[*ast.OperationDefinition]*operationFields // nil where nobody counts them
}

// documents checks query texts and remembers those it has found good.
type documents struct {
	schema *ast.Schema
	limits Limits
	rules  *rules.Rules
	costs  *cost.Model
	// coordinates are the names of the schema's fields; nil where nobody counts their uses.
	coordinates map[*ast.FieldDefinition]string

	mu   sync.Mutex
	lru  *simplelru.LRU[string, *document]
	text int // bytes of all keys
}

func newDocuments(schema *ast.Schema, c Config) *documents {
	d := &documents{schema: schema, limits: c.Limits, rules: rules.NewDefaultRules(), costs: cost.New(schema, c.Pages)}
	if c.Usage != nil {
		d.coordinates = coordinatesOf(schema)
	}
	if !c.Introspection {
		withoutSuggestions(d.rules)
	}
	// The only error is a size below one.
	d.lru, _ = simplelru.NewLRU(cachedDocuments, func(query string, _ *document) { d.text -= len(query) })
	return d
}

// load gives the checked document of a query text, or everything that is wrong with it.
func (d *documents) load(query string) (*document, gqlerror.List) {
	d.mu.Lock()
	doc, ok := d.lru.Get(query)
	d.mu.Unlock()
	if ok {
		return doc, nil
	}
	doc, errs := d.check(query)
	if errs != nil {
		return nil, errs
	}
	d.keep(query, doc)
	return doc, nil
}

func (d *documents) check(query string) (*document, gqlerror.List) {
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, d.limits.Tokens)
	if err != nil {
		return nil, parseErrors(err, d.limits.Tokens)
	}
	if len(parsed.Operations) == 0 {
		return nil, refuse(fault.New(fault.BadUserInput, "the document has no operation"))
	}
	introspects, tooMuch := measure(parsed, d.limits)
	if tooMuch != nil {
		return nil, refuse(tooMuch)
	}
	if errs := validator.ValidateWithRules(d.schema, parsed, d.rules); len(errs) > 0 {
		return nil, requestErrors(errs)
	}
	doc := &document{QueryDocument: parsed, hash: persisted.Hash(query)[:16], introspects: introspects,
		costs: make(map[*ast.OperationDefinition]*cost.Plan, len(parsed.Operations))}
	for _, op := range parsed.Operations {
		doc.costs[op] = d.costs.Plan(op)
	}
	if d.coordinates != nil {
		doc.fields = make(map[*ast.OperationDefinition]*operationFields, len(parsed.Operations))
		for _, op := range parsed.Operations {
			doc.fields[op] = fieldsOf(op, d.coordinates)
		}
	}
	return doc, nil
}

// withoutSuggestions replaces the rules that say "Did you mean …": by asking for what is not there, anybody could read
// the schema a name at a time.
func withoutSuggestions(all *rules.Rules) {
	for _, r := range []struct{ talkative, silent validator.Rule }{
		{rules.FieldsOnCorrectTypeRule, rules.FieldsOnCorrectTypeRuleWithoutSuggestions},
		{rules.KnownArgumentNamesRule, rules.KnownArgumentNamesRuleWithoutSuggestions},
		{rules.KnownTypeNamesRule, rules.KnownTypeNamesRuleWithoutSuggestions},
		{rules.ScalarLeafsRule, rules.ScalarLeafsRuleWithoutSuggestions},
		{rules.ValuesOfCorrectTypeRule, rules.ValuesOfCorrectTypeRuleWithoutSuggestions},
	} {
		all.ReplaceRule(r.talkative.Name, r.silent.RuleFunc)
	}
}

func parseErrors(err error, tokens int) gqlerror.List {
	switch text := err.Error(); { // the parser gives its own limits no type
	case strings.Contains(text, "exceeded token limit"):
		return refuse(tooMuch("tokens", tokens))
	case strings.Contains(text, "exceeded maximum nesting depth"):
		return refuse(tooMuch("nested brackets", parser.MaxNestingDepth))
	}
	return requestErrors(gqlerror.List{gqlerror.WrapIfUnwrapped(err)})
}

func (d *documents) keep(query string, doc *document) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lru.Contains(query) { // another request was faster
		return
	}
	d.text += len(query)
	d.lru.Add(query, doc)
	for d.text > cachedText {
		d.lru.RemoveOldest()
	}
}

type documentKey struct{}

// fromContext is the executor's query cache: the document was checked before the executor is asked, and comes along
// in the context.
type fromContext struct{}

// Get gives the document of this very request.
func (fromContext) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(documentKey{}).(*document)
	if !ok {
		return nil, false
	}
	return doc.QueryDocument, true
}

// Add has nothing to do: documents keeps what it checks.
func (fromContext) Add(context.Context, string, *ast.QueryDocument) {}
