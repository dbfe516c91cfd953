package transport

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// repeat writes n numbered pieces.
func repeat(n int, piece func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(piece(i))
	}
	return b.String()
}

func TestLimits(t *testing.T) {
	t.Parallel()
	h, _ := serving(t, newTiny(), Config{})
	nested := func(n int) string { return strings.Repeat("{self", n-1) + "{hello}" + strings.Repeat("}", n-1) }
	aliases := func(n int) string {
		return "{self{" + repeat(n, func(i int) string { return fmt.Sprintf("a%d:hello ", i) }) + "}}"
	}
	const ten = "fragment F on Query{hello self{hello __typename self{hello __typename self{hello __typename}}}}"
	tests := map[string]struct {
		query   string
		want    string // part of the message; empty where it passes
		mistake bool   // wrong in itself, not merely too much
	}{
		"depth 15":                     {nested(15), "", false},
		"depth 16":                     {nested(16), "deeper than 15", false},
		"depth in a fragment":          {"{...F} fragment F on Query" + nested(16), "deeper than 15", false},
		"depth 900":                    {nested(900), "deeper than 15", false},
		"depth 100,000":                {strings.Repeat("{a", 100_000), "1000 nested brackets", false},
		"50 aliases":                   {aliases(50), "", false},
		"51 aliases":                   {aliases(51), "50 aliases", false},
		"10,000 aliases":               {aliases(10_000), "10000 tokens", false},
		"20 root fields":               {"{" + strings.Repeat("hello ", 20) + "}", "", false},
		"21 root fields":               {"{" + strings.Repeat("hello ", 21) + "}", "20 fields at the root", false},
		"root fields in fragments":     {"{...F ...F ...F} fragment F on Query{hello hello hello ...{hello hello hello hello}}", "20 fields at the root", false},
		"500 fields":                   {"{self{" + strings.Repeat("...F ", 49) + "}" + strings.Repeat("hello ", 9) + "} " + ten, "", false},
		"501 fields":                   {"{self{" + strings.Repeat("...F ", 49) + "}" + strings.Repeat("hello ", 10) + "} " + ten, "500 fields", false},
		"20 fields again":              {"{self{" + strings.Repeat("hello ", 21) + "}}", "", false},
		"21 fields again":              {"{self{" + strings.Repeat("hello ", 22) + "}}", "20 fields that are there already", false},
		"fields again in a fragment":   {"{self{...F}} fragment F on Query{" + strings.Repeat("self{hello hello} ", 20) + "}", "20 fields that are there already", false},
		"1,000 list entries":           {"{find(filter:{text:\"\",flags:[" + strings.Repeat("true ", 1000) + "]})}", "", false},
		"1,001 list entries":           {"{find(filter:{text:\"\",flags:[" + strings.Repeat("true ", 1001) + "]})}", "1000 list entries", false},
		"list entries by default":      {"query Q($f:Filter={text:\"\",flags:[" + strings.Repeat("true ", 1001) + "]}){find(filter:$f)}", "1000 list entries", false},
		"fields in several operations": {repeat(40, func(i int) string { return fmt.Sprintf("query Q%d{self{...F}} ", i) }) + "fragment F on Query{" + strings.Repeat("hello ", 15) + "}", "500 fields", false},
		"51 operations":                {repeat(51, func(i int) string { return fmt.Sprintf("query Q%d{hello} ", i) }), "50 operations", false},
		"201 fragments":                {"{hello}" + repeat(201, func(i int) string { return fmt.Sprintf("fragment F%d on Query{hello} ", i) }), "200 fragments", false},
		"directives":                   {"{self{...F ...F ...F ...F ...F ...F}} fragment F on Query{" + strings.Repeat("hello @include(if:true) ", 17) + "}", "100 directives", false},
		"directives on one field":      {"{hello " + strings.Repeat("@skip(if:false) ", 101) + "}", "100 directives", false},
		"directives on variables":      {"query Q($a:Int" + strings.Repeat(" @skip(if:false)", 101) + "){hello}", "100 directives", false},
		"directives on fragments":      {"{...F} fragment F on Query" + strings.Repeat(" @skip(if:false)", 101) + "{hello}", "100 directives", false},
		"cycle":                        {"{...A} fragment A on Query{self{...B}} fragment B on Query{...A}", "spreads itself", true},
		"own cycle":                    {"{...A} fragment A on Query{...A}", "spreads itself", true},
		"unused cycle":                 {"{hello} fragment A on Query{...B} fragment B on Query{...A}", "never used", true},
		"same name twice":              {"{...A} fragment A on Query{hello} fragment A on Query{hello}", "more than one fragment", true},
		"unknown fragment":             {"{...A}", "Unknown fragment", true},
		"bomb": {"{...F0} " + repeat(100, func(i int) string {
			return fmt.Sprintf("fragment F%d on Query{self{...F%d ...F%d}} ", i, i+1, i+1)
		}) + "fragment F100 on Query{hello}", "deeper than", false},
		"flat bomb": {"{self{...F0}} " + repeat(150, func(i int) string {
			return fmt.Sprintf("fragment F%d on Query{...F%d ...F%d} ", i, i+1, i+1)
		}) + "fragment F150 on Query{hello}", "500 fields", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := answer(h, with(query(tt.query), "Accept", mediaGraphQL))
			var got struct {
				Errors []struct {
					Message    string
					Extensions struct{ Code string }
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if w.Code != http.StatusOK || len(got.Errors) > 0 {
					t.Fatalf("status %d: %s", w.Code, w.Body)
				}
				return
			}
			if w.Code != http.StatusBadRequest || len(got.Errors) != 1 || !strings.Contains(got.Errors[0].Message, tt.want) {
				t.Fatalf("status %d: %s, want %q", w.Code, w.Body, tt.want)
			}
			wantCode := "COST_EXCEEDED"
			if tt.mistake {
				wantCode = "BAD_USER_INPUT"
			}
			if code := got.Errors[0].Extensions.Code; code != wantCode {
				t.Errorf("code %s, want %s", code, wantCode)
			}
		})
	}
}

