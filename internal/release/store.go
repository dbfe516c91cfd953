package release

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"styleshare/internal/storage"
)

// Push stores the release that `make package` left in dir, signs it and makes it the latest. A release that is there with
// the same bytes is left as it is, one with other bytes is refused. The checksums are written last: what was interrupted
// before is no release yet, and may be pushed again.
func Push(ctx context.Context, store *storage.Store, dir string, key ed25519.PrivateKey) (Version, error) {
	version, err := ParseVersion(filepath.Base(dir))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(dir, sumsFile))
	if err != nil {
		return "", err
	}
	switch there, err := store.Get(ctx, version.key(sumsFile), maxSmallBytes); {
	case err == nil && !bytes.Equal(there, text):
		return "", refuse("%s was pushed with other bytes: a version never changes, tag a new one", version)
	case err == nil:
		return version, setLatest(ctx, store, version)
	case !errors.Is(err, storage.ErrNotFound):
		return "", err
	}
	checksums, err := parseSums(text)
	if err != nil {
		return "", err
	}
	for _, name := range slices.Sorted(maps.Keys(checksums)) {
		body, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != checksums[name] {
			return "", refuse("%s is not what %s says: run make package again", name, sumsFile)
		}
		if err = store.Put(ctx, version.key(name), "application/octet-stream", "", body); err != nil {
			return "", err
		}
	}
	if err = store.Put(ctx, version.key(signatureFile), "text/plain", "", sign(key, text)); err != nil {
		return "", err
	}
	if err = store.PutNew(ctx, version.key(sumsFile), "text/plain", text); err != nil {
		return "", fmt.Errorf("somebody else pushes %s at this moment: %w", version, err)
	}
	return version, setLatest(ctx, store, version)
}

// setLatest names the newest release, unless a newer one is named.
func setLatest(ctx context.Context, store *storage.Store, version Version) error {
	switch newest, err := latest(ctx, store); {
	case err == nil && newest.Compare(version) >= 0:
		return nil
	case err != nil && !errors.Is(err, storage.ErrNotFound):
		return err
	}
	return store.Put(ctx, latestKey, "text/plain", "no-cache", []byte(version+"\n"))
}

func latest(ctx context.Context, store *storage.Store) (Version, error) {
	text, err := store.Get(ctx, latestKey, maxSmallBytes)
	if err != nil {
		return "", err
	}
	return ParseVersion(strings.TrimSpace(string(text)))
}

// Stored is a release in the store.
type Stored struct {
	Version Version
	Pushed  time.Time
	Latest  bool
}

// List gives the releases of the store, the newest version first.
func List(ctx context.Context, store *storage.Store) (releases []Stored, err error) {
	newest, err := latest(ctx, store)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, err
	}
	err = store.List(ctx, prefix, func(o storage.Object) error {
		name, whole := strings.CutSuffix(strings.TrimPrefix(o.Key, prefix), "/"+sumsFile)
		if version, err := ParseVersion(name); whole && err == nil {
			releases = append(releases, Stored{Version: version, Pushed: o.Modified, Latest: version == newest})
		}
		return nil
	})
	slices.SortFunc(releases, func(a, b Stored) int {
		return cmp.Or(b.Version.Compare(a.Version), strings.Compare(string(a.Version), string(b.Version)))
	})
	return releases, err
}

// fetch gives the archive of a version for this machine, after its signature and its checksum were found right.
func fetch(ctx context.Context, store *storage.Store, version Version, key ed25519.PublicKey) ([]byte, error) {
	text, err := store.Get(ctx, version.key(sumsFile), maxSmallBytes)
	if err != nil {
		return nil, fmt.Errorf("release %s: %w", version, err)
	}
	signature, err := store.Get(ctx, version.key(signatureFile), maxSmallBytes)
	if err != nil {
		return nil, fmt.Errorf("release %s: %w", version, err)
	}
	if !signed(key, text, signature) {
		return nil, refuse("release %s is not signed with the key of RELEASE_PUBLIC_KEY", version)
	}
	checksums, err := parseSums(text)
	if err != nil {
		return nil, err
	}
	want, ok := checksums[version.archive()]
	if !ok {
		return nil, refuse("release %s has no %s", version, version.archive())
	}
	body, err := store.Get(ctx, version.key(version.archive()), maxArchiveBytes)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != want {
		return nil, refuse("%s is not what was signed", version.archive())
	}
	return body, nil
}
