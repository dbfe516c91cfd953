package persisted

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestManifests(t *testing.T) {
	t.Parallel()
	want := Manifest{"abc": "{ one }", "relay-id": "{ two }"}
	for _, text := range []string{
		`{"abc":"{ one }","relay-id":"{ two }"}`,
		`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"abc","name":"One","type":"query","body":"{ one }"},{"id":"relay-id","body":"{ two }"}]}`,
	} {
		path := filepath.Join(t.TempDir(), "manifest.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadManifest(path); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"a":1}`, `{"":"{hello}"}`, `{"a":""}`, `{"format":"apollo-persisted-query-manifest","operations":[]}`} {
		if m, err := parseManifest([]byte(bad)); err == nil {
			t.Errorf("%s is read as %v", bad, m)
		}
	}
	if _, err := ReadManifest(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a file that is not there was read")
	}
}
