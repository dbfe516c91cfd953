package auth

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"pgregory.net/rapid"
)

func TestAccessTokenRoundTrip(t *testing.T) {
	t.Parallel()
	s := newStore(time.Hour)
	r := s.ring(t)
	rapid.Check(t, func(t *rapid.T) {
		user, session := rapid.Int64Min(1).Draw(t, "user"), rapid.Int64Min(1).Draw(t, "session")
		token, expires, err := r.Sign(user, session)
		if err != nil || len(token) > maxAccessBytes/2 || !expires.Equal(s.now().Add(15*time.Minute)) {
			t.Fatalf("%d bytes, %v, %v", len(token), expires, err)
		}
		got, err := r.Verify(t.Context(), token)
		if err != nil || got.UserID != user || got.SessionID != session || !got.ExpiresAt.Equal(expires) || !got.IssuedAt.Equal(s.now()) {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

func TestAccessTokenExpires(t *testing.T) {
	t.Parallel()
	s := newStore(time.Hour)
	r := s.ring(t)
	token, expires, err := r.Sign(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   time.Duration // from expiry
		want error
	}{
		{-time.Second, nil}, {leeway - time.Second, nil}, {leeway, ErrExpired}, {24 * time.Hour, ErrExpired},
		{-AccessTTL - leeway, nil}, {-AccessTTL - leeway - time.Second, ErrInvalid}, // issued in the future
	} {
		s.change(func(s *store) { s.time = expires.Add(c.at) })
		if _, err := r.Verify(t.Context(), token); !errors.Is(err, c.want) {
			t.Errorf("%v from expiry: %v, want %v", c.at, err, c.want)
		}
	}
}

// What was verified before is not verified again, and still ends with its key.
func TestVerifiedTokensEndWithTheirKey(t *testing.T) {
	t.Parallel()
	s := newStore(time.Hour)
	r := s.ring(t)
	token, _, err := r.Sign(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	first, err := r.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	remembered, ok := r.verified.claims(sha256.Sum256([]byte(token)), r.set.Load(), s.now())
	if again, err := r.Verify(t.Context(), token); !ok || remembered != first || err != nil || again != first {
		t.Errorf("%+v, then %+v (%t), %+v, %v", first, remembered, ok, again, err)
	}
	if _, err = r.Verify(t.Context(), token[:len(token)-20]+strings.Repeat("A", 20)); !errors.Is(err, ErrInvalid) {
		t.Errorf("with another signature: %v", err)
	}
	s.change(func(s *store) {
		s.keys = append(s.keys, NewKey(s.time))
		s.keys[0].RetiredAt = s.time
	})
	if err = r.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err = r.Verify(t.Context(), token); !errors.Is(err, ErrInvalid) {
		t.Errorf("with its key retired: %v", err)
	}
}

func BenchmarkVerify(b *testing.B) {
	s := newStore(time.Hour)
	r := s.ring(b)
	token, _, err := r.Sign(1, 2)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Verify(b.Context(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := r.check(b.Context(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// forge signs any claims with any key, as an attacker or a careless colleague would.
func forge(t *testing.T, method jwt.SigningMethod, key crypto.PrivateKey, kid any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != nil {
		token.Header["kid"] = kid
	}
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	s := newStore(time.Hour)
	r, key := s.ring(t), s.keys[0]
	claims := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "styleshare", "sub": "7", "sid": "9", "iat": s.time.Unix(), "exp": s.time.Add(time.Minute).Unix()}
		if change != nil {
			change(c)
		}
		return c
	}
	with := func(name string, value any) string {
		return forge(t, jwt.SigningMethodEdDSA, key.Private, key.ID, claims(func(c jwt.MapClaims) { c[name] = value }))
	}
	without := func(name string) string {
		return forge(t, jwt.SigningMethodEdDSA, key.Private, key.ID, claims(func(c jwt.MapClaims) { delete(c, name) }))
	}
	good := forge(t, jwt.SigningMethodEdDSA, key.Private, key.ID, claims(nil))
	if _, err := r.Verify(t.Context(), good); err != nil {
		t.Fatalf("the pattern that the forgeries vary is refused: %v", err)
	}
	public := []byte(key.Private.Public().(ed25519.PublicKey))
	parts := strings.Split(good, ".")
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	changed := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), `"7"`, `"8"`, 1)))

	for name, token := range map[string]string{
		"alg none":                  forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, key.ID, claims(nil)),
		"HS256 with the public key": forge(t, jwt.SigningMethodHS256, public, key.ID, claims(nil)),
		"another key, the same id":  forge(t, jwt.SigningMethodEdDSA, NewKey(s.time).Private, key.ID, claims(nil)),
		"unknown key id":            forge(t, jwt.SigningMethodEdDSA, key.Private, "other", claims(nil)),
		"no key id":                 forge(t, jwt.SigningMethodEdDSA, key.Private, nil, claims(nil)),
		"key id is a number":        forge(t, jwt.SigningMethodEdDSA, key.Private, 7, claims(nil)),
		"payload changed":           parts[0] + "." + changed + "." + parts[2],
		"signature gone":            parts[0] + "." + parts[1] + ".",
		"signature cut":             good[:len(good)-4],
		"two parts":                 parts[0] + "." + parts[1],
		"four parts":                good + ".x",
		"other issuer":              with("iss", "elsewhere"),
		"no issuer":                 without("iss"),
		"no expiry":                 without("exp"),
		"no issue time":             without("iat"),
		"no session":                without("sid"),
		"no subject":                without("sub"),
		"subject with a sign":       with("sub", "+7"),
		"subject zero":              with("sub", "0"),
		"negative subject":          with("sub", "-7"),
		"subject beyond 64 bits":    with("sub", "9223372036854775808"),
		"subject is a number":       with("sub", 7),
		"session in hex":            with("sid", "0x9"),
		"issued in the future":      with("iat", s.time.Add(time.Minute).Unix()),
		"not yet valid":             with("nbf", s.time.Add(time.Minute).Unix()),
		"very long":                 with("pad", strings.Repeat("x", maxAccessBytes)),
		"empty":                     "",
		"dots":                      "..",
		"not base64":                "a b.c.d",
		"padded":                    parts[0] + "=." + parts[1] + "." + parts[2],
		"megabyte":                  strings.Repeat("a.", 1<<19),
	} {
		got, err := r.Verify(t.Context(), token)
		if !errors.Is(err, ErrInvalid) || got != (Claims{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if err != nil && len(token) > 20 && strings.Contains(err.Error(), token[len(token)-20:]) {
			t.Errorf("%s: the error shows the token", name)
		}
	}
	// A forged token that is out of date as well must not pass for an expired one.
	stale := claims(func(c jwt.MapClaims) { c["exp"] = s.time.Add(-time.Hour).Unix() })
	if _, err := r.Verify(t.Context(), forge(t, jwt.SigningMethodEdDSA, NewKey(s.time).Private, key.ID, stale)); !errors.Is(err, ErrInvalid) {
		t.Errorf("forged and expired: %v", err)
	}
}

func TestAccessTokenHeader(t *testing.T) {
	t.Parallel()
	s := newStore(time.Hour)
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(mustSign(t, s.ring(t)), ".")[0])
	if err != nil {
		t.Fatal(err)
	}
	var header map[string]string
	if err := json.Unmarshal(raw, &header); err != nil || header["alg"] != "EdDSA" || header["kid"] != s.keys[0].ID {
		t.Errorf("%s %v", raw, err)
	}
}
