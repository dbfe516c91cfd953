package transport

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func TestVariablesAreOfTheirTypes(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `enum Size { SMALL LARGE } scalar Date
		input In { n: Int x: Float s: String ok: Boolean id: ID size: Size on: Date more: [In!] names: [[String]] } type Query { q: Int }`})
	const whole = "must be a whole number from -2147483648 to 2147483647"
	for value, want := range map[string]string{
		`null`:                    "",
		`{}`:                      "",
		`{"n":1,"x":1,"s":"a"}`:   "",
		`{"n":-2147483648}`:       "",
		`{"n":2147483648}`:        "$in.n " + whole,
		`{"n":"1"}`:               "$in.n " + whole,
		`{"n":1.5}`:               "$in.n " + whole,
		`{"n":1e2}`:               "$in.n " + whole,
		`{"n":true}`:              "$in.n " + whole,
		`{"n":[1]}`:               "$in.n " + whole,
		`{"x":"1.5"}`:             "$in.x must be a number",
		`{"s":1}`:                 "$in.s must be a string",
		`{"s":{"a":1}}`:           "$in.s must be a string",
		`{"ok":"true"}`:           "$in.ok must be true or false",
		`{"ok":0}`:                "$in.ok must be true or false",
		`{"id":"a"}`:              "",
		`{"id":7}`:                "",
		`{"id":7.5}`:              "$in.id must be a string",
		`{"size":"LARGE"}`:        "",
		`{"size":"large"}`:        "$in.size must be one of SMALL, LARGE",
		`{"size":1}`:              "$in.size must be one of SMALL, LARGE",
		`{"on":7}`:                "", // a custom scalar reads itself
		`{"names":"a"}`:           "",
		`{"names":[["a",null]]}`:  "",
		`{"names":[["a"],[7]]}`:   "$in.names[1][0] must be a string",
		`{"more":[{},{"n":"1"}]}`: "$in.more[1].n " + whole,
		`{"more":{"n":"1"}}`:      "$in.more.n " + whole,
		`{"unknown":1}`:           "", // for validation to refuse
		`"text"`:                  "",
	} {
		document, err := parser.ParseQuery(&ast.Source{Input: `query ($in: In) { q }`})
		if err != nil {
			t.Fatal(err)
		}
		var v any
		decoder := json.NewDecoder(strings.NewReader(value))
		decoder.UseNumber()
		if err := decoder.Decode(&v); err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := (&variables{schema: schema, limit: 100}).checkAll(document.Operations[0], map[string]any{"in": v}); err != nil {
			got = err.Message
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", value, got, want)
		}
	}
}
