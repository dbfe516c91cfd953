package models

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"styleshare/internal/auth"
)

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	db := open(t)
	grant := signUp(t, db, "mina")
	move(db, time.Hour)
	next := must(db.RefreshSession(t.Context(), grant.RefreshToken, nil))
	if next.RefreshToken == grant.RefreshToken || next.SessionID != grant.SessionID || next.UserID != grant.UserID {
		t.Errorf("%+v after %+v", next, grant)
	}
	session := must(db.SessionsOf(t.Context(), grant.UserID))[0]
	if !session.LastSeenAt.After(session.CreatedAt) || session.ExpiresAt.Sub(session.LastSeenAt) != SessionTTL {
		t.Errorf("%+v", session)
	}
	_, err := db.RefreshSession(t.Context(), grant.RefreshToken, nil)
	refused(t, err, "refreshToken EXPIRED")
	_, err = db.RefreshSession(t.Context(), next.RefreshToken, nil)
	refused(t, err, "refreshToken EXPIRED") // the thief and the owner are both out
	if must(db.SessionActive(t.Context(), grant.UserID, grant.SessionID)) {
		t.Error("a token was used twice and its session lives")
	}
}

func TestRefreshWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	db := open(t)
	grant := signUp(t, db, "mina")
	lost := must(db.RefreshSession(t.Context(), grant.RefreshToken, ptr("k")))
	again := must(db.RefreshSession(t.Context(), grant.RefreshToken, ptr("k")))
	if again.RefreshToken != lost.RefreshToken || lost.RefreshToken == grant.RefreshToken {
		t.Error("another answer than the first time")
	}
	_, err := db.RefreshSession(t.Context(), again.RefreshToken, ptr("k"))
	refused(t, err, "clientMutationId IDEMPOTENCY_KEY_REUSED")
	next := must(db.RefreshSession(t.Context(), again.RefreshToken, ptr("l")))
	for name, use := range map[string]struct {
		token string
		key   *string
	}{
		"two generations old":       {grant.RefreshToken, ptr("k")},
		"the last with another key": {again.RefreshToken, ptr("m")},
		"the last without a key":    {again.RefreshToken, nil},
	} {
		exec(t, db, `update sessions set revoked_at = null`)
		_, err := db.RefreshSession(t.Context(), use.token, use.key)
		refused(t, err, "refreshToken EXPIRED")
		if must(db.SessionActive(t.Context(), grant.UserID, grant.SessionID)) {
			t.Errorf("%s did not end the session", name)
		}
	}
	exec(t, db, `update sessions set revoked_at = null`)
	if _, err := db.RefreshSession(t.Context(), next.RefreshToken, nil); err != nil {
		t.Error(err)
	}
}

func TestRefreshAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	for name, key := range map[string]*string{"a retry": ptr("k"), "a thief": nil} {
		grant := must(db.SignUp(t.Context(), signUpInput(strings.ReplaceAll(name, " ", "_"))))
		won := 0
		for _, err := range atOnce(4, func(int) error {
			_, err := db.RefreshSession(t.Context(), grant.RefreshToken, key)
			return err
		}) {
			if err == nil {
				won++
			} else {
				refused(t, err, "refreshToken EXPIRED")
			}
		}
		if want := map[bool]int{true: 4, false: 1}[key != nil]; won != want {
			t.Errorf("%s: %d succeeded, want %d", name, won, want)
		}
	}
}

