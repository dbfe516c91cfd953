package graph_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func load(t *testing.T, patterns ...string) *ast.Schema {
	t.Helper()
	var sources []*ast.Source
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files match %s: %v", pattern, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sources = append(sources, &ast.Source{Name: path, Input: string(text)})
		}
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// describe lists every element of a schema with all that a client depends on, by its path.
func describe(schema *ast.Schema) map[string]string {
	elements := make(map[string]string)
	for _, d := range schema.Types {
		if d.BuiltIn {
			continue
		}
		interfaces := slices.Sorted(slices.Values(d.Interfaces))
		elements[d.Name] = string(d.Kind) + " " + strings.Join(interfaces, "&")
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			elements[d.Name+"."+f.Name] = f.Type.String() + byDefault(f.DefaultValue)
			for _, a := range f.Arguments {
				elements[d.Name+"."+f.Name+"("+a.Name+")"] = a.Type.String() + byDefault(a.DefaultValue)
			}
		}
		for _, v := range d.EnumValues {
			elements[d.Name+"."+v.Name] = "value"
		}
		for _, member := range d.Types {
			elements[d.Name+"|"+member] = "member"
		}
	}
	return elements
}

func byDefault(v *ast.Value) string {
	if v == nil {
		return ""
	}
	return " = " + v.String()
}

// addedFile lists what schema/ serves beyond the contract, one element in a line.
const addedFile = "added.txt"

// laterFile lists what the contract promises and the served schema does not hold yet, one element in a line.
const laterFile = "later.txt"

// The served schema breaks nothing of the contract: what it serves is as the contract says, and what it does not serve
// yet is on the list.
func TestServedSchemaFitsContract(t *testing.T) {
	contract, served := describe(load(t, "contract.graphqls")), describe(load(t, "schema/*.graphqls"))
	later, added := listed(t, laterFile), listed(t, addedFile)
	for path, want := range contract {
		got, ok := served[path]
		switch parent := parentOf(path); {
		case ok && got != want:
			t.Errorf("%s is %q, the contract says %q", path, got, want)
		case ok && later[path]:
			t.Errorf("%s is served: take it off %s", path, laterFile)
		case !ok && !later[path] && !later[parent] && !later[parentOf(parent)]:
			t.Errorf("%s of the contract is not served, and not on %s", path, laterFile)
		}
	}
	for path := range later {
		if _, ok := contract[path]; !ok {
			t.Errorf("%s names %s, which the contract does not have", laterFile, path)
		}
	}
	for path := range served {
		if _, ok := contract[path]; ok == added[path] {
			t.Errorf("%s is served: what the contract does not have belongs on %s, and nothing else", path, addedFile)
		}
		delete(added, path)
	}
	for path := range added {
		t.Errorf("%s names %s, which is not served", addedFile, path)
	}
}

// listed reads a list of elements.
func listed(t *testing.T, name string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	elements := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			elements[line] = true
		}
	}
	return elements
}

// parentOf is the type of a field, the field of an argument.
func parentOf(path string) string {
	if i := strings.LastIndexAny(path, ".(|"); i >= 0 {
		return path[:i]
	}
	return ""
}

// conventional are the fields that mean the same everywhere; the contract's header explains them.
var conventional = []string{"id", "edges", "node", "nodes", "cursor", "pageInfo", "clientMutationId", "userErrors", "createdAt"}

// Whoever explores the schema finds an explanation for everything that is not obvious.
func TestEverythingIsDescribed(t *testing.T) {
	for _, d := range load(t, "schema/*.graphqls").Types {
		if d.BuiltIn {
			continue
		}
		if d.Description == "" {
			t.Errorf("%s has no description", d.Name)
		}
		for _, v := range d.EnumValues {
			if v.Description == "" {
				t.Errorf("%s.%s has no description", d.Name, v.Name)
			}
		}
		payload := strings.HasSuffix(d.Name, "Payload") || strings.HasSuffix(d.Name, "Input")
		for _, f := range d.Fields {
			if f.Description == "" && !payload && !strings.HasPrefix(f.Name, "__") && !slices.Contains(conventional, f.Name) {
				t.Errorf("%s.%s has no description", d.Name, f.Name)
			}
		}
	}
}
