package models

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/auth"
	"styleshare/internal/caption"
	"styleshare/internal/fault"
)

// SessionTTL is how long a session lives after its last refresh.
const SessionTTL = 60 * 24 * time.Hour

// maxUserAgent bounds what a client may call itself, in characters.
const maxUserAgent = 300

// Session is a phone or browser where somebody is signed in.
type Session struct {
	bun.BaseModel `bun:"table:sessions"`

	ID                int64 `bun:",pk,autoincrement"`
	UserID            int64
	RefreshTokenHash  []byte
	TokenFamilyHash   []byte
	PreviousTokenHash []byte
	RotationKey       *string
	UserAgent         string
	CreatedAt         time.Time
	LastSeenAt        time.Time
	ExpiresAt         time.Time
	RevokedAt         *time.Time
}

// SessionGrant is a session with the refresh token that only its client gets to know.
type SessionGrant struct {
	UserID, SessionID int64
	RefreshToken      string
}

// A refresh token's secret is the session's family, which never changes, and a part that changes with each rotation.
// So a token that was used long ago is known for what it is without keeping all of them.
const familyBytes = 16

func newSecret(family []byte) string {
	part := make([]byte, familyBytes)
	_, _ = rand.Read(part) // never fails, crypto/rand says
	return base64.RawURLEncoding.EncodeToString(append(family[:familyBytes:familyBytes], part...))
}

func familyOf(secret string) ([]byte, bool) {
	all, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil || len(all) != 2*familyBytes {
		return nil, false
	}
	return all[:familyBytes], true
}

func hashFamily(family []byte) []byte {
	sum := sha256.Sum256(family)
	return sum[:]
}

func (tx *Tx) newSession(ctx context.Context, userID int64, userAgent string) (*SessionGrant, error) {
	family := make([]byte, familyBytes)
	_, _ = rand.Read(family) // never fails, crypto/rand says
	secret := newSecret(family)
	s := &Session{
		UserID: userID, RefreshTokenHash: auth.HashToken(secret), TokenFamilyHash: hashFamily(family),
		UserAgent: shorten(caption.Normalize(strings.ToValidUTF8(userAgent, "")), maxUserAgent),
		CreatedAt: tx.now, LastSeenAt: tx.now, ExpiresAt: tx.now.Add(SessionTTL),
	}
	if _, err := tx.NewInsert().Model(s).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
		return nil, fmt.Errorf("new session: %w", err)
	}
	return &SessionGrant{userID, s.ID, auth.FormatRefresh(s.ID, secret)}, nil
}

func shorten(s string, characters int) string {
	n := 0
	for i := range s {
		if n == characters {
			return s[:i]
		}
		n++
	}
	return s
}

// RefreshSession exchanges a refresh token for the next one. A token that was used before ends the session; only the
// same request again (the token just used, with the same key) is taken for a phone that lost the answer. Whatever is
// wrong with a token, the user error is EXPIRED.
func (db *DB) RefreshSession(ctx context.Context, token string, key *string) (*SessionGrant, error) {
	expired := fault.Reject("refreshToken", fault.Expired, "session_over")
	sessionID, secret, err := auth.ParseRefresh(token)
	family, ok := familyOf(secret)
	if err != nil || !ok {
		return nil, expired
	}
	if key != nil && len(*key) > maxIdempotencyKey {
		return nil, fault.Reject("clientMutationId", fault.TooLong, "too_long", maxIdempotencyKey)
	}
	var grant *SessionGrant
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		grant = nil
		s := new(Session)
		err := tx.NewSelect().Model(s).Where("id = ? and revoked_at is null and expires_at > ?", sessionID, tx.now).
			Where("exists (select from users u where u.id = user_id and " + activeSQL + ")").For("update").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return expired
		}
		if err != nil {
			return err
		}
		current := auth.MatchesHash(secret, s.RefreshTokenHash)
		again := !current && key != nil && s.RotationKey != nil && *key == *s.RotationKey && auth.MatchesHash(secret, s.PreviousTokenHash)
		switch {
		case current:
			s.PreviousTokenHash, s.RotationKey = s.RefreshTokenHash, key
		case again:
		case bytes.Equal(hashFamily(family), s.TokenFamilyHash):
			return tx.revokeSessions(ctx, "id = ?", s.ID)
		default:
			return expired
		}
		next := newSecret(family)
		s.RefreshTokenHash, s.LastSeenAt, s.ExpiresAt = auth.HashToken(next), tx.now, tx.now.Add(SessionTTL)
		_, err = tx.NewUpdate().Model(s).WherePK().
			Column("refresh_token_hash", "previous_token_hash", "rotation_key", "last_seen_at", "expires_at").Exec(ctx)
		grant = &SessionGrant{s.UserID, s.ID, auth.FormatRefresh(s.ID, next)}
		return err
	})
	if err == nil && grant == nil {
		return nil, expired
	}
	return grant, err
}

// revokeSessions ends the sessions of a condition.
func (tx *Tx) revokeSessions(ctx context.Context, where string, args ...any) error {
	_, err := tx.NewUpdate().Model((*Session)(nil)).Set("revoked_at = ?", tx.now).Where("revoked_at is null").Where(where, args...).Exec(ctx)
	if err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}
	return nil
}

// RevokeSession ends one of the person's sessions.
func (db *DB) RevokeSession(ctx context.Context, a Attempt, sessionID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		n, err := tx.NewSelect().Model((*Session)(nil)).Where("id = ? and user_id = ? and revoked_at is null", sessionID, a.UserID).Count(ctx)
		if err != nil {
			return 0, fmt.Errorf("revoke session: %w", err)
		}
		if n == 0 {
			return 0, fault.Reject("sessionId", fault.UserNotFound, "not_found")
		}
		return sessionID, tx.revokeSessions(ctx, "id = ?", sessionID)
	})
}

// SessionActive tells whether a session of the person is neither revoked nor over, nor the person suspended or deleted.
func (db *DB) SessionActive(ctx context.Context, userID, sessionID int64) (bool, error) {
	rows, err := db.Pool.Query(ctx, `select from sessions s join users u on u.id = s.user_id
		where s.id = $1 and s.user_id = $2 and s.revoked_at is null and s.expires_at > $3 and `+activeSQL, sessionID, userID, db.Now())
	if err != nil {
		return false, fmt.Errorf("look for session: %w", err)
	}
	defer rows.Close()
	active := rows.Next()
	return active, rows.Err()
}

// maxListed bounds the lists of a person that have no pages: sessions and devices.
const maxListed = 100

// SessionsOf reads the person's sessions that are not over, latest first.
func (db *DB) SessionsOf(ctx context.Context, userID int64) ([]*Session, error) {
	sessions := []*Session{}
	err := db.NewSelect().Model(&sessions).Where("user_id = ? and revoked_at is null and expires_at > ?", userID, db.Now()).
		OrderExpr("id desc").Limit(maxListed).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return sessions, nil
}
