package plan_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"styleshare/graph"
	"styleshare/internal/relay"
)

// Whatever is asked, both executions answer in the same bytes.
func TestBothExecutionsAgree(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	planned, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := &writer{rt: rt, rig: r, schema: r.schema, variables: map[string]any{},
			varying: rapid.Bool().Draw(rt, "varying"), erring: rapid.Bool().Draw(rt, "erring")}
		query := w.document()
		viewer := rapid.SampledFrom(append([]int64{0}, r.people[:4]...)).Draw(rt, "viewer")
		want := r.ask(t, r.plain, viewer, query, w.variables)
		for range 2 { // once to compile, and once more
			before := r.resolved.Load()
			got := r.ask(t, r.planned, viewer, query, w.variables)
			if got.data != want.data || !slices.Equal(got.errors, want.errors) {
				rt.Fatalf("%s\n%v\nplan:   %s\n%s\ngqlgen: %s\n%s", query, w.variables, got.data, got.errors, want.data, want.errors)
			}
			if all++; r.resolved.Load() == before {
				planned++
			}
		}
	})
	if planned*4 < all { // chance draws between three and five of ten
		t.Errorf("of %d answers only %d came from plans alone", all, planned)
	}
	t.Logf("%d of %d answers came from plans alone", planned, all)
}

// Each query of the apps is answered by a plan alone.
func TestAppsQueriesArePlanned(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	variables := map[string]map[string]any{
		"StyleDetail": {"id": r.id("Style")}, "Profile": {"username": "person1"}, "Followers": {"username": "person1"},
		"TagPage": {"name": "데일리룩"}, "Refetch": {"ids": r.ids[:10]}, "Search": {"text": "look"},
		"Calendar": {"username": "person1", "year": 2026, "month": 11},
	}
	documents := graph.Documents()
	for _, op := range graph.Operations().Operations {
		if op.Operation != ast.Query {
			continue
		}
		want := r.ask(t, r.plain, r.people[0], documents[op.Name], variables[op.Name])
		before := r.resolved.Load()
		got := r.ask(t, r.planned, r.people[0], documents[op.Name], variables[op.Name])
		if got.data != want.data || len(got.errors)+len(want.errors) > 0 {
			t.Errorf("%s\nplan:   %s\ngqlgen: %s", op.Name, got.data, want.data)
		}
		if n := r.resolved.Load() - before; n > 0 {
			t.Errorf("%s: gqlgen resolved %d fields", op.Name, n)
		}
	}
}

func (r *rig) id(typeName string) string {
	i := slices.IndexFunc(r.ids, func(id string) bool {
		name, _, err := relay.ParseID(id)
		return err == nil && name == typeName
	})
	return r.ids[i]
}

// writer makes up documents that are valid, with arguments that need not be.
type writer struct {
	rt        *rapid.T
	rig       *rig
	schema    *ast.Schema
	variables map[string]any
	declared  []string
	fragments []string
	aliases   int
	varying   bool // directives may have variables, which no plan answers
	erring    bool // arguments may be wrong, which no plan answers either
}

func (w *writer) draw(n int) int { return rapid.IntRange(0, n-1).Draw(w.rt, "choice") }

