package main

import "testing"

func TestNormalise(t *testing.T) {
	t.Parallel()
	same := []string{
		`{"data":{"a":{"id":"x","n":1.50,"endCursor":"p","list":[1,{"b":null,"cursor":"q"}]}}}`,
		`{"data":{"a":{"list":[1.0,{"cursor":"z","b":null}],"n":1.5,"id":"x"}},"extensions":{"cost":1}}`,
	}
	first, err := normalise([]byte(same[0]))
	second, err2 := normalise([]byte(same[1]))
	if err != nil || err2 != nil || first != second {
		t.Errorf("%s\n%s\n%v %v", first, second, err, err2)
	}
	for _, other := range []string{`{"data":{"a":{"id":"x","n":1.5,"list":[{"b":null},1]}}}`, `{"data":{"a":{"id":"y","n":1.5,"list":[1,{"b":null}]}}}`} {
		if got, err := normalise([]byte(other)); err != nil || got == first {
			t.Errorf("%s is the same, %v", other, err)
		}
	}
	without, err := normalise([]byte(same[0]), "id", "list", "n")
	if err != nil || without != "{\n \"data\": {\n  \"a\": {}\n }\n}" {
		t.Errorf("%s, %v", without, err)
	}
	if _, err := normalise([]byte("<html>")); err == nil {
		t.Error("a page of HTML is an answer")
	}
}

func TestEndCursor(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"a":{"pageInfo":{"hasNextPage":true,"endCursor":"YzE6\u003d"}}}`: "YzE6=", `{"endCursor":null}`: "", `{}`: "", `{"endCursor": "x"}`: "x",
	} {
		if got := endCursor([]byte(answer)); got != want {
			t.Errorf("%s: %q, want %q", answer, got, want)
		}
	}
}
