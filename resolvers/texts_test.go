package resolvers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"styleshare/internal/localize"
)

// Every text that a verb or resolver names is in the catalogue: a missing one would reach people as its key.
func TestTextsOfUserErrorsExist(t *testing.T) {
	t.Parallel()
	named := 0
	for _, pattern := range []string{"*.go", "../models/*.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files: %v", err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if key, ok := textOf(n); ok {
					named++
					if !localize.Has(key) {
						t.Errorf("%s: there is no text %q", path, key)
					}
				}
				return true
			})
		}
	}
	if named < 50 {
		t.Errorf("only %d texts were found: does the test still know how errors are made?", named)
	}
}

// textOf is the key in fault.Reject(field, code, key, …) and in faults.Add(field, code, key, …).
func textOf(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 3 {
		return "", false
	}
	function, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || (function.Sel.Name != "Reject" && function.Sel.Name != "Add") {
		return "", false
	}
	code, ok := call.Args[1].(*ast.SelectorExpr)
	if !ok || !isNamed(code.X, "fault") {
		return "", false
	}
	literal, ok := call.Args[2].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	key, err := strconv.Unquote(literal.Value)
	return key, err == nil
}

func isNamed(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}
