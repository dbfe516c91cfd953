package models

import (
	"testing"

	"styleshare/internal/testkit"
)

// Databases that share a memcached must not find each other's rows there.
func TestEachDatabaseHasACacheNamespaceOfItsOwn(t *testing.T) {
	t.Parallel()
	address := testkit.Database(t)
	db, err := Open(address, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	seen := map[string]string{}
	for _, step := range []struct {
		what   string
		change func() error
	}{
		{"as it was made", func() error { return nil }},
		{"another, made a moment later", func() error {
			_, err := db.Pool.Exec(t.Context(), `update goose_db_version set tstamp = tstamp + interval '1 microsecond'`)
			return err
		}},
		{"restored", func() error { return SettleRestored(t.Context(), address) }},
		{"restored again", func() error { return SettleRestored(t.Context(), address) }},
	} {
		if err := step.change(); err != nil {
			t.Fatal(err)
		}
		namespace, err := db.CacheNamespace(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := db.CacheNamespace(t.Context()); err != nil || again != namespace || len(namespace) < 2 {
			t.Errorf("%s: %q, then %q, %v", step.what, namespace, again, err)
		}
		if other, ok := seen[namespace]; ok {
			t.Errorf("%s and %s: both have %q", step.what, other, namespace)
		}
		seen[namespace] = step.what
	}
}
