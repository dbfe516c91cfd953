package resolvers_test

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// own are the types of what leads to the viewer alone; topics are everybody's, and lead on.
var own = []string{"Session", "Device"}

// questioner writes selections of everything that a type leads to.
type questioner struct {
	schema *ast.Schema
	// arguments are those of fields that need some.
	arguments map[string]string
	// unasked are the fields that need arguments nobody has written down.
	unasked map[string]bool
}

func isNode(d *ast.Definition) bool { return slices.Contains(d.Interfaces, "Node") }

// leads tells whether an object of the type has an id of somebody or something, or leads to what has, by fields that are no
// relation of such an object themselves.
func (q *questioner) leads(typeName string) bool { return q.leadsBeyond(typeName, map[string]bool{}) }

func (q *questioner) leadsBeyond(typeName string, seen map[string]bool) bool {
	d := q.schema.Types[typeName]
	if seen[typeName] || slices.Contains(own, typeName) {
		return false
	}
	seen[typeName] = true
	switch d.Kind {
	case ast.Union, ast.Interface:
		return true
	case ast.Object:
		return isNode(d) || slices.ContainsFunc(d.Fields, func(f *ast.FieldDefinition) bool {
			return !strings.HasPrefix(f.Name, "__") && q.leadsBeyond(f.Type.Name(), seen)
		})
	default:
		return false
	}
}

// leading are all fields of the schema that lead to a person or what people made, written Type.field; of payloads, of
// subscriptions and of everything else.
func (q *questioner) leading() (reads, payloads, events []string) {
	for name, d := range q.schema.Types {
		if d.Kind != ast.Object || strings.HasPrefix(name, "__") || name == "Mutation" {
			continue
		}
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") || !q.leads(f.Type.Name()) {
				continue
			}
			field := name + "." + f.Name
			switch {
			case name == "Subscription" || strings.HasSuffix(name, "Event"):
				events = append(events, field)
			case strings.HasSuffix(name, "Payload"):
				payloads = append(payloads, field)
			default:
				reads = append(reads, field)
			}
		}
	}
	slices.Sort(reads)
	slices.Sort(payloads)
	slices.Sort(events)
	return reads, payloads, events
}

// selection asks an object of the type for everything; hops is how many objects with ids deep, and of the last only who
// they are. Every field is asked for under a name of its own, Type__field, so that the same field of two types of a union
// is no conflict and answers tell whose field it was.
func (q *questioner) selection(typeName string, hops int) string {
	d := q.schema.Types[typeName]
	var b strings.Builder
	b.WriteString("{ __typename ")
	switch {
	case d.Kind != ast.Object:
		for _, possible := range q.schema.GetPossibleTypes(d) {
			b.WriteString("... on " + possible.Name + " " + q.selection(possible.Name, hops))
		}
	case isNode(d):
		b.WriteString("id ")
		if hops > 0 {
			q.fields(&b, d, hops-1)
		}
	default:
		q.fields(&b, d, hops)
	}
	return b.String() + "} "
}

func (q *questioner) fields(b *strings.Builder, d *ast.Definition, hops int) {
	for _, f := range d.Fields {
		if f.Name == "id" || strings.HasPrefix(f.Name, "__") {
			continue
		}
		call, ok := q.call(d.Name, f)
		if !ok {
			continue
		}
		t := q.schema.Types[f.Type.Name()]
		isLeaf := t.Kind == ast.Scalar || t.Kind == ast.Enum
		if !isLeaf && t.Kind == ast.Object && isNode(t) && slices.Contains(own, t.Name) {
			continue
		}
		b.WriteString(d.Name + "__" + f.Name + ": " + call + " ")
		if !isLeaf {
			b.WriteString(q.selection(t.Name, hops))
		}
	}
}

// call is the field with its arguments; lists are asked for as far as they go.
func (q *questioner) call(typeName string, f *ast.FieldDefinition) (string, bool) {
	if arguments, ok := q.arguments[typeName+"."+f.Name]; ok {
		return f.Name + arguments, true
	}
	if slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil }) {
		q.unasked[typeName+"."+f.Name] = true
		return "", false
	}
	if f.Arguments.ForName("first") != nil {
		return f.Name + "(first: 100)", true
	}
	return f.Name, true
}
