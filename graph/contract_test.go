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

// The served schema breaks nothing of the contract: everything that it promises is served as it says.
func TestServedSchemaFitsContract(t *testing.T) {
	contract, served, added := describe(load(t, "contract.graphqls")), describe(load(t, "schema/*.graphqls")), listed(t, addedFile)
	for path, want := range contract {
		if got, ok := served[path]; !ok {
			t.Errorf("%s of the contract is not served", path)
		} else if got != want {
			t.Errorf("%s is %q, the contract says %q", path, got, want)
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
