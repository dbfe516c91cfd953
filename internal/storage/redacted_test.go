package storage_test

import (
	"strings"
	"testing"

	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

// The key of an object opens it: no error may carry it into a log.
func TestErrorsKeepTheSecretOfAKey(t *testing.T) {
	t.Parallel()
	part, config := testkit.OwnS3(t)
	store, err := storage.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	const key = "renditions/42-verysecret/small.jpg"
	check := func(when string) {
		t.Helper()
		_, headErr := store.Head(t.Context(), key)
		_, getErr := store.Get(t.Context(), key, 10)
		for _, err := range []error{headErr, getErr} {
			if err == nil || strings.Contains(err.Error(), "verysecret") || !strings.Contains(err.Error(), "renditions/42-…") {
				t.Errorf("%s: %v", when, err)
			}
		}
	}
	check("no such object")
	if err := part.Stop(); err != nil {
		t.Fatal(err)
	}
	check("no store")
	for verb, err := range map[string]error{
		"put":    store.Put(t.Context(), key, "image/jpeg", "", []byte("x")),
		"delete": store.Delete(t.Context(), key),
	} {
		if err == nil || strings.Contains(err.Error(), "verysecret") {
			t.Errorf("%s: %v", verb, err)
		}
	}
}
