package relay_test

import (
	"encoding/base64"
	"errors"
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
