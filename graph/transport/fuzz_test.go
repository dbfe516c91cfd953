package transport

import (
	"encoding/json"
	"net/http"
	"testing"

	"styleshare/internal/persisted"
)

// Whatever arrives as a body is answered with well-formed JSON and never with a failure of the server.
func FuzzPost(f *testing.F) {
	for _, seed := range []string{
		`{"query":"{hello}"}`,
		`{"query":"query Q($f:Filter!,$m:Moment!){find(filter:$f) at(moment:$m)}","operationName":"Q","variables":{"f":{"text":"x","limit":1e400,"flags":[true,null]},"m":1}}`,
		`{"query":"{...A} fragment A on Query{...B @skip(if:true)} fragment B on Query{self{...A}}"}`,
		`{"query":"query($a:Int=1,$b:[Int]){add(a:$a,b:2) echo(text:\"\"\"x\"\"\")}","variables":{"a":-1,"b":3}}`,
		`[{"query":"{hello}"}]`, `{"query":"{hello}","query":1}`, "{\"query\":\"\xff\"}", `{"query":"\ud800{\u0000"}`,
		`{"query":"subscription{tick}"}`, `{"query":"{__type(name:\"Query\"){fields{name type{ofType{name}}}}}"}`,
		`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + persisted.Hash("{hello}") + `"}},"query":"{hello}"}`, `{"documentId":"x"}`,
		`{"query":"mutation{bump @include(if:$x)}","variables":{}}`,
	} {
		f.Add([]byte(seed))
	}
	schema := newTiny()
	delete(schema.resolvers, "crash")
	schema.resolvers["crash"] = schema.resolvers["hello"]
	schema.resolvers["fail"] = schema.resolvers["hello"]
	schema.resolvers["wait"] = schema.resolvers["hello"]
	schema.resolvers["add"] = schema.resolvers["hello"]
	h := NewHandler(NewExecutor(schema, Config{Introspection: true, Log: discard}))
	f.Fuzz(func(t *testing.T, body []byte) {
		w := answer(h, post(string(body)))
		var got answered
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("answer %q: %v", w.Body, err)
		}
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		for _, e := range got.Errors {
			switch e.Extensions["code"] {
			case "BAD_USER_INPUT", "COST_EXCEEDED", "PERSISTED_QUERY_NOT_FOUND":
			default:
				t.Errorf("%s is told as %v", e.Message, e.Extensions)
			}
		}
	})
}