func TestManyMistakesMakeASmallAnswer(t *testing.T) {
	t.Parallel()
	h, _ := serving(t, newTiny(), Config{})
	long := strings.Repeat("x", 50_000)
	w := answer(h, query("{self{"+repeat(400, func(i int) string { return fmt.Sprintf("%s%d ", "wrong", i) })+long+"}}"))
	var got struct{ Errors []json.RawMessage }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Errors) != maxRequestErrors {
		t.Errorf("%d errors, want %d", len(got.Errors), maxRequestErrors)
	}
	if w := answer(h, query("{"+long+"}")); w.Body.Len() > 1000 {
		t.Errorf("%d bytes of answer to one long name", w.Body.Len())
	}
}

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	c := Config{Limits: Limits{Depth: 3}}.withDefaults()
	if c.Limits.Depth != 3 || c.Limits.BodyBytes != 256<<10 || c.Limits.Tokens != 10_000 || c.Timeout != 15*time.Second {
		t.Errorf("%+v", c)
	}
}

func TestDocumentsAreKept(t *testing.T) {
	t.Parallel()
	d := newDocuments(newTiny().schema, Config{}.withDefaults())
	first, errs := d.load("{hello}")
	if errs != nil {
		t.Fatal(errs)
	}
	if again, _ := d.load("{hello}"); again != first {
		t.Error("the same text was parsed twice")
	}
	if _, errs := d.load("{helo}"); errs == nil {
		t.Error("a wrong document passed")
	}
	if d.lru.Len() != 1 {
		t.Errorf("%d documents kept, want the valid one", d.lru.Len())
	}
}

func TestKeptDocumentsAreBounded(t *testing.T) {
	t.Parallel()
	d := newDocuments(newTiny().schema, Config{}.withDefaults())
	for i := range 2 * cachedDocuments {
		d.keep(fmt.Sprint(i), &document{})
	}
	if d.lru.Len() != cachedDocuments {
		t.Errorf("%d documents kept, want %d", d.lru.Len(), cachedDocuments)
	}
	long := strings.Repeat(" ", cachedText/10)
	for i := range 100 {
		d.keep(fmt.Sprint(i, long), &document{})
		if d.text > cachedText {
			t.Fatalf("%d bytes of text kept, want at most %d", d.text, cachedText)
		}
	}
	sum := 0
	for _, k := range d.lru.Keys() {
		sum += len(k)
	}
	if sum != d.text {
		t.Errorf("%d bytes counted, %d kept", d.text, sum)
	}
}
