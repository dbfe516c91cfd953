// Package plan answers the root fields of queries and mutations by compiled selections.
//
// gqlgen resolves a page of a feed by some 600 calls, each with a context, a closure and an entry in a table. A compiled
// selection says once for a document which fields are wanted; functions that are generated from the schema (package
// plangen) go over the objects and write the answer. What a selection cannot be compiled for, and whatever goes wrong while
// one is executed, is left to gqlgen: errors and nulls come about in one way only, and there is one answer.
package plan

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/loaders"
)

// Selection is what is wanted of an object of a type, in the order of the answer.
type Selection struct {
	Type   string
	Fields []Field
}

// Field is one entry of an object in the answer.
type Field struct {
	// Key is its name there, quoted and with a colon; for __typename the value comes with it.
	Key []byte
	// ID says which field of the type it is; TypeName for __typename.
	ID int
	// Below is what is wanted of an object, once for each type that it may be of.
	Below []*Selection

	name      string // in the schema
	arguments int    // its place among the arguments of the plan; -1 without any
}

// wanted says the same to the loaders.
func (f *Field) wanted() loaders.WantedField {
	w := loaders.WantedField{Name: f.name, Arguments: f.arguments}
	for _, s := range f.Below {
		below := &loaders.Wanted{Type: s.Type}
		for i := range s.Fields {
			below.Fields = append(below.Fields, s.Fields[i].wanted())
		}
		w.Below = append(w.Below, below)
	}
	return w
}

// TypeName is the ID of __typename.
const TypeName = -1

// Of is what is wanted of an object, where it may be of several types.
func (f *Field) Of(typeName string) *Selection {
	for _, s := range f.Below {
		if s.Type == typeName {
			return s
		}
	}
	return nil
}

// Types are the object types of a schema, by name. E is what the generated code executes with.
type Types[E any] map[string]Type[E]

// Type is an object type.
type Type[E any] struct {
	// Implements are the names that fragments on it may have: its own, and those of its interfaces and unions.
	Implements []string
	Fields     map[string]FieldOf[E]
}

// FieldOf is a field of an object type.
type FieldOf[E any] struct {
	ID int
	// Arguments turns the arguments of a request into what the field is called with; nil where it has none.
	Arguments ReadArguments[E]
}

// ReadArguments coerces arguments, or gives the error that gqlgen has for them.
type ReadArguments[E any] func(ctx context.Context, exec E, raw map[string]any) (map[string]any, error)

// compiled is the plan of one root field of an operation.
type compiled[E any] struct {
	name      string // of the root field, with its type's
	root      Field
	wanted    loaders.WantedField // the same, for who reads ahead
	arguments []arguments[E]
}

// arguments are those of one field.
type arguments[E any] struct {
	field  graphql.CollectedField
	read   ReadArguments[E]
	varies bool           // with the variables
	values map[string]any // what they are where they do not vary
}

// values are the arguments of all fields for one request.
func (c *compiled[E]) values(ctx context.Context, exec E, variables map[string]any) ([]map[string]any, error) {
	all := make([]map[string]any, len(c.arguments))
	for i := range c.arguments {
		a := &c.arguments[i]
		all[i] = a.values
		if a.varies {
			var err error
			if all[i], err = a.read(ctx, exec, a.field.ArgumentMap(variables)); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// compiler makes one plan.
type compiler[E any] struct {
	ctx    context.Context //nolint:containedctx // it lives as long as one call
	op     *graphql.OperationContext
	exec   E
	schema *ast.Schema
	types  Types[E]
	plan   *compiled[E]
}

// field is not ok for what no plan answers.
func (c *compiler[E]) field(f graphql.CollectedField, typeName string) (out Field, ok bool) {
	out = Field{Key: append(appendString(nil, f.Alias), ':'), ID: TypeName, name: f.Name, arguments: -1}
	if f.Name == "__typename" {
		out.Key = appendString(out.Key, typeName)
		return out, true
	}
	known, ok := c.types[typeName].Fields[f.Name]
	if !ok {
		return out, false
	}
	out.ID = known.ID
	if known.Arguments != nil {
		if out.arguments, ok = c.argumentsOf(f, known.Arguments); !ok {
			return out, false
		}
	}
	given := c.schema.Types[f.Definition.Type.Name()]
	if given.IsLeafType() {
		return out, true
	}
	for _, possible := range c.schema.GetPossibleTypes(given) {
		below, ok := c.selection(f.Selections, possible.Name)
		if !ok {
			return out, false
		}
		out.Below = append(out.Below, below)
	}
	return out, true
}

func (c *compiler[E]) selection(set ast.SelectionSet, typeName string) (*Selection, bool) {
	s := &Selection{Type: typeName}
	for _, f := range graphql.CollectFields(c.op, set, c.types[typeName].Implements) {
		field, ok := c.field(f, typeName)
		if !ok {
			return nil, false
		}
		s.Fields = append(s.Fields, field)
	}
	return s, true
}

// argumentsOf reads arguments that are the same in each request once and for all.
func (c *compiler[E]) argumentsOf(f graphql.CollectedField, read ReadArguments[E]) (place int, ok bool) {
	// A mutation may keep what it is called with.
	a := arguments[E]{field: f, read: read, varies: c.op.Operation.Operation == ast.Mutation}
	for _, argument := range f.Arguments {
		a.varies = a.varies || hasVariable(argument.Value)
	}
	if !a.varies {
		var err error
		if a.values, err = read(c.ctx, c.exec, f.ArgumentMap(c.op.Variables)); err != nil {
			return 0, false
		}
	}
	c.plan.arguments = append(c.plan.arguments, a)
	return len(c.plan.arguments) - 1, true
}

func hasVariable(v *ast.Value) bool {
	if v.Kind == ast.Variable {
		return true
	}
	for _, child := range v.Children {
		if hasVariable(child.Value) {
			return true
		}
	}
	return false
}

// varies tells whether what is selected depends on variables, or on a directive that is not known here.
func varies(set ast.SelectionSet) bool {
	for _, selection := range set {
		var directives ast.DirectiveList
		var below ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			directives, below = s.Directives, s.SelectionSet
		case *ast.InlineFragment:
			directives, below = s.Directives, s.SelectionSet
		case *ast.FragmentSpread:
			directives, below = s.Directives, s.Definition.SelectionSet
		}
		for _, d := range directives {
			if d.Name != "skip" && d.Name != "include" || hasVariable(d.Arguments.ForName("if").Value) {
				return true
			}
		}
		if varies(below) {
			return true
		}
	}
	return false
}
