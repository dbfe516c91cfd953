package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

// made is a release as make package leaves it, with one file of this content.
func made(t *testing.T, version Version, content string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), string(version))
	sum := sha256.Sum256([]byte(content))
	for name, text := range map[string]string{version.archive(): content, sumsFile: hex.EncodeToString(sum[:]) + "  " + version.archive() + "\n"} {
		if err := errors.Join(os.MkdirAll(dir, 0o750), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPushAndFetch(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store, err := storage.New(ctx, testkit.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	signing, public, _ := NewKeys()
	key, _ := ParseSigningKey(signing)
	pub, _ := ParsePublicKey(public)
	push := func(dir string) error { _, err := Push(ctx, store, dir, key); return err }

	first := made(t, "1.0.0", "one")
	for range 2 { // the same bytes may come again
		if err = push(first); err != nil {
			t.Fatal(err)
		}
	}
	if err = push(made(t, "1.0.0", "other")); !errors.Is(err, ErrRefused) {
		t.Errorf("other bytes: %v", err)
	}
	for _, later := range []Version{"1.2.0", "1.1.0"} {
		if err = push(made(t, later, string(later))); err != nil {
			t.Fatal(err)
		}
	}
	list, err := List(ctx, store)
	if err != nil || len(list) != 3 || list[0].Version != "1.2.0" || !list[0].Latest || list[1].Latest || list[2].Pushed.IsZero() {
		t.Errorf("%+v, %v", list, err)
	}
	if body, err := fetch(ctx, store, "1.0.0", pub); err != nil || string(body) != "one" {
		t.Errorf("%q, %v", body, err)
	}
	if _, err = fetch(ctx, store, "3.0.0", pub); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("a release that is not there: %v", err)
	}
	changed := made(t, "1.3.0", "x")
	if err = os.WriteFile(filepath.Join(changed, Version("1.3.0").archive()), []byte("y"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err = push(changed); !errors.Is(err, ErrRefused) {
		t.Errorf("other bytes than its checksums say: %v", err)
	}
}

// Whoever writes to the store can have nothing else run.
func TestFetchBelievesTheKeyAlone(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store, err := storage.New(ctx, testkit.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	signing, public, _ := NewKeys()
	key, _ := ParseSigningKey(signing)
	pub, _ := ParsePublicKey(public)
	for _, v := range []Version{"1.0.0", "1.1.0"} {
		if _, err = Push(ctx, store, made(t, v, "good "+string(v)), key); err != nil {
			t.Fatal(err)
		}
	}
	read := func(k string) []byte { b, err := store.Get(ctx, k, 1<<20); fatal(t, err); return b }
	put := func(k string, b []byte) { fatal(t, store.Put(ctx, k, "text/plain", "", b)) }
	const v = Version("1.1.0")
	archive, text, signature := read(v.key(v.archive())), read(v.key(sumsFile)), read(v.key(signatureFile))
	restore := func() {
		put(v.key(v.archive()), archive)
		put(v.key(sumsFile), text)
		put(v.key(signatureFile), signature)
	}
	evil := sha256.Sum256([]byte("evil"))
	evilSums := []byte(hex.EncodeToString(evil[:]) + "  " + v.archive() + "\n")
	strange, _, _ := NewKeys()
	strangeKey, _ := ParseSigningKey(strange)
	for name, attack := range map[string]func(){
		"another archive":  func() { put(v.key(v.archive()), []byte("evil")) },
		"and its checksum": func() { put(v.key(v.archive()), []byte("evil")); put(v.key(sumsFile), evilSums) },
		"and somebody's signature": func() {
			put(v.key(v.archive()), []byte("evil"))
			put(v.key(sumsFile), evilSums)
			put(v.key(signatureFile), sign(strangeKey, evilSums))
		},
		"an old release under a new name": func() {
			const old = Version("1.0.0")
			put(v.key(sumsFile), read(old.key(sumsFile)))
			put(v.key(signatureFile), read(old.key(signatureFile)))
			put(v.key(v.archive()), read(old.key(old.archive())))
		},
	} {
		attack()
		if body, err := fetch(ctx, store, v, pub); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %q, %v", name, body, err)
		}
		restore()
	}
	if _, err = fetch(ctx, store, v, pub); err != nil {
		t.Errorf("the release as it was: %v", err)
	}
	// The name of the latest is not signed: it leads forward only.
	d := &Deployment{Store: store, Key: pub, Root: t.TempDir()}
	fatal(t, os.MkdirAll(d.path(v), 0o750))
	fatal(t, d.point(current, v))
	put(latestKey, []byte("1.0.0\n"))
	if chosen, err := d.choose(context.WithoutCancel(ctx), ""); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "name a version") {
		t.Errorf("back to %s, %v", chosen, err)
	}
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
