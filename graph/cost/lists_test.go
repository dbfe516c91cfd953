package cost_test

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/graph/cost"
)

// No list is unbounded: each is a connection, whose pages have 100 entries at most, or says its bound with @listSize. A new
// list without one fails here; put the bound that the code enforces into assumedSize.
func TestEveryListIsBounded(t *testing.T) {
	t.Parallel()
	schema := served()
	lists, connections := 0, 0
	for _, d := range schema.Types {
		if d.BuiltIn || (d.Kind != ast.Object && d.Kind != ast.Interface) {
			continue
		}
		for _, f := range d.Fields {
			given := schema.Types[f.Type.Name()]
			switch {
			case isPage(given) && !isBuiltIn(f):
				connections++
				if !cost.IsConnection(schema, f) || f.Arguments.ForName("after") == nil {
					t.Errorf("%s.%s gives a page without taking first and after", d.Name, f.Name)
				}
			case f.Type.Elem == nil || isBuiltIn(f) || bounded(d, f, given):
			default:
				t.Errorf("%s.%s is a list without a bound: annotate it with @listSize(assumedSize: …)", d.Name, f.Name)
			}
			if f.Type.Elem != nil {
				lists++
			}
		}
	}
	if lists < 30 || connections < 8 {
		t.Errorf("only %d lists and %d connections were looked at", lists, connections)
	}
}

func isBuiltIn(f *ast.FieldDefinition) bool { return len(f.Name) > 1 && f.Name[:2] == "__" }

// isPage tells whether a type is a page of a list.
func isPage(d *ast.Definition) bool {
	return d.Fields.ForName("pageInfo") != nil && d.Fields.ForName("edges") != nil
}

func bounded(parent *ast.Definition, f *ast.FieldDefinition, given *ast.Definition) bool {
	if size := f.Directives.ForName("listSize"); size != nil {
		return size.Arguments.ForName("assumedSize") != nil
	}
	switch {
	case isPage(parent) && (f.Name == "edges" || f.Name == "nodes"): // as long as was asked for
		return true
	case given.Name == "UserError": // as many as the input has fields
		return true
	case parent.Name == "UserError": // a path, as long as inputs are deep
		return true
	case given.Kind == ast.Enum: // each value once
		return true
	}
	return false
}