func TestForgedTokensEndNothing(t *testing.T) {
	t.Parallel()
	db := open(t)
	grant := signUp(t, db, "mina")
	family := make([]byte, familyBytes)
	for _, token := range []string{
		"", "x", grant.RefreshToken + "x", strings.ToUpper(grant.RefreshToken), "refresh.1." + strings.Repeat("A", 43),
		auth.FormatRefresh(grant.SessionID, newSecret(family)), auth.FormatRefresh(grant.SessionID+1, newSecret(family)), strings.Repeat("x", 1<<20),
	} {
		_, err := db.RefreshSession(t.Context(), token, nil)
		refused(t, err, "refreshToken EXPIRED")
	}
	_, err := db.RefreshSession(t.Context(), grant.RefreshToken, ptr(strings.Repeat("k", maxIdempotencyKey+1)))
	refused(t, err, "clientMutationId TOO_LONG")
	if _, err := db.RefreshSession(t.Context(), grant.RefreshToken, nil); err != nil {
		t.Error(err)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	db := open(t)
	grant := signUp(t, db, "mina")
	for name, change := range map[string]string{
		"the person is suspended": `update users set suspended_at = now()`,
		"the person is deleted":   `update users set deleted_at = now()`,
		"it is over":              `update sessions set expires_at = ?`,
		"it was revoked":          `update sessions set revoked_at = ?`,
	} {
		exec(t, db, change, db.Now())
		if must(db.SessionActive(t.Context(), grant.UserID, grant.SessionID)) {
			t.Errorf("%s, and the session is active", name)
		}
		_, err := db.RefreshSession(t.Context(), grant.RefreshToken, nil)
		refused(t, err, "refreshToken EXPIRED")
		exec(t, db, `update users set suspended_at = null, deleted_at = null`)
		exec(t, db, `update sessions set revoked_at = null, expires_at = ?`, db.Now().Add(time.Hour))
	}
	other := signUp(t, db, "jun")
	if must(db.SessionActive(t.Context(), other.UserID, grant.SessionID)) {
		t.Error("a session of somebody else is active")
	}
	move(db, SessionTTL)
	if got := must(db.SessionsOf(t.Context(), grant.UserID)); len(got) != 0 {
		t.Errorf("%d sessions", len(got))
	}
}

func TestRevokeSession(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina, jun := signUp(t, db, "mina"), signUp(t, db, "jun")
	second := must(db.SignIn(t.Context(), Attempt{}, "mina", goodPassword, "tablet"))
	_, err := db.RevokeSession(t.Context(), by(jun.UserID), mina.SessionID)
	refused(t, err, "sessionId NOT_FOUND")
	if id, err := db.RevokeSession(t.Context(), by(mina.UserID), mina.SessionID); id != mina.SessionID || err != nil {
		t.Errorf("%d, %v", id, err)
	}
	_, err = db.RevokeSession(t.Context(), by(mina.UserID), mina.SessionID)
	refused(t, err, "sessionId NOT_FOUND")
	left := must(db.SessionsOf(t.Context(), mina.UserID))
	if len(left) != 1 || left[0].ID != second.SessionID || left[0].UserAgent != "tablet" {
		t.Errorf("%+v", left)
	}
}

func TestSigningKeysRotate(t *testing.T) {
	t.Parallel()
	db := open(t)
	for _, err := range atOnce(4, func(int) error { return db.EnsureSigningKey(t.Context()) }) {
		if err != nil {
			t.Error(err)
		}
	}
	if keys := must(db.SigningKeys(t.Context())); len(keys) != 1 {
		t.Fatalf("%d first keys", len(keys))
	}
	now := func() time.Time { return db.Now() }
	ring := must(auth.NewKeyRing(t.Context(), db.SigningKeys, now, slog.New(slog.DiscardHandler)))
	token, _, err := ring.Sign(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(when, token string, want bool) {
		t.Helper()
		if err := ring.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := ring.Verify(t.Context(), token); (err == nil) != want {
			t.Errorf("%s: %v", when, err)
		}
	}
	if err := db.RotateSigningKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	verify("right after the rotation", token, true)
	move(db, 50*time.Second)
	last, _, err := ring.Sign(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	move(db, 11*time.Second)
	fresh, _, err := ring.Sign(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if header := func(s string) string { before, _, _ := strings.Cut(s, "."); return before }; header(fresh) == header(token) || header(last) != header(token) {
		t.Error("the new key must sign from a minute on")
	}
	move(db, auth.AccessTTL-15*time.Second) // the last token of the old key has a few seconds left
	verify("while the old key's last token lives", last, true)
	verify("while the new key's first token lives", fresh, true)
	move(db, 3*time.Minute)
	verify("when the old key is retired", last, false)
	must(db.CleanUpRows(t.Context()))
	if err := db.EnsureSigningKey(t.Context()); err != nil || len(must(db.SigningKeys(t.Context()))) != 2 {
		t.Errorf("keys %v, %v", must(db.SigningKeys(t.Context())), err)
	}
}

func TestSecretsAreShared(t *testing.T) {
	t.Parallel()
	db := open(t)
	got := make([][]byte, 6)
	for _, err := range atOnce(len(got), func(i int) (err error) {
		got[i], err = db.Secret(t.Context(), "links")
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, secret := range got {
		if len(secret) != secretBytes || !bytes.Equal(secret, got[0]) {
			t.Errorf("secrets %x", got)
		}
	}
	if other := must(db.Secret(t.Context(), "other")); bytes.Equal(other, got[0]) {
		t.Error("two names, one secret")
	}
}
