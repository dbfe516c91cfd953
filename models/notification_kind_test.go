package models

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"styleshare/internal/localize"
)

// declaredKinds reads the constants of type NotificationKind from their source: Go keeps no list of them.
func declaredKinds(t *testing.T) (kinds []NotificationKind) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "notify.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "NotificationKind" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, NotificationKind(text))
		}
		return true
	})
	return kinds
}

// Every kind has its sentences, in both languages, and channels for people who have chosen nothing.
func TestEveryKindHasWordsAndChannels(t *testing.T) {
	t.Parallel()
	kinds := declaredKinds(t)
	if len(kinds) != 13 || len(defaultPreferences) != len(kinds) {
		t.Errorf("%d kinds are declared, %d have channels; the contract has 13", len(kinds), len(defaultPreferences))
	}
	for i, kind := range kinds {
		if i >= len(defaultPreferences) || defaultPreferences[i].Kind != kind {
			t.Errorf("%s is not number %d of the default preferences", kind, i)
		}
		// Lists show what is not switched off: a kind that is off for everybody would need another statement.
		if !slices.Contains(defaultChannels(kind), InApp) {
			t.Errorf("%s is not shown by default", kind)
		}
		forms := []string{"one", "two", "many"}
		if kind == Moderation {
			forms = []string{"Style", "Comment", "User", "Question", "Answer"}
		}
		for _, form := range forms {
			if key := "notification." + string(kind) + "." + form; !localize.Has(key) {
				t.Errorf("there is no text %q", key)
			}
		}
	}
	if len(defaultChannels("WAVED")) > 0 {
		t.Error("nobody hears of what there is not")
	}
}
