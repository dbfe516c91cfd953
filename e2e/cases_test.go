package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestWorld looks at one community in many ways. Its parts run one after the other: statements are counted with nobody else
// in the house.
func TestWorld(t *testing.T) { //nolint:tparallel // see above
	t.Parallel()
	newWorld(t, Options{}).test(t)
}

func (w *world) test(t *testing.T) {
	t.Helper()
	t.Run("cases", w.testCases)
	t.Run("sessions", w.testSessionStatements)
	t.Run("operations", w.testOperations)
}

// apiCase is a folder of cases/:
//
//	query.graphql   the operation, in which <minji> stands for the id of what has that name in the world
//	variables.json  its variables, likewise; <repeat 3 ab> stands for ababab
//	request         instead of both: the request line, headers, an empty line, the body
//	who             who asks: somebody of the world, or the name of a token that does not count; nobody without it
//	headers         more headers, one in a line
//	status          the wanted status, 200 without it
//	answer.json     the wanted answer, in which what differs from run to run is a placeholder
//	statements      the wanted numbers of SQL statements, for queries that are answered
type apiCase struct {
	dir, who, query, request string
	variables                json.RawMessage
	headers                  []string
}

func (w *world) testCases(t *testing.T) {
	dirs, err := filepath.Glob("cases/*")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no cases", err)
	}
	for i, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			c := w.readCase(t, dir)
			// Everybody asks from their own address, so that no limit of one case is another's.
			c.headers = append([]string{fmt.Sprintf("X-Forwarded-For: 198.51.%d.%d", 100+i/250, i%250+1)}, c.headers...)
			answer := w.ask(t, c)
			compare(t, filepath.Join(dir, "status"), strconv.Itoa(answer.Status)+"\n", "200\n")
			compare(t, filepath.Join(dir, "answer.json"), w.normal(t, answer), "")
			if answer.Data != nil && c.request == "" && !strings.HasPrefix(strings.TrimSpace(c.query), "mutation") {
				w.countCase(t, c)
			}
		})
	}
}

func (w *world) readCase(t *testing.T, dir string) apiCase {
	t.Helper()
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return w.fill(t, string(text))
	}
	c := apiCase{dir: dir, who: strings.TrimSpace(read("who")), query: read("query.graphql"), request: read("request")}
	if text := read("variables.json"); text != "" {
		c.variables = json.RawMessage(text)
	}
	for line := range strings.Lines(read("headers")) {
		c.headers = append(c.headers, strings.TrimSpace(line))
	}
	if (c.query == "") == (c.request == "") {
		t.Fatal("a case has either a query.graphql or a request")
	}
	return c
}

var placeholder = regexp.MustCompile(`<(repeat [0-9]+ [^<>]+|[a-z][a-z0-9 .]*)>`)

// fill puts ids and long texts in the place of their names.
func (w *world) fill(t *testing.T, text string) string {
	t.Helper()
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		name = name[1 : len(name)-1]
		if rest, ok := strings.CutPrefix(name, "repeat "); ok {
			count, what, _ := strings.Cut(rest, " ")
			n, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Repeat(what, n)
		}
		if id, ok := w.ids[name]; ok {
			return id
		}
		t.Fatalf("nothing in the world has the name %q", name)
		return ""
	})
}

func (w *world) ask(t *testing.T, c apiCase, more ...string) Answer {
	t.Helper()
	headers := append([]string{"Content-Type: application/json"}, c.headers...)
	if p := w.people[c.who]; p != nil {
		headers = append(headers, "Authorization: Bearer "+p.Token)
	} else if token := w.tokens[c.who]; token != "" {
		headers = append(headers, "Authorization: Bearer "+token)
	} else if c.who != "" {
		t.Fatalf("nobody is called %q", c.who)
	}
	headers = append(headers, more...)
	if c.request == "" {
		body, err := json.Marshal(map[string]any{"query": c.query, "variables": c.variables})
		if err != nil {
			t.Fatal(err)
		}
		return Send(t, http.MethodPost, w.Servers[0].URL+"/graphql", body, headers...)
	}
	head, body, _ := strings.Cut(c.request, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	return Send(t, method, w.Servers[0].URL+path, []byte(strings.TrimSuffix(body, "\n")), append(headers, lines[1:]...)...)
}

// compare compares with a file, or writes it; a file that would hold what goes without saying is not there.
func compare(t *testing.T, path, got, otherwise string) {
	t.Helper()
	if *update {
		if got == otherwise {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			return
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := wanted(t, path, otherwise); got != want {
		t.Errorf("%s: got\n%swant\n%s", path, got, want)
	}
}

func wanted(t *testing.T, path, otherwise string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return otherwise
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// normal is the body of an answer with placeholders for what differs from run to run.
func (w *world) normal(t *testing.T, a Answer) string {
	t.Helper()
	var body any
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return string(a.Body)
	}
	sortErrors(body)
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(w.replace("", body)); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// sortErrors puts errors in the order of their paths: root fields of a query are resolved side by side.
func sortErrors(body any) {
	answer, _ := body.(map[string]any)
	errs, _ := answer["errors"].([]any)
	slices.SortStableFunc(errs, func(a, b any) int {
		return strings.Compare(fmt.Sprint(a.(map[string]any)["path"]), fmt.Sprint(b.(map[string]any)["path"]))
	})
}

var (
	dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	// fields whose values differ from run to run, or with the way in which pictures are scaled.
	varying = map[string]bool{"cursor": true, "startCursor": true, "endCursor": true, "requestId": true, "retryAfterSeconds": true,
		"blurhash": true, "dominantColor": true, "accessToken": true, "refreshToken": true}
)

func (w *world) replace(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for k := range v {
			v[k] = w.replace(k, v[k])
		}
	case []any:
		for i := range v {
			v[i] = w.replace(key, v[i])
		}
	case string:
		name := w.nameOf(v)
		switch {
		case name != "":
			return "<" + name + ">"
		case varying[key]:
			return "<" + key + ">"
		case key == "id" || strings.HasSuffix(key, "Id"):
			return "<id>"
		case dateTime.MatchString(v):
			return "<time>"
		case strings.HasPrefix(v, w.Bucket.PublicURL+"/renditions/"):
			return "<picture " + filepath.Base(v) + ">"
		case strings.HasPrefix(v, w.Bucket.Endpoint):
			return "<url>"
		}
	case float64:
		if varying[key] {
			return "<" + key + ">"
		}
	}
	return value
}
