package relay_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"styleshare/internal/relay"
)

func TestIDRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Z][A-Za-z]{1,20}`).Draw(t, "type")
		key := rapid.Int64Range(0, 1<<63-1).Draw(t, "key")
		gotName, gotKey, err := relay.ParseID(relay.ID(name, key))
		if err != nil || gotName != name || gotKey != key {
			t.Fatalf("ParseID(ID(%q, %d)) = %q, %d, %v", name, key, gotName, gotKey, err)
		}
		got, err := relay.ParseCursor(relay.Cursor(key))
		if err != nil || got != key {
			t.Fatalf("ParseCursor(Cursor(%d)) = %d, %v", key, got, err)
		}
	})
}

// One row has exactly one id: whatever parses is what ID would make.
func TestOnlyWhatWasMadeParses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.StringMatching(`[A-Z][a-z]*:[-+0]?[0-9]{1,22}`),
			func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) })).Draw(t, "id")
		name, key, err := relay.ParseID(text)
		if err != nil {
			if !errors.Is(err, relay.ErrMalformed) {
				t.Fatalf("ParseID(%q): %v", text, err)
			}
			return
		}
		if relay.ID(name, key) != text {
			t.Fatalf("%q parses to %s %d, whose id is %q", text, name, key, relay.ID(name, key))
		}
	})
}

func TestIDIsNoCursor(t *testing.T) {
	if _, err := relay.ParseCursor(relay.ID("Style", 7)); !errors.Is(err, relay.ErrMalformed) {
		t.Errorf("an id was taken for a cursor: %v", err)
	}
}

func TestCursorsOfSeveralKeys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.Int64Min(0), 1, 4).Draw(t, "keys")
		cursor := relay.CursorOf(keys...)
		got, err := relay.ParseCursorOf(cursor, len(keys))
		if err != nil || !slices.Equal(got, keys) {
			t.Fatalf("%v became %v, %v", keys, got, err)
		}
		if _, err = relay.ParseCursorOf(cursor, len(keys)+1); !errors.Is(err, relay.ErrMalformed) {
			t.Fatalf("%d keys were taken for one more: %v", len(keys), err)
		}
		if _, err = relay.ParseCursor(cursor); !errors.Is(err, relay.ErrMalformed) {
			t.Fatalf("taken for a cursor with one key: %v", err)
		}
	})
	for _, text := range []string{"", "c2:", "c2:1", "c2:1.", "c2:1.-1", "c2:1.01", "c1:1.2"} {
		if _, err := relay.ParseCursorOf(base64.RawURLEncoding.EncodeToString([]byte(text)), 2); !errors.Is(err, relay.ErrMalformed) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
