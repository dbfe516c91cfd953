// Package cost computes what an operation may cost at most, from the schema and before anything is executed.
//
// The directives @cost and @listSize of graph/schema say what is dear: an object costs 1, a scalar 0, a mutation 10, and
// what is asked of the entries of a list costs as many times as the list may be long. The model is that of IBM's
// GraphQL cost directives: https://ibm.github.io/graphql-specs/cost-spec.html.
package cost

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// What a field costs where no @cost says it.
const (
	objectWeight   = 1
	mutationWeight = 10
	// schemaWeight and typeWeight stand for all that an explorer may ask below __schema and __type, whose lists are as long
	// as the schema.
	schemaWeight = 200
	typeWeight   = 20
)

// DefaultPerRequest is what one operation may cost where nobody says it: the dearest screen of the apps is below an eighth.
const DefaultPerRequest = 5_000

// saturated is where counting ends; far above any budget, and its square is still an int64.
const saturated = 1 << 30

// Pages are the sizes of a connection's page.
type Pages struct{ Default, Max int }

// Model is the costs of a schema.
type Model struct {
	schema *ast.Schema
	pages  Pages
	fields map[*ast.FieldDefinition]field
}

// field is what its definition says of a field's cost.
type field struct {
	weight int64
	size   *listSize
	sized  []string // the fields of its object that are as long as size says; it is a list itself where there are none
}

// listSize is how the length of a list is decided.
type listSize struct {
	byDefault, max int64
	arguments      []string
}

// New reads the directives of a schema.
func New(schema *ast.Schema, pages Pages) *Model {
	m := &Model{schema: schema, pages: pages, fields: make(map[*ast.FieldDefinition]field)}
	for _, d := range schema.Types {
		for _, f := range d.Fields {
			m.fields[f] = m.read(d, f)
		}
	}
	return m
}

func (m *Model) read(parent *ast.Definition, f *ast.FieldDefinition) field {
	out := field{weight: m.weight(parent, f)}
	if d := f.Directives.ForName("listSize"); d != nil {
		out.sized = texts(d.Arguments.ForName("sizedFields"))
		out.size = &listSize{byDefault: number(d.Arguments.ForName("assumedSize")), arguments: texts(d.Arguments.ForName("slicingArguments"))}
		out.size.max = max(out.size.byDefault, int64(m.pages.Max))
		return out
	}
	if IsConnection(m.schema, f) {
		out.sized = []string{"edges", "nodes"}
		// More than a page may have is refused by the field, with a better word than that it is dear.
		out.size = &listSize{byDefault: int64(m.pages.Default), max: int64(m.pages.Max), arguments: []string{"first", "last"}}
	}
	return out
}

// IsConnection tells whether a field is a page of a list whose size the caller chooses.
func IsConnection(schema *ast.Schema, f *ast.FieldDefinition) bool {
	given := schema.Types[f.Type.Name()]
	return f.Type.Elem == nil && f.Arguments.ForName("first") != nil && given != nil &&
		given.Fields.ForName("edges") != nil && given.Fields.ForName("pageInfo") != nil
}

func (m *Model) weight(parent *ast.Definition, f *ast.FieldDefinition) int64 {
	given := m.schema.Types[f.Type.Name()]
	for _, directives := range []ast.DirectiveList{f.Directives, given.Directives} {
		if d := directives.ForName("cost"); d != nil {
			return number(d.Arguments.ForName("weight"))
		}
	}
	switch {
	case f.Name == "__schema":
		return schemaWeight
	case f.Name == "__type":
		return typeWeight
	case parent == m.schema.Mutation:
		return mutationWeight
	case given.IsLeafType():
		return 0
	}
	return objectWeight
}

// number is the value of a directive's argument, which the schema's validation has found to be an Int; 0 where it is
// missing.
func number(a *ast.Argument) int64 {
	if a == nil {
		return 0
	}
	n, _ := literal(a.Value)
	return n
}

func texts(a *ast.Argument) []string {
	if a == nil {
		return nil
	}
	all := make([]string, 0, len(a.Value.Children))
	for _, c := range a.Value.Children {
		all = append(all, c.Value.Raw)
	}
	return all
}
