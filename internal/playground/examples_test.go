package playground_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// Every example is one operation named as its file, is valid against the served schema, and its variables fit.
func TestExamplesFitTheServedSchema(t *testing.T) {
	t.Parallel()
	schema := servedSchema(t)
	files, err := filepath.Glob("web/examples/*.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no examples")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			document, errs := gqlparser.LoadQueryWithRules(schema, read(t, file), nil)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			_, name, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".graphql"), "-")
			if len(document.Operations) != 1 || document.Operations[0].Name != name {
				t.Errorf("want one operation, %s", name)
			}
			if _, err := validator.VariableValues(schema, document.Operations[0], variables(t, file)); err != nil {
				t.Error(err)
			}
		})
	}
}

func servedSchema(t *testing.T) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob("../../graph/schema/*.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	var sources []*ast.Source
	for _, file := range files {
		sources = append(sources, &ast.Source{Name: file, Input: read(t, file)})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// variables are those beside the example; without a file it has none.
func variables(t *testing.T, example string) map[string]any {
	t.Helper()
	file := strings.TrimSuffix(example, "graphql") + "json"
	if _, err := os.Stat(file); os.IsNotExist(err) {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(read(t, file)))
	decoder.UseNumber()
	var values map[string]any
	if err := decoder.Decode(&values); err != nil {
		t.Fatal(file, err)
	}
	return values
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
