// Package graph is the contract: the schema that is served (schema/), the whole of what is promised to the apps
// (contract.graphqls), and the apps' operations, one for each screen and action (operations/).
package graph

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

//go:generate sh -c "cd .. && go run ./graph/plangen"

//go:embed operations/*.graphql
var operations embed.FS

// OperationNames are the names of the apps' operations.
func OperationNames() []string {
	var names []string
	for _, o := range Operations().Operations {
		names = append(names, o.Name)
	}
	slices.Sort(names)
	return names
}

// Operations is all operations of the apps, with the fragments that they share.
func Operations() *ast.QueryDocument {
	all := new(ast.QueryDocument)
	paths, err := fs.Glob(operations, "operations/*.graphql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, path := range paths {
		text, err := operations.ReadFile(path)
		if err != nil {
			panic(err) // embedded
		}
		document, err := parser.ParseQuery(&ast.Source{Name: path, Input: string(text)})
		if err != nil {
			panic(fmt.Sprintf("embedded operations: %v", err))
		}
		all.Operations = append(all.Operations, document.Operations...)
		all.Fragments = append(all.Fragments, document.Fragments...)
	}
	return all
}
