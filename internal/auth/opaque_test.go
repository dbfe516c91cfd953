package auth

import (
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNewToken(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		plain, hash := NewToken()
		raw, err := base64.RawURLEncoding.DecodeString(plain)
		if err != nil || len(raw) != 32 || len(hash) != 32 || seen[plain] {
			t.Fatalf("%q %x %v", plain, hash, err)
		}
		seen[plain] = true
		if !MatchesHash(plain, hash) || MatchesHash(plain+"A", hash) || MatchesHash(plain, nil) || MatchesHash("", nil) {
			t.Fatal("MatchesHash")
		}
	}
}

func TestRefreshRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.Int64Range(1, math.MaxInt64).Draw(t, "session")
		token, hash := NewRefresh(id)
		got, secret, err := ParseRefresh(token)
		if err != nil || got != id || !MatchesHash(secret, hash) || FormatRefresh(got, secret) != token {
			t.Fatalf("%q: %d %v", token, got, err)
		}
	})
}

func TestParseRefreshIsStrict(t *testing.T) {
	t.Parallel()
	token, _ := NewRefresh(12345)
	secret := token[strings.LastIndex(token, ".")+1:]
	last := secret[:42] + string(rune(secret[42]+1)) // sets bits that belong to no byte
	for _, bad := range []string{
		"", "refresh", "refresh..", "refresh.9ix." + secret + ".", "refresh.9IX." + secret, "Refresh.9ix." + secret,
		"refresh.09ix." + secret, "refresh.+9ix." + secret, "refresh.-9ix." + secret, "refresh.0." + secret,
		"refresh.." + secret, "refresh.1y2p0ij32e8e8." + secret, "refresh.9ix." + secret[:42], "refresh.9ix." + secret + "A",
		"refresh.9ix." + secret + "=", "refresh.9ix." + secret[:42] + "\n" + secret[42:], "refresh.9ix." + secret + "\n",
		" refresh.9ix." + secret, "refresh.9ix." + last, "refresh.9ix\x00." + secret, strings.Repeat(".", 1<<20),
	} {
		if id, s, err := ParseRefresh(bad); !errors.Is(err, ErrBadRefresh) || id != 0 || s != "" {
			t.Errorf("%.80q: %d %q %v", bad, id, s, err)
		}
	}
}

func FuzzParseRefresh(f *testing.F) {
	token, _ := NewRefresh(7)
	f.Add(token)
	f.Add("refresh.9ix.")
	f.Fuzz(func(t *testing.T, s string) {
		if id, secret, err := ParseRefresh(s); err == nil && FormatRefresh(id, secret) != s {
			t.Errorf("%q has two spellings", s)
		}
	})
}

func TestSignedLinks(t *testing.T) {
	t.Parallel()
	key, other := []byte(strings.Repeat("k", 32)), []byte(strings.Repeat("o", 32))
	sig := Sign(key, "unsubscribe", "42")
	if !Verify(key, "unsubscribe", "42", sig) {
		t.Error("own signature refused")
	}
	for name, ok := range map[string]bool{
		"other key":     Verify(other, "unsubscribe", "42", sig),
		"other purpose": Verify(key, "verify", "42", sig),
		"other subject": Verify(key, "unsubscribe", "43", sig),
		"shifted":       Verify(key, "unsubscribe4", "2", sig),
		"empty":         Verify(key, "unsubscribe", "42", ""),
		"cut":           Verify(key, "unsubscribe", "42", sig[:20]),
		"second line":   Verify(key, "unsubscribe", "42", sig+"\n"),
		"padded":        Verify(key, "unsubscribe", "42", sig+"="),
	} {
		if ok {
			t.Errorf("%s: accepted", name)
		}
	}
}
