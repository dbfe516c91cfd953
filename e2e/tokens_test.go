package e2e

import (
	"context"
	"encoding/base64"
	"log/slog"
	"strings"
	"testing"
	"time"

	"styleshare/internal/auth"
	"styleshare/models"
)

// callers makes the tokens of people who are not who they say they are, or not any more.
func (w *world) callers(t *testing.T) {
	t.Helper()
	db, err := models.Open(w.DatabaseURL, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	minji := w.people["minji"]
	claims, err := signer(t, db.SigningKeys, time.Now()).Verify(t.Context(), minji.Token)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(source auth.Source, at time.Time) string {
		token, _, err := signer(t, source, at).Sign(claims.UserID, claims.SessionID)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	w.tokens["expired"] = sign(db.SigningKeys, time.Now().Add(-auth.AccessTTL-time.Minute))
	w.tokens["from the future"] = sign(db.SigningKeys, time.Now().Add(time.Hour))
	keys, err := db.SigningKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// A key of the forger's own, under the name of the real one.
	forged := auth.NewKey(keys[0].CreatedAt)
	forged.ID = keys[0].ID
	w.tokens["forged"] = sign(func(context.Context) ([]auth.Key, error) { return []auth.Key{forged}, nil }, time.Now())
	unknown := auth.NewKey(keys[0].CreatedAt)
	w.tokens["unknown key"] = sign(func(context.Context) ([]auth.Key, error) { return []auth.Key{unknown}, nil }, time.Now())

	header, rest, _ := strings.Cut(minji.Token, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	encode := base64.RawURLEncoding.EncodeToString
	w.tokens["algorithm none"] = encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + payload + "."
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	w.tokens["other claims"] = header + "." + encode([]byte(strings.Replace(string(decoded), `"sub":"`, `"sub":"1`, 1))) + "." + signature
	w.tokens["garbage"] = "garbage"
	w.tokens["very long"] = strings.Repeat("a", 5000)
	w.tokens["refresh token"] = minji.RefreshToken

	phone := minji.SignIn(t)
	phone.Do(t, `mutation { signOut(input: {}) { userErrors { code } } }`, nil).OK(t)
	w.tokens["signed out"] = phone.Token
}

func signer(t *testing.T, source auth.Source, at time.Time) *auth.KeyRing {
	t.Helper()
	ring, err := auth.NewKeyRing(t.Context(), source, func() time.Time { return at }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}
