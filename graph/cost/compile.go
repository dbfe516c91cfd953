package cost

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Plan computes the cost of one operation. It is made once for a document and used by all of its requests.
type Plan struct{ sum sum }

// sum is what the fields of one object cost: fixed, and parts that depend on variables.
type sum struct {
	fixed int64
	parts []part
}

// part is the fields of one name that come under the same conditions.
type part struct {
	when   []condition
	weight int64
	size   *size // nil where it is no list
	// below is what is asked of each entry, once for each type that it may be of: the dearest counts.
	below []sum
}

// condition is @include or @skip with a variable.
type condition struct {
	variable string
	wanted   bool
}

// Plan compiles a validated operation. What several selections ask of one field is counted once, as it is executed
// once; except where they come under different conditions, which makes the cost an upper bound.
func (m *Model) Plan(op *ast.OperationDefinition) *Plan {
	root := map[ast.Operation]*ast.Definition{
		ast.Query: m.schema.Query, ast.Mutation: m.schema.Mutation, ast.Subscription: m.schema.Subscription,
	}[op.Operation]
	return &Plan{m.object([]ast.SelectionSet{op.SelectionSet}, root, nil, nil)}
}

// selection is one field of an object with all that is asked below it.
type selection struct {
	*ast.Field
	when []condition
	sets []ast.SelectionSet
}

// object sums up the fields of an object type. sized are those of its fields that have the length of its own size.
func (m *Model) object(sets []ast.SelectionSet, t *ast.Definition, sized []string, its *size) sum {
	fields := &selections{model: m, parent: t, byKey: make(map[string]*selection)}
	for _, set := range sets {
		fields.collect(set, nil)
	}
	var out sum
	for _, key := range fields.order {
		s := fields.byKey[key]
		var length *size
		if slices.Contains(sized, s.Name) {
			length = its
		}
		out.add(m.field(s, t, length))
	}
	return out
}

// field makes the part of one field; length is how long it is, where the object around it says so.
func (m *Model) field(s *selection, parent *ast.Definition, length *size) part {
	definition := parent.Fields.ForName(s.Name)
	if definition == nil { // __typename
		return part{}
	}
	known := m.fields[definition]
	p := part{when: s.when, weight: known.weight, size: length}
	var below *size
	switch {
	case known.size == nil:
	case len(known.sized) == 0:
		p.size = known.size.of(s.Field)
	default:
		below = known.size.of(s.Field)
	}
	given := m.schema.Types[definition.Type.Name()]
	if given.IsLeafType() || strings.HasPrefix(given.Name, "__") {
		return p
	}
	for _, possible := range m.schema.GetPossibleTypes(given) {
		p.below = append(p.below, m.object(s.sets, possible, known.sized, below))
	}
	return p
}

// add folds in what does not depend on variables.
func (s *sum) add(p part) {
	if len(p.when) > 0 || (p.size != nil && len(p.size.variables) > 0) ||
		slices.ContainsFunc(p.below, func(b sum) bool { return len(b.parts) > 0 }) {
		s.parts = append(s.parts, p)
		return
	}
	s.fixed = plus(s.fixed, p.cost(nil))
}

// selections merges the fields of an object by their keys in the answer, for one type that it may be of.
type selections struct {
	model  *Model
	parent *ast.Definition
	byKey  map[string]*selection
	order  []string
}

func (s *selections) collect(set ast.SelectionSet, when []condition) {
	for _, one := range set {
		switch one := one.(type) {
		case *ast.Field:
			if under, ok := conditions(when, one.Directives); ok {
				s.merge(one, under)
			}
		case *ast.InlineFragment:
			if under, ok := conditions(when, one.Directives); ok && s.applies(one.TypeCondition) {
				s.collect(one.SelectionSet, under)
			}
		case *ast.FragmentSpread:
			if under, ok := conditions(when, one.Directives); ok && s.applies(one.Definition.TypeCondition) {
				s.collect(one.Definition.SelectionSet, under)
			}
		}
	}
}

func (s *selections) merge(f *ast.Field, when []condition) {
	key := fmt.Sprint(f.Alias, when)
	found := s.byKey[key]
	if found == nil {
		found = &selection{Field: f, when: when}
		s.byKey[key] = found
		s.order = append(s.order, key)
	}
	found.sets = append(found.sets, f.SelectionSet)
}

// applies tells whether a fragment on a type is about the object at hand.
func (s *selections) applies(condition string) bool {
	return condition == "" || condition == s.parent.Name || slices.Contains(s.model.schema.PossibleTypes[condition], s.parent)
}

// conditions adds @skip and @include; ok is false where they leave the selection out whatever the variables are.
func conditions(when []condition, directives ast.DirectiveList) (all []condition, ok bool) {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		wanted := d.Name == "include"
		a := d.Arguments.ForName("if")
		if a == nil {
			continue
		}
		if a.Value.Kind == ast.Variable {
			when = append(slices.Clone(when), condition{a.Value.Raw, wanted})
		} else if (a.Value.Raw == "true") != wanted {
			return nil, false
		}
	}
	return when, true
}
