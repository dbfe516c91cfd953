package cost_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"styleshare/graph"
	"styleshare/graph/cost"
	"styleshare/graph/generated"
)

var pages = cost.Pages{Default: 20, Max: 100}

const sdl = `
directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION
interface Thing { id: ID! }
type PageInfo { hasNextPage: Boolean! }
type Person implements Thing { id: ID! name: String! friends(first: Int, last: Int): People! pets: [Pet!]! @listSize(assumedSize: 3) secret: String @cost(weight: 7) }
type Pet implements Thing { id: ID! owner: Person! }
type People { edges: [PersonEdge!]! nodes: [Person!]! pageInfo: PageInfo! }
type PersonEdge { node: Person! }
type Report @cost(weight: 50) { text: String }
union Either = Person | Report
type Query { me: Person! thing: Thing things(ids: [ID!]!): [Thing]! @listSize(assumedSize: 100, slicingArguments: ["ids"]) either: Either
  report: Report cheap: Report @cost(weight: 5) top(first: Int): [Person!]! @listSize(assumedSize: 5, slicingArguments: ["first"])
  bag(size: Int): Bag! @listSize(assumedSize: 4, slicingArguments: ["size"], sizedFields: ["left"]) }
type Bag { left: [Pet!]! right: Pet }
type Mutation { do: Person dear: Person @cost(weight: 100) }`

func plan(t testing.TB, schema *ast.Schema, text string) (*cost.Plan, *ast.OperationDefinition) {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	if errs != nil {
		t.Fatal(errs)
	}
	return cost.New(schema, pages).Plan(doc.Operations[0]), doc.Operations[0]
}

func TestCost(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sdl})
	type vars = map[string]any
	for text, want := range map[string]int{ // 1 is for the operation
		`{ __typename }`:                                                          1,
		`{ me { id name } }`:                                                      2,
		`{ me { secret } }`:                                                       9,
		`{ a: me { id } b: me { id } }`:                                           3,
		`{ me { id } me { name } }`:                                               2,
		`{ me { pets { id } } }`:                                                  5,
		`{ me { pets { owner { id } } } }`:                                        8,
		`{ me { friends { nodes { id } } } }`:                                     23,
		`{ me { friends(first: 5) { nodes { id } } } }`:                           8,
		`{ me { friends(first: 5) { edges { node { id } } } } }`:                  13,
		`{ me { friends(last: 7) { pageInfo { hasNextPage } } } }`:                4,
		`{ me { friends(first: 5, last: 7) { nodes { id } } } }`:                  10,
		`{ me { friends(first: null) { nodes { id } } } }`:                        23,
		`{ me { friends(first: 0) { nodes { id } } } }`:                           3,
		`{ me { friends(first: -9) { nodes { id } } } }`:                          23,
		`{ me { friends(first: 2000000000) { nodes { id } } } }`:                  103,
		`{ me { friends(first: 10) { nodes { pets { id } } } } }`:                 43,
		`{ report { text } }`:                                                     51,
		`{ cheap { text } }`:                                                      6,
		`{ top { id } }`:                                                          6,
		`{ top(first: 9) { id } }`:                                                10,
		`{ bag { left { id } right { id } } }`:                                    7,
		`{ bag(size: 9) { left { id } } }`:                                        11,
		`{ things(ids: ["a", "b", "c"]) { id } }`:                                 4,
		`{ things(ids: "a") { id } }`:                                             2,
		`{ thing { ... on Pet { owner { id } } } }`:                               3,
		`{ thing { ... on Pet { owner { id } } ... on Person { pets { id } } } }`: 5,
		`{ either { __typename ... on Thing { id } ... on Person { pets { id } } ... on Report { text } } }`:                  5,
		`{ ...A ...A me { pets { id } } } fragment A on Query { me { ...B } } fragment B on Person { pets { owner { id } } }`: 8,
		`{ me { pets @skip(if: true) { id } friends @include(if: false) { nodes { id } } } }`:                                 2,
		`{ __schema { types { name fields { name } } } }`:                                                                     201,
		`{ __type(name: "Query") { name fields { name } } }`:                                                                  21,
		`mutation { do { id } }`:            11,
		`mutation { dear { pets { id } } }`: 104,
	} {
		p, _ := plan(t, schema, text)
		if got := p.Cost(nil); got != want {
			t.Errorf("%s costs %d, want %d", text, got, want)
		}
	}
	for _, c := range []struct {
		text string
		vars vars
		want int
	}{
		{`query ($n: Int) { me { friends(first: $n) { nodes { pets { id } } } } }`, vars{"n": 2}, 11},
		{`query ($n: Int) { me { friends(first: $n) { nodes { pets { id } } } } }`, vars{"n": nil}, 83},
		{`query ($n: Int) { me { friends(first: $n) { nodes { pets { id } } } } }`, nil, 83},
		{`query ($n: Int = 3) { me { friends(first: $n) { nodes { id } } } }`, nil, 6},
		{`query ($n: Int) { me { friends(first: $n) { nodes { id } } } }`, vars{"n": -1}, 3},
		{`query ($ids: [ID!]!) { things(ids: $ids) { ... on Pet { owner { id } } } }`, vars{"ids": []any{"a", "b"}}, 5},
		{`query ($ids: [ID!]!) { things(ids: $ids) { id } }`, vars{"ids": "a"}, 2},
		{`query ($x: Boolean!) { me { pets @include(if: $x) { id } } }`, vars{"x": true}, 5},
		{`query ($x: Boolean!) { me { pets @include(if: $x) { id } } }`, vars{"x": false}, 2},
		{`query ($x: Boolean!) { me { pets @skip(if: $x) { id } } }`, vars{"x": true}, 2},
		{`query ($x: Boolean!) { me { ...F @skip(if: $x) } } fragment F on Person { pets { id } }`, vars{"x": false}, 5},
		{`query ($x: Boolean!) { me { ... @include(if: $x) { pets { id } } pets { id } } }`, vars{"x": true}, 8}, // an upper bound
	} {
		p, op := plan(t, schema, c.text)
		coerced, err := validator.VariableValues(schema, op, c.vars)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Cost(coerced); got != c.want {
			t.Errorf("%s with %v costs %d, want %d", c.text, c.vars, got, c.want)
		}
	}
}

