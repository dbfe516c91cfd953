package transport

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"styleshare/internal/persisted"
	"styleshare/internal/redisdb"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// keeping is a store on a Redis of its own.
func keeping(t *testing.T, address string) *persisted.Store {
	t.Helper()
	client, err := redisdb.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return persisted.New(client, discard)
}

// byHash is the body of a request with a hash, and with a text unless that is empty.
func byHash(hash, text string) string {
	body := map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}}
	if text != "" {
		body["query"] = text
	}
	out, _ := json.Marshal(body)
	return string(out)
}

const (
	world    = `{"data":{"hello":"world"}}`
	notFound = `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
)

func TestAutomaticPersistedQueries(t *testing.T) {
	t.Parallel()
	address := testkit.Redis(t)
	h, _ := serving(t, newTiny(), Config{Persisted: keeping(t, address)})
	other, _ := serving(t, newTiny(), Config{Persisted: keeping(t, address)})
	hash := persisted.Hash("{hello}")
	expect := func(what string, h http.Handler, r *http.Request, status int, want string) {
		t.Helper()
		if w := answer(h, r); w.Code != status || w.Body.String() != want {
			t.Errorf("%s: status %d: %s, want %s", what, w.Code, w.Body, want)
		}
	}
	expect("unknown", h, post(byHash(hash, "")), 200, notFound)
	expect("unknown, new type", h, with(post(byHash(hash, "")), "Accept", mediaGraphQL), 400, notFound)
	expect("with its text", h, post(byHash(hash, "{hello}")), 200, world)
	expect("by hash", h, post(byHash(hash, "")), 200, world)
	expect("of another process", other, post(byHash(hash, "")), 200, world)
	extensions := `{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}`
	expect("get", h, get(url.Values{"extensions": {extensions}}), 200, world)
	expect("get, unknown", h, get(url.Values{"extensions": {strings.ReplaceAll(extensions, hash, persisted.Hash("{}"))}}), 200, notFound)
	expect("document id", h, post(`{"documentId":"`+hash+`"}`), 200, world)
	expect("document id with its kind", h, post(`{"documentId":"sha256:`+hash+`"}`), 200, world)
	expect("document id, get", h, get(url.Values{"documentId": {hash}}), 200, world)

	echo := "query($t:String){echo(text:$t)}"
	answer(h, post(byHash(persisted.Hash(echo), echo)))
	body := strings.Replace(byHash(persisted.Hash(echo), ""), "{", `{"variables":{"t":"ab"},`, 1)
	expect("variables", h, post(body), 200, `{"data":{"echo":"ab"}}`)

	bump := persisted.Hash("mutation{bump}")
	answer(h, post(byHash(bump, "mutation{bump}")))
	if w := answer(h, get(url.Values{"documentId": {bump}})); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by GET: status %d: %s", w.Code, w.Body)
	}
	for what, r := range map[string]*http.Request{
		"hash of another text": post(byHash(hash, "{hello }")),
		"no hash":              post(byHash("abc", "{hello}")),
		"upper case":           post(byHash(strings.ToUpper(hash), "{hello}")),
		"other version":        post(strings.Replace(byHash(hash, "{hello}"), `"version":1`, `"version":2`, 1)),
		"no version":           post(`{"extensions":{"persistedQuery":{"sha256Hash":"` + hash + `"}}}`),
		"no object":            post(`{"extensions":{"persistedQuery":"` + hash + `"}}`),
		"number":               post(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":1}}}`),
		"id is a number":       post(`{"documentId":1}`),
		"both":                 post(`{"documentId":"` + hash + `",` + byHash(hash, "")[1:]),
		"nothing":              post(`{"extensions":{"persistedQuery":null},"documentId":null}`),
	} {
		if w := answer(h, r); !strings.Contains(w.Body.String(), "BAD_USER_INPUT") {
			t.Errorf("%s: %s", what, w.Body)
		}
	}
}