func (w *writer) document() string {
	fields := make([]string, 1+w.draw(3))
	roots := slices.DeleteFunc(slices.Clone(w.schema.Query.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
	for i := range fields {
		fields[i] = w.field(roots[w.draw(len(roots))], 4)
	}
	declared := ""
	if len(w.declared) > 0 {
		declared = "(" + strings.Join(w.declared, " ") + ")"
	}
	return "query " + declared + " { " + strings.Join(fields, " ") + " }\n" + strings.Join(w.fragments, "\n")
}

// field never uses a name twice, so that two of them always go together.
func (w *writer) field(f *ast.FieldDefinition, depth int) string {
	w.aliases++
	text := fmt.Sprintf("a%d: %s%s%s", w.aliases, f.Name, w.arguments(f), w.directive())
	if given := w.schema.Types[f.Type.Name()]; given.IsCompositeType() {
		text += " { " + w.selection(given, depth-1) + " }"
	}
	return text
}

func (w *writer) selection(t *ast.Definition, depth int) string {
	parts := []string{"__typename"}
	if t.Kind != ast.Union && len(t.Fields) > 0 {
		for range 1 + w.draw(5) {
			f := t.Fields[w.draw(len(t.Fields))]
			if depth > 0 || w.schema.Types[f.Type.Name()].IsLeafType() {
				parts = append(parts, w.field(f, depth))
			}
		}
	}
	if depth > 0 && w.draw(3) == 0 {
		parts = append(parts, w.fragment(t, depth))
	}
	if depth > 0 && t.IsAbstractType() {
		for range 2 {
			parts = append(parts, w.fragment(t, depth))
		}
	}
	return strings.Join(parts, " ")
}

// fragment is about the type, or one that an object of the type may be of.
func (w *writer) fragment(t *ast.Definition, depth int) string {
	possible := w.schema.GetPossibleTypes(t)
	on := possible[w.draw(len(possible))]
	switch w.draw(3) {
	case 0:
		name := fmt.Sprintf("F%d", len(w.fragments))
		w.fragments = append(w.fragments, "") // keeps its number while it is written
		w.fragments[len(w.fragments)-1] = ""
		at := len(w.fragments) - 1
		text := "fragment " + name + " on " + on.Name + " { " + w.selection(on, depth-1) + " }"
		w.fragments[at] = text
		return "..." + name + w.directive()
	case 1:
		return "... on " + on.Name + w.directive() + " { " + w.selection(on, depth-1) + " }"
	}
	return "..." + w.directive() + " { " + w.selection(t, depth-1) + " }"
}

func (w *writer) directive() string {
	switch n := w.draw(12); {
	case n == 10:
		return " @include(if: " + strconv.FormatBool(w.draw(2) == 0) + ")"
	case n == 11 && w.varying:
		return " @skip(if: $" + w.variable("Boolean!", w.draw(2) == 0) + ")"
	}
	return ""
}

func (w *writer) variable(typeName string, value any) string {
	name := fmt.Sprintf("v%d", len(w.declared))
	w.declared = append(w.declared, "$"+name+": "+typeName)
	w.variables[name] = value
	return name
}

func (w *writer) arguments(f *ast.FieldDefinition) string {
	var all []string
	for _, a := range f.Arguments {
		if !a.Type.NonNull && w.draw(2) == 0 {
			continue
		}
		value := w.argument(a)
		if w.draw(3) == 0 {
			all = append(all, a.Name+": $"+w.variable(a.Type.String(), value))
		} else {
			all = append(all, a.Name+": "+literal(value, w.schema.Types[a.Type.Name()].Kind == ast.Enum))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "(" + strings.Join(all, ", ") + ")"
}

// argument is mostly one that makes sense.
func (w *writer) argument(a *ast.ArgumentDefinition) any {
	given := w.schema.Types[a.Type.Name()]
	switch {
	case !a.Type.NonNull && w.draw(8) == 0:
		return nil
	case given.Kind == ast.Enum:
		return given.EnumValues[w.draw(len(given.EnumValues))].Name
	case a.Type.Elem != nil:
		return []any{w.oneID(), w.oneID()}
	}
	switch given.Name {
	case "Int":
		switch a.Name {
		case "year":
			return 2026
		case "month":
			return 1 + w.draw(12)
		}
		if w.erring && w.draw(8) == 7 {
			return []int{-1, 101}[w.draw(2)]
		}
		return 1 + w.draw(20)
	case "Boolean":
		return w.draw(2) == 0
	case "ID":
		return w.oneID()
	}
	values := map[string][]any{
		"username": {"person0", "PERSON1", "person3", "person4", "nobody", ""},
		"name":     {"데일리룩", "tag1", "nothing"}, "slug": {"brand-co", "brand-co", "x"},
		"after": {relay.Cursor(1 << 60), relay.Cursor(1), "broken"}, "before": {relay.Cursor(1), relay.Cursor(1 << 60), "broken"},
		"text": {"look", "데일리", " "}, "timeZone": {"Asia/Seoul", "UTC", "Mars/Olympus"},
	}[a.Name]
	if w.erring && w.draw(4) == 3 {
		return values[len(values)-1]
	}
	return values[w.draw(len(values)-1)]
}

func (w *writer) oneID() string {
	if w.erring && w.draw(8) == 7 {
		return "broken"
	}
	return w.rig.ids[w.draw(len(w.rig.ids))]
}

func literal(v any, enum bool) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		if enum {
			return v
		}
		return strconv.Quote(v)
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, literal(one, enum))
		}
		return "[" + strings.Join(all, ", ") + "]"
	case map[string]any:
		var all []string
		for name, one := range v {
			all = append(all, name+": "+literal(one, enum))
		}
		return "{" + strings.Join(all, ", ") + "}"
	}
	return fmt.Sprint(v)
}