// A document that is within the limits of the transport is compiled without blowing up, and its cost stays a number.
func TestDearestDocument(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sdl})
	text := "{ me { " + strings.Repeat("friends(first: 100) { nodes { ", 7) + "id" + strings.Repeat(" } }", 7) + " } }"
	p, _ := plan(t, schema, text)
	if got := p.Cost(nil); got < 1<<29 {
		t.Errorf("100^7 people cost %d", got)
	}
}

// served is the schema that the server is built with.
func served() *ast.Schema { return generated.NewExecutableSchema(generated.Config{}).Schema() }

// document is one of the apps' operations with the fragments of all of them; "" where it is not served yet.
func document(t testing.TB, schema *ast.Schema, name string) string {
	t.Helper()
	text, ok := graph.Documents()[name]
	if !ok {
		t.Fatalf("no operation %s", name)
	}
	if _, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules()); errs != nil {
		return ""
	}
	return text
}

// What the apps ask for is far below what one request may cost.
func TestOperationsOfTheAppsAreFarBelowTheBudget(t *testing.T) {
	t.Parallel()
	schema := served()
	ids := make([]any, 100)
	for name := range graph.Documents() {
		text := document(t, schema, name)
		if text == "" {
			continue
		}
		p, _ := plan(t, schema, text)
		got := p.Cost(map[string]any{"ids": ids})
		t.Logf("%-14s %5d", name, got)
		if got > cost.DefaultPerRequest/8 {
			t.Errorf("%s costs %d, more than an eighth of %d", name, got, cost.DefaultPerRequest)
		}
	}
}

// The served schema is annotated with what @cost and @listSize know.
func TestServedSchemaIsAnnotated(t *testing.T) {
	t.Parallel()
	schema := served()
	for text, want := range map[string]int{
		`{ style(id: "x") { photos { id } tags { id } items { id } } }`:                          1 + 1 + 10 + 30 + 50,
		`mutation { signIn(input: {login: "x", password: "y"}) { accessToken } }`:                101,
		`mutation { likeStyle(input: {styleId: "x"}) { clientMutationId userErrors { code } } }`: 12,
		`{ viewer { feed { nodes { id } } } }`:                                                   23,
	} {
		p, _ := plan(t, schema, text)
		if got := p.Cost(nil); got != want {
			t.Errorf("%s costs %d, want %d", text, got, want)
		}
	}
}

func BenchmarkCost(b *testing.B) {
	schema := served()
	m := cost.New(schema, pages)
	for name, text := range map[string]string{
		"StyleDetail": document(b, schema, "StyleDetail"),
		"variables":   fmt.Sprintf(`query ($n: Int, $x: Boolean!) { discover(first: $n) { nodes { %s } } }`, strings.Repeat(`comments(first: $n) @include(if: $x) { nodes { author { id followers(first: $n) { nodes { id } } } } } `, 5)),
	} {
		doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
		if errs != nil {
			b.Fatal(errs)
		}
		vars := map[string]any{"n": int64(20), "x": true}
		b.Run(name+"/once for a document", func(b *testing.B) {
			for b.Loop() {
				m.Plan(doc.Operations[0])
			}
		})
		p := m.Plan(doc.Operations[0])
		b.Run(name+"/each request", func(b *testing.B) {
			for b.Loop() {
				p.Cost(vars)
			}
		})
	}
}
