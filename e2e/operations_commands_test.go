package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// askAs asks as a client of a name and version.
func askAs(t *testing.T, s *Stack, name, version, query string) {
	t.Helper()
	header := http.Header{"Content-Type": {"application/json"}, "Apollographql-Client-Name": {name}, "Apollographql-Client-Version": {version}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Servers[0].URL+"/graphql", strings.NewReader(`{"query":"`+query+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
}

func TestFieldsUsage(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true})
	askAs(t, s, "ios", "4.1", "{ discover(first: 1) { nodes { likeCount } } }")
	askAs(t, s, "ios", "4.1", "{ discover(first: 1) { nodes { likeCount caption } } }")
	askAs(t, s, "android", "9", "{ discover(first: 1) { nodes { likeCount } } }")
	s.Servers[0].end(t, syscall.SIGTERM) // writes what was counted last
	out, code := s.Command(t, "fields", "usage", "--field", "Style.likeCount")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 3 || strings.Join(strings.Fields(lines[1])[:4], " ") != "Style.likeCount android 9 1" ||
		strings.Join(strings.Fields(lines[2])[:4], " ") != "Style.likeCount ios 4.1 2" {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if out, code = s.Command(t, "fields", "usage"); code != 0 || !strings.Contains(out, "Style.caption") || strings.Contains(out, "never") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if out, code = s.Command(t, "fields", "usage", "--deprecated"); code != 0 || strings.Contains(out, "Style.caption") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if out, code = s.Command(t, "fields", "usage", "--field", "Style.nothing"); code != 1 || !strings.Contains(out, "no such field") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestSchemaCommand(t *testing.T) {
	t.Parallel()
	out, code := runCommandIn(t, t.TempDir(), baseEnvironment(), "schema")
	if code != 0 {
		t.Fatal(out)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: out})
	if err != nil {
		t.Fatal(err)
	}
	for name, served := range servedSchema().Types {
		if printed := schema.Types[name]; printed == nil || len(printed.Fields) != len(served.Fields) || printed.Description != served.Description {
			t.Errorf("%s is not printed as it is served", name)
		}
	}
}

func TestPeopleAndJobsCommands(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	minji := s.SignUp(t, "minji")
	out, code := s.Command(t, "people", "show", "Minji")
	if code != 0 || !strings.Contains(out, "state         active") || !strings.Contains(out, "sessions      1\n") || strings.Contains(out, "@") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if out, code = s.Command(t, "people", "erase", "minji"); code != 1 || !strings.Contains(out, "nothing was done") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if out, code = s.Command(t, "people", "erase", "nobody", "--yes"); code != 1 || !strings.Contains(out, "nobody has this username") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	minji.At(t, s.Servers[0], viewerQuery, nil).OK(t)
	s.mustCommand(t, "people", "erase", "minji", "--yes", "--note", "asked by mail")
	WaitFor(t, "the session to end", func() bool { return minji.At(t, s.Servers[0], viewerQuery, nil).Code() == "UNAUTHENTICATED" })
	if out, code = s.Command(t, "people", "show", "minji"); code != 0 || !strings.Contains(out, "state         left, erased after ") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	s.Mail(t, minji.Email, "") // tells them, as when they had done it themselves
	if n := s.Number(t, `select count(*) from moderation_log where action = 'ERASE_USER' and note = 'asked by mail'`); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
	id := s.Number(t, `select id from outbox where kind = 'person.erase'`)
	if out, code = s.Command(t, "jobs", "show", strconv.Itoa(id)); code != 0 || !strings.Contains(out, "kind       person.erase") || !strings.Contains(out, "state      recorded") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if out, code = s.Command(t, "jobs", "show", "1"); code != 1 || !strings.Contains(out, "no such job") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}