// Only what is good is kept, and only so much of one caller.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	may := func(context.Context) bool { return asked.Add(1) <= 1 }
	h, _ := serving(t, newTiny(), Config{Persisted: keeping(t, testkit.Redis(t)), MayPersist: may})
	for _, text := range []string{"{helo}", "{hello", strings.Repeat("{self", 20) + "{hello}" + strings.Repeat("}", 20), "{hello" + strings.Repeat(" ", persisted.MaxText) + "}"} {
		hash := persisted.Hash(text)
		answer(h, post(byHash(hash, text)))
		if w := answer(h, post(byHash(hash, ""))); w.Body.String() != notFound {
			t.Errorf("%.30s was kept: %s", text, w.Body)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("what is not kept was counted %d times", asked.Load())
	}
	for i, text := range []string{"{hello}", "{hello hello}"} {
		hash := persisted.Hash(text)
		for range 3 {
			if w := answer(h, post(byHash(hash, text))); w.Body.String() != world {
				t.Errorf("%s is not answered: %s", text, w.Body)
			}
		}
		if w := answer(h, post(byHash(hash, ""))); (w.Body.String() == world) != (i == 0) {
			t.Errorf("%s: %s", text, w.Body)
		}
	}
	if asked.Load() != 4 { // once for the first, which then was there, and each time for the second
		t.Errorf("counted %d times", asked.Load())
	}
}

func TestPersistedQueriesWithoutRedis(t *testing.T) {
	t.Parallel()
	part := testkit.OwnRedis(t)
	h, _ := serving(t, newTiny(), Config{Persisted: keeping(t, part.URL())})
	if err := part.Stop(); err != nil {
		t.Fatal(err)
	}
	hash := persisted.Hash("{hello}")
	for _, step := range []struct{ text, want string }{{"", notFound}, {"{hello}", world}, {"", world}} {
		if w := answer(h, post(byHash(hash, step.text))); w.Body.String() != step.want {
			t.Errorf("%q: %s", step.text, w.Body)
		}
	}
}

func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	hello, wrong := persisted.Hash("{hello}"), persisted.Hash("{helo}")
	manifest := persisted.Manifest{hello: "{hello}", "relay-id": "query($t:String){echo(text:$t)}", wrong: "{helo}"}
	exec := NewExecutor(newTiny(), Config{Trusted: manifest, Persisted: keeping(t, testkit.Redis(t)), Log: discard})
	if ids := exec.Unservable(); len(ids) != 1 || ids[0] != wrong {
		t.Errorf("%v cannot be served", ids)
	}
	h := NewHandler(exec)
	for body, want := range map[string]string{
		byHash(hello, ""):                                             world,
		byHash(hello, "{hello}"):                                      world,
		byHash(hello, "{hello }"):                                     "BAD_USER_INPUT",
		`{"query":"{hello}"}`:                                         world,
		`{"documentId":"` + hello + `"}`:                              world,
		`{"documentId":"relay-id","variables":{"t":"x"}}`:             `{"data":{"echo":"x"}}`,
		byHash(persisted.Hash("query($t:String){echo(text:$t)}"), ""): `{"data":{"echo":null}}`,
		`{"documentId":"other"}`:                                      "PERSISTED_QUERY_NOT_FOUND",
		byHash(persisted.Hash("{__typename}"), ""):                    "PERSISTED_QUERY_NOT_FOUND",
		byHash(persisted.Hash("{__typename}"), "{__typename}"):        "FORBIDDEN",
		`{"query":"{__typename}"}`:                                    "FORBIDDEN",
		`{"query":"{ hello }"}`:                                       "FORBIDDEN",
		`{"query":"{hello"}`:                                          "FORBIDDEN",
		`{"query":"{__schema{types{name}}}"}`:                         "FORBIDDEN",
		`{"documentId":"` + wrong + `"}`:                              "BAD_USER_INPUT",
	} {
		if got := answer(h, post(body)).Body.String(); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}
