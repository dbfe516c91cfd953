package main

import (
	_ "embed"
	"fmt"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

// plugin adds plan.generated.go to gqlgen's own files.
type plugin struct{}

// Name implements gqlgen's plugin.Plugin.
func (plugin) Name() string { return "plangen" }

//go:embed plan.gotpl
var planTemplate string

// GenerateCode implements gqlgen's plugin.CodeGenerator.
func (plugin) GenerateCode(data *codegen.Data) error {
	g := &generator{data}
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Filename:        filepath.Join(data.Config.Exec.DirName, "plan.generated.go"),
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		Template:        planTemplate,
		Data:            g,
		Funcs: template.FuncMap{
			"value":   func(ref *config.TypeReference) string { return g.value(ref, "v", 0) },
			"call":    call,
			"isID":    isID,
			"appends": appends,
			"missing": missing,
		},
	})
}

type generator struct{ *codegen.Data }

// rootField is a field of Query or Mutation. Its ID tells it apart from those of both.
type rootField struct {
	ID int
	*codegen.Field
}

// Roots are the fields of queries and those of mutations.
func (g *generator) Roots() map[string][]rootField {
	roots, id := map[string][]rootField{}, 0
	for _, o := range []*codegen.Object{g.QueryRoot, g.MutationRoot} {
		for _, f := range g.Fields(o) {
			roots[o.Name] = append(roots[o.Name], rootField{id, f})
			id++
		}
	}
	return roots
}

// Planned are the object types below the root fields.
func (g *generator) Planned() codegen.Objects {
	return slices.DeleteFunc(slices.Clone(g.Objects), func(o *codegen.Object) bool {
		return o.Root || o.BuiltIn || strings.HasPrefix(o.Name, "__")
	})
}

// Fields are those that a plan answers: not those of introspection, which gqlgen answers itself.
func (g *generator) Fields(o *codegen.Object) []*codegen.Field {
	return slices.DeleteFunc(slices.Clone(o.Fields), func(f *codegen.Field) bool { return strings.HasPrefix(f.Name, "__") })
}

// Abstract are the interfaces and unions, in an order that does not change.
func (g *generator) Abstract() []*codegen.Interface {
	var all []*codegen.Interface
	for _, i := range g.Interfaces {
		all = append(all, i)
	}
	slices.SortFunc(all, func(a, b *codegen.Interface) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// call is how a field's value is got from its object.
func call(f *codegen.Field) (string, error) {
	switch {
	case f.IsResolver && f.Object.Root:
		return fmt.Sprintf("ec.Resolvers.%s().%s(%s)", f.Object.Name, f.GoFieldName, f.CallArgs()), nil
	case f.IsMethod():
		return fmt.Sprintf("%s.%s(%s)", f.GoReceiverName, f.GoFieldName, f.CallArgs()), nil
	case f.IsVariable():
		return f.GoReceiverName + "." + f.GoFieldName, nil
	}
	return "", fmt.Errorf("plangen: %s.%s is neither a method nor a field of Go: a plan cannot ask for it", f.Object.Name, f.Name)
}

// value is code that writes the value of a variable, and returns false where gqlgen has to say what is wrong with it.
func (g *generator) value(ref *config.TypeReference, name string, depth int) string {
	if ref.IsSlice() {
		return g.list(ref, name, depth)
	}
	if !ref.IsNilable() {
		return g.present(ref, name)
	}
	present := g.present(ref, name)
	if _, isObject := g.object(ref); !isObject && ref.IsPtr() {
		if method, _ := writerMethod(ref.Elem()); method != "" {
			present = g.present(ref.Elem(), "*"+name)
		}
	}
	return fmt.Sprintf("if %s == nil {\n%s\n} else {\n%s\n}", name, missing(ref), present)
}

// missing is what becomes of a value that is not there.
func missing(ref *config.TypeReference) string {
	if ref.GQL.NonNull {
		return "return false"
	}
	return "w.Null()"
}

// isID tells whether a field is the Relay id, which gqlgen.yml binds to GlobalID: the type's name and the row's id.
func isID(f *codegen.Field) bool { return f.GoFieldName == "GlobalID" && !f.Object.Root }

// appends tells whether a field's method has a twin that appends the text to a buffer: AppendURL for URL.
func appends(f *codegen.Field) bool {
	if !f.IsMethod() {
		return false
	}
	method, _, _ := types.LookupFieldOrMethod(f.Object.Reference(), true, nil, "Append"+f.GoFieldName)
	_, ok := method.(*types.Func)
	return ok
}

func (g *generator) list(ref *config.TypeReference, name string, depth int) string {
	element := fmt.Sprintf("v%d", depth)
	code := fmt.Sprintf("for i, %s := range %s {\nw.Element(i)\n%s\n}\nw.End(len(%s))",
		element, name, g.value(ref.Elem(), element, depth+1), name)
	if ref.GQL.NonNull {
		return code
	}
	return fmt.Sprintf("if %s == nil {\nw.Null()\n} else {\n%s\n}", name, code)
}

// object tells whether a type is one that has fields.
func (g *generator) object(ref *config.TypeReference) (name string, ok bool) {
	return ref.Definition.Name, ref.Definition.IsCompositeType()
}

// present writes a value that is there.
func (g *generator) present(ref *config.TypeReference, name string) string {
	if typeName, ok := g.object(ref); ok {
		below := "f.Below[0]"
		if ref.Definition.IsAbstractType() {
			below = "f"
		}
		if !ref.IsPtr() && !ref.Definition.IsAbstractType() {
			name = "&" + name
		}
		return fmt.Sprintf("if !plan%s(ctx, ec, w, %s, %s) {\nreturn false\n}", typeName, name, below)
	}
	method, convert := writerMethod(ref)
	switch {
	case method == "":
		return fmt.Sprintf("w.Marshal(%s(ctx, ec, nil, %s))", ref.MarshalFunc(), name)
	case convert != "":
		return fmt.Sprintf("w.%s(%s(%s))", method, convert, name)
	}
	return fmt.Sprintf("w.%s(%s)", method, name)
}

// writers are the methods of plan.Writer for what marshalling functions write.
var writers = map[string]string{
	"github.com/99designs/gqlgen/graphql.MarshalString":  "String",
	"github.com/99designs/gqlgen/graphql.MarshalInt":     "Int",
	"github.com/99designs/gqlgen/graphql.MarshalBoolean": "Bool",
	"styleshare/graph/scalar.MarshalString":              "String",
	"styleshare/graph/scalar.MarshalID":                  "String",
	"styleshare/graph/scalar.MarshalDateTime":            "DateTime",
}

// writerMethod is empty for what only its marshalling function can write. convert is the type to bring the value to first.
func writerMethod(ref *config.TypeReference) (method, convert string) {
	basic, isBasic := ref.GO.Underlying().(*types.Basic)
	if ref.Marshaler != nil {
		method = writers[ref.Marshaler.FullName()]
	} else if !ref.IsMarshaler && ref.Definition.Kind == ast.Enum && isBasic && basic.Kind() == types.String {
		method = "String"
	}
	if isBasic && types.Unalias(ref.GO) != types.Type(basic) {
		convert = basic.Name()
	}
	return method, convert
}
