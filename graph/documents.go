package graph

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// Documents are the apps' operations by name, each as a text of its own with the fragments that it needs: what an app
// sends.
func Documents() map[string]string { return DocumentsOf(Operations()) }

// DocumentsOf makes such texts of any operations.
func DocumentsOf(all *ast.QueryDocument) map[string]string {
	texts := make(map[string]string, len(all.Operations))
	for _, operation := range all.Operations {
		document := &ast.QueryDocument{Operations: ast.OperationList{operation}}
		addFragments(document, all.Fragments, operation.SelectionSet)
		var text strings.Builder
		formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatQueryDocument(document)
		texts[operation.Name] = text.String()
	}
	return texts
}

func addFragments(document *ast.QueryDocument, fragments ast.FragmentDefinitionList, set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			addFragments(document, fragments, s.SelectionSet)
		case *ast.InlineFragment:
			addFragments(document, fragments, s.SelectionSet)
		case *ast.FragmentSpread:
			if f := fragments.ForName(s.Name); f != nil && !slices.Contains(document.Fragments, f) {
				document.Fragments = append(document.Fragments, f)
				addFragments(document, fragments, f.SelectionSet)
			}
		}
	}
}
