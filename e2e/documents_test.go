package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"styleshare/graph"
	"styleshare/internal/persisted"
)

// persistedBody is a request with a hash, and with a text unless that is empty.
func persistedBody(text, query string) []byte {
	body := map[string]any{"extensions": Vars{"persistedQuery": Vars{"version": 1, "sha256Hash": persisted.Hash(text)}}}
	if query != "" {
		body["query"] = query
	}
	out, _ := json.Marshal(body)
	return out
}

// TestPersistedQueries has one server learn a query, and another one run it by its hash; without Redis nothing fails.
func TestPersistedQueries(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true, Servers: 2, Troubled: true})
	ask := func(server int, text, query string) Answer {
		t.Helper()
		return Send(t, http.MethodPost, s.Servers[server].URL+"/graphql", persistedBody(text, query), "Content-Type: application/json")
	}
	const text = `{ discover { nodes { id } } }`
	ask(0, text, "").Refused(t, "PERSISTED_QUERY_NOT_FOUND")
	ask(0, text, text).OK(t)
	ask(1, text, "").OK(t)
	if err := s.Redis.Stop(); err != nil {
		t.Fatal(err)
	}
	const another = `{ discover { nodes { caption } } }`
	ask(0, another, "").Refused(t, "PERSISTED_QUERY_NOT_FOUND")
	ask(0, another, another).OK(t)
	ask(0, text, "").OK(t)
}

// TestTrustedDocuments runs a server with the manifest that the binary itself prints.
func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	plain := filepath.Join(t.TempDir(), "plain.json")
	for _, format := range []string{"apollo", "plain"} {
		out, code := runCommandIn(t, ".", baseEnvironment(), "documents", "--format", format)
		if code != 0 {
			t.Fatal(out)
		}
		path := filepath.Join(filepath.Dir(plain), format+".json")
		if err := os.WriteFile(path, []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
		manifest, err := persisted.ReadManifest(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range graph.Documents() {
			if manifest[persisted.Hash(text)] != text {
				t.Errorf("%s: %s is not in it", format, name)
			}
		}
	}
	s := Start(t, Options{NoWorker: true, Env: []string{"TRUSTED_DOCUMENTS=" + plain}})
	minji := s.SignUp(t, "minji") // with the apps' own operation
	minji.Do(t, "HomeFeed", nil).OK(t)
	minji.Do(t, `{ viewer { email } }`, nil).Refused(t, "FORBIDDEN")
	minji.Do(t, `{ __schema { types { name } } }`, nil).Refused(t, "FORBIDDEN")
	send := func(body []byte) Answer {
		return Send(t, http.MethodPost, s.Servers[0].URL+"/graphql", body, "Content-Type: application/json")
	}
	discover := appOperations()["Discover"]
	send(persistedBody(discover, "")).OK(t)
	send([]byte(`{"documentId":"sha256:` + persisted.Hash(discover) + `"}`)).OK(t)
	send(persistedBody("{ discover { nodes { id } } }", "{ discover { nodes { id } } }")).Refused(t, "FORBIDDEN")
	send(persistedBody("{ discover { nodes { id } } }", "")).Refused(t, "PERSISTED_QUERY_NOT_FOUND")
	if a := Send(t, http.MethodGet, s.Servers[0].URL+"/", nil); a.Status != http.StatusNotFound {
		t.Errorf("the playground is there: status %d", a.Status)
	}
}
