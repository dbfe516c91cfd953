package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// kinds are the pages of the reference, in the order of the navigation: which definitions are on each.
var kinds = []struct {
	file, title string
	has         func(*ast.Schema, *ast.Definition) bool
}{
	{"queries", "Queries", func(s *ast.Schema, d *ast.Definition) bool { return d == s.Query }},
	{"mutations", "Mutations", func(s *ast.Schema, d *ast.Definition) bool { return d == s.Mutation }},
	{"subscriptions", "Subscriptions", func(s *ast.Schema, d *ast.Definition) bool { return d == s.Subscription }},
	{"objects", "Objects", func(s *ast.Schema, d *ast.Definition) bool {
		return d.Kind == ast.Object && d != s.Query && d != s.Mutation && d != s.Subscription
	}},
	{"interfaces", "Interfaces and unions", func(_ *ast.Schema, d *ast.Definition) bool {
		return d.Kind == ast.Interface || d.Kind == ast.Union
	}},
	{"inputs", "Inputs", func(_ *ast.Schema, d *ast.Definition) bool { return d.Kind == ast.InputObject }},
	{"enums", "Enums", func(_ *ast.Schema, d *ast.Definition) bool { return d.Kind == ast.Enum }},
	{"scalars", "Scalars", func(_ *ast.Schema, d *ast.Definition) bool { return d.Kind == ast.Scalar }},
}

// reference writes the pages of a schema as Markdown.
type reference struct {
	schema *ast.Schema
	// pageOf is the page that a type is on.
	pageOf map[string]string
}

// referencePages makes docs/reference/*.md of the schema of the checkout, and of the apps' operations.
func referencePages(root string) (map[string][]byte, error) {
	files, err := filepath.Glob(filepath.Join(root, "graph", "schema", "*.graphqls"))
	if err != nil {
		return nil, err
	}
	var sources []*ast.Source
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		sources = append(sources, &ast.Source{Name: file, Input: string(text)})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		return nil, err
	}
	r := &reference{schema: schema, pageOf: map[string]string{}}
	for _, kind := range kinds {
		for name, d := range schema.Types {
			if kind.has(schema, d) && !strings.HasPrefix(name, "__") {
				r.pageOf[name] = kind.file
			}
		}
	}
	pages := map[string][]byte{}
	for _, kind := range kinds {
		pages["docs/reference/"+kind.file+".md"] = r.page(kind.file, kind.title)
	}
	pages["docs/reference/directives.md"] = r.directives()
	operations, err := operationsPage(root)
	pages["docs/reference/operations.md"] = operations
	return pages, err
}

func (r *reference) page(file, title string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", title)
	for _, name := range sortedNames(r.pageOf) {
		d := r.schema.Types[name]
		if r.pageOf[name] != file || d.BuiltIn && d.Kind != ast.Scalar {
			continue
		}
		if d == r.schema.Query || d == r.schema.Mutation || d == r.schema.Subscription {
			r.rootFields(&b, d)
			continue
		}
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", name, prose(d.Description))
		r.details(&b, d)
	}
	return []byte(b.String())
}

// rootFields gives each field a heading of its own: people look for operations by name.
func (r *reference) rootFields(b *strings.Builder, d *ast.Definition) {
	fmt.Fprintf(b, "%s\n\n", prose(d.Description))
	fields := slices.Clone(d.Fields)
	slices.SortFunc(fields, func(x, y *ast.FieldDefinition) int { return strings.Compare(x.Name, y.Name) })
	for _, f := range fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		fmt.Fprintf(b, "## %s\n\n%s\n\nGives %s.\n\n", f.Name, prose(f.Description)+deprecation(f.Directives), r.link(f.Type))
		if len(f.Arguments) == 0 {
			continue
		}
		b.WriteString("| argument | type | default | |\n|---|---|---|---|\n")
		for _, a := range f.Arguments {
			fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", a.Name, r.link(a.Type), value(a.DefaultValue), cell(a.Description))
		}
		b.WriteString("\n")
	}
}

