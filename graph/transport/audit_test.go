package transport

import (
	"encoding/json"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"styleshare/internal/testkit"
)

// The audits are graphql-http's, an implementation of the GraphQL-over-HTTP specification by its authors.
func TestAudits(t *testing.T) {
	t.Parallel()
	run := func(name string, args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = "testdata/audit"
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v: %s", name, err, stderr.String())
		}
		return out
	}
	h, _ := serving(t, newTiny(), Config{Introspection: true, Persisted: keeping(t, testkit.Redis(t))})
	srv := httptest.NewServer(h)
	defer srv.Close()
	run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	var got struct {
		Audits        []struct{ ID, Name, Status, Reason string }
		Introspection string
	}
	if err := json.Unmarshal(run("node", "audit.mjs", srv.URL+"/graphql"), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Audits) < 60 {
		t.Errorf("%d audits were run, want all of them", len(got.Audits))
	}
	for _, a := range got.Audits {
		if a.Status != "ok" {
			t.Errorf("%s %s: %s %s", a.ID, a.Name, a.Status, a.Reason)
		}
	}
	// The most that a schema explorer asks at once is within the limits.
	w := answer(h, query(got.Introspection))
	if w.Body.String() != `{"data":{"__schema":null}}` {
		t.Errorf("introspection: %s", w.Body)
	}
}
