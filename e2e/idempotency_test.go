package e2e

import (
	"encoding/json"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/internal/oidc/oidctest"
)

// sample is one attempt at a mutation, made by somebody who has not tried it before.
type sample struct {
	by    *Person
	input Vars
	// other is another input for the same key, by whom the key belongs to; nil where there can be none, for the reason in
	// onlyOneInput. otherBy is another phone of theirs where the session is part of the input.
	other   func(first Answer) Vars
	otherBy *Person
}

// onlyOneInput says why a key of a mutation never comes with another input.
var onlyOneInput = map[string]string{
	"requestPasswordReset": "the key is the address's, and the address is all of the input",
	"exportData":           "there is nothing in the input but the key",
}

// signedAnew are fields that are made anew with each answer.
var signedAnew = map[string]bool{"accessToken": true, "accessTokenExpiresAt": true, "upload": true}

// TestEveryMutationMayBeRetried goes over the mutations of the served schema. The same key with the same input answers the
// same and changes nothing, also at the same moment; with another input it is refused. A mutation without a sample fails.
func TestEveryMutationMayBeRetried(t *testing.T) { //nolint:tparallel // rows are counted: one after the other
	t.Parallel()
	provider := oidctest.Start(t)
	s := Start(t, Options{NoWorker: true, Env: []string{"OIDC_ISSUERS=" + provider.URL + "=" + oidctest.Web, "COST_PER_MINUTE=10000000"}})
	m := newMaker(t, s, provider)
	for _, field := range servedSchema().Mutation.Fields {
		makeOne, ok := samples[field.Name]
		if !ok {
			t.Errorf("%s has no sample: add one, so that its retries are proven", field.Name)
			continue
		}
		t.Run(field.Name, func(t *testing.T) {
			one, many := makeOne(t, m), makeOne(t, m)
			operation := operationOf(field)
			before := s.rows(t)
			first := one.try(t, operation).OK(t)
			after := s.rows(t)
			if again := one.try(t, operation); normal(again) != normal(first) {
				t.Errorf("again: %s\nthe first time: %s", again.Body, first.Body)
			}
			if left := s.rows(t); !maps.Equal(left, after) {
				t.Errorf("the second time had an effect: rows %v, then %v", after, left)
			}
			one.tryOther(t, field.Name, operation, first)
			s.atTheSameMoment(t, operation, many, difference(before, after))
		})
	}
}

func (s sample) try(t *testing.T, operation string) Answer {
	t.Helper()
	input := maps.Clone(s.input)
	input["clientMutationId"] = "key"
	return s.by.Do(t, operation, Vars{"input": input})
}

func (s sample) tryOther(t *testing.T, name, operation string, first Answer) {
	t.Helper()
	if onlyOneInput[name] != "" {
		return
	}
	if s.other == nil {
		t.Error("there is no other input: add one, or say in onlyOneInput why there can be none")
		return
	}
	other := s
	other.input = s.other(first)
	if s.otherBy != nil {
		other.by = s.otherBy
	}
	if a := other.try(t, operation); a.Code() != "IDEMPOTENCY_KEY_REUSED" {
		t.Errorf("another input: %s", a.Body)
	}
}

// atTheSameMoment makes one attempt several times at once: together they change what one changes.
func (s *Stack) atTheSameMoment(t *testing.T, operation string, what sample, want map[string]int) {
	t.Helper()
	const n = 3 // as often as somebody may ask for a new password
	before := s.rows(t)
	answers := make([]Answer, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { answers[i] = what.try(t, operation) })
	}
	group.Wait()
	for _, a := range answers {
		if a.Code() != "" || normal(a) != normal(answers[0]) {
			t.Errorf("at the same moment: %s\nand: %s", a.Body, answers[0].Body)
		}
	}
	if got := difference(before, s.rows(t)); !maps.Equal(got, want) {
		t.Errorf("at the same moment: %v rows more, once: %v", got, want)
	}
}

// rows counts the rows of every table.
func (s *Stack) rows(t *testing.T) map[string]int {
	t.Helper()
	rows, err := s.db.Query(t.Context(), `select table_name, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I', table_name), false, true, '')))[1]::text::int
		from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err = rows.Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		counts[name] = n
	}
	delete(counts, "secrets") // made by whoever needs one first
	return counts
}

func difference(before, after map[string]int) map[string]int {
	d := map[string]int{}
	for name, n := range after {
		if n != before[name] {
			d[name] = n - before[name]
		}
	}
	return d
}

// normal is the data of an answer without what is signed anew.
func normal(a Answer) string {
	var strip func(any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name := range v {
				if signedAnew[name] {
					v[name] = v[name] != nil
				}
				strip(v[name])
			}
		case []any:
			for _, e := range v {
				strip(e)
			}
		}
	}
	data := maps.Clone(a.Data)
	strip(data)
	text, _ := json.Marshal(data)
	return string(text)
}

// operationOf asks for everything of a payload that has no arguments: values, and the ids of objects.
func operationOf(field *ast.FieldDefinition) string {
	var selection strings.Builder
	payload := servedSchema().Types[field.Type.Name()]
	for _, f := range payload.Fields {
		selection.WriteString(" " + f.Name)
		named := servedSchema().Types[f.Type.Name()]
		switch {
		case named.Kind != ast.Object:
		case f.Name == "userErrors":
			selection.WriteString(" { field code message }")
		case named.Fields.ForName("id") != nil:
			selection.WriteString(" { id }")
		default:
			selection.WriteString(" { __typename }")
		}
	}
	return "mutation ($input: " + field.Arguments[0].Type.String() + ") { " + field.Name + "(input: $input) {" + selection.String() + " } }"
}