func (r *reference) details(b *strings.Builder, d *ast.Definition) {
	if len(d.Interfaces) > 0 {
		fmt.Fprintf(b, "Implements %s.\n\n", r.names(d.Interfaces))
	}
	if d.IsAbstractType() {
		var types []string
		for _, t := range r.schema.GetPossibleTypes(d) {
			types = append(types, t.Name)
		}
		slices.Sort(types)
		fmt.Fprintf(b, "Is one of %s.\n\n", r.names(types))
	}
	switch {
	case d.Kind == ast.Enum:
		b.WriteString("| value | |\n|---|---|\n")
		for _, v := range d.EnumValues {
			fmt.Fprintf(b, "| `%s` | %s |\n", v.Name, cell(v.Description+deprecation(v.Directives)))
		}
		b.WriteString("\n")
	case len(d.Fields) > 0:
		b.WriteString("| field | type | |\n|---|---|---|\n")
		for _, f := range d.Fields {
			fmt.Fprintf(b, "| `%s`%s | %s%s | %s |\n", f.Name, r.arguments(f), r.link(f.Type), defaultOf(f.DefaultValue),
				cell(f.Description+deprecation(f.Directives)))
		}
		b.WriteString("\n")
	}
}

// arguments are those of a field, behind its name.
func (r *reference) arguments(f *ast.FieldDefinition) string {
	if len(f.Arguments) == 0 {
		return ""
	}
	parts := make([]string, len(f.Arguments))
	for i, a := range f.Arguments {
		parts[i] = "`" + a.Name + "`: " + r.link(a.Type) + defaultOf(a.DefaultValue)
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// link writes a type with a link to where it is explained.
func (r *reference) link(t *ast.Type) string {
	if t.Elem != nil {
		return `\[` + r.link(t.Elem) + `\]` + required(t)
	}
	return r.names([]string{t.NamedType}) + required(t)
}

func required(t *ast.Type) string {
	if t.NonNull {
		return "!"
	}
	return ""
}

func (r *reference) names(types []string) string {
	links := make([]string, len(types))
	for i, name := range types {
		links[i] = fmt.Sprintf("[%s](%s.md#%s)", name, r.pageOf[name], strings.ToLower(name))
		if r.pageOf[name] == "queries" { // the root type has no heading of its own
			links[i] = "[" + name + "](queries.md)"
		}
	}
	return strings.Join(links, ", ")
}

func (r *reference) directives() []byte {
	var b strings.Builder
	b.WriteString("# Directives\n\n")
	for _, name := range sortedNames(r.schema.Directives) {
		d := r.schema.Directives[name]
		fmt.Fprintf(&b, "## @%s\n\n%s\n\n", name, prose(d.Description))
		for _, a := range d.Arguments {
			fmt.Fprintf(&b, "- `%s`: %s%s. %s\n", a.Name, r.link(a.Type), defaultOf(a.DefaultValue), cell(a.Description))
		}
		b.WriteString("\n")
	}
	return []byte(b.String())
}

// operationsPage shows what the apps send, as it stands in the checkout.
func operationsPage(root string) ([]byte, error) {
	var b strings.Builder
	b.WriteString("# Operations of the apps\n\nOne for each screen and action: every change of the schema is held to them.\n\n")
	for _, file := range []string{"screens", "actions", "fragments"} {
		text, err := os.ReadFile(filepath.Join(root, "graph", "operations", file+".graphql"))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "## %s\n\n```graphql\n%s```\n\n", file, text)
	}
	return []byte(b.String()), nil
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// prose is a description as Markdown.
func prose(s string) string { return strings.TrimSpace(s) }

// cell is a description within one line of a table.
func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}

func value(v *ast.Value) string {
	if v == nil {
		return ""
	}
	return "`" + v.String() + "`"
}

func defaultOf(v *ast.Value) string {
	if v == nil {
		return ""
	}
	return " = " + value(v)
}

func deprecation(list ast.DirectiveList) string {
	d := list.ForName("deprecated")
	if d == nil {
		return ""
	}
	reason := "No longer supported"
	if a := d.Arguments.ForName("reason"); a != nil {
		reason = a.Value.Raw
	}
	return " Deprecated: " + reason
}
