package models

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
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

// newSession begins a session whose first refresh token has the secret.
func (tx *Tx) newSession(ctx context.Context, userID int64, userAgent, secret string) (sessionID int64, err error) {
	tx.writer = userID
	family, _ := familyOf(secret)
	s := &Session{
		UserID: userID, RefreshTokenHash: auth.HashToken(secret), TokenFamilyHash: hashFamily(family),
		UserAgent: shorten(caption.Normalize(strings.ToValidUTF8(userAgent, "")), maxUserAgent),
		CreatedAt: tx.now, LastSeenAt: tx.now, ExpiresAt: tx.now.Add(SessionTTL),
	}
	if _, err := tx.NewInsert().Model(s).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
		return 0, fmt.Errorf("new session: %w", err)
	}
	return s.ID, nil
}

// granted gives a session that an attempt has begun. An attempt that was made again gets its session once more while that
// lives and its first refresh token was not used: whoever has used it has had the answer.
func (db *DB) granted(ctx context.Context, a Attempt, sessionID int64, secret string) (*SessionGrant, error) {
	if a.Key != "" {
		n, err := db.NewSelect().Model((*Session)(nil)).Where("id = ? and refresh_token_hash = ? and revoked_at is null and expires_at > ?",
			sessionID, auth.HashToken(secret), db.Now()).Count(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for session: %w", err)
		}
		if n == 0 {
			return nil, fault.Reject("clientMutationId", fault.Expired, "session_over")
		}
	}
	return &SessionGrant{a.UserID, sessionID, auth.FormatRefresh(sessionID, secret)}, nil
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
// same request again (the token just used, with the same key) is taken for a phone that lost the answer, and gets the
// answer once more. Whatever is wrong with a token, the user error is EXPIRED.
func (db *DB) RefreshSession(ctx context.Context, token string, key *string) (*SessionGrant, error) {
	expired := fault.Reject("refreshToken", fault.Expired, "session_over")
	sessionID, secret, err := auth.ParseRefresh(token)
	family, ok := familyOf(secret)
	if err != nil || !ok {
		return nil, expired
	}
	switch {
	case key != nil && len(*key) > maxIdempotencyKey:
		return nil, fault.Reject("clientMutationId", fault.TooLong, "too_long", maxIdempotencyKey)
	case key != nil && *key == "":
		key = nil
	}
	next, err := db.nextSecret(ctx, secret, family, key)
	if err != nil {
		return nil, err
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
		sameKey := key != nil && s.RotationKey != nil && *key == *s.RotationKey
		again := !current && sameKey && auth.MatchesHash(secret, s.PreviousTokenHash)
		switch {
		case current && sameKey && tx.now.Sub(s.LastSeenAt) < IdempotencyTTL:
			return fault.Reject("clientMutationId", fault.IdempotencyKeyReused, "reused_key")
		case current:
			s.PreviousTokenHash, s.RotationKey = s.RefreshTokenHash, key
		case again:
		case bytes.Equal(hashFamily(family), s.TokenFamilyHash):
			return tx.revokeSessions(ctx, "id = ?", s.ID)
		default:
			return expired
		}
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

// ActiveSessions gives those of the sessions of which SessionActive is true.
func (db *DB) ActiveSessions(ctx context.Context, ids []int64) ([]int64, error) {
	rows, err := db.Pool.Query(ctx, `select s.id from sessions s join users u on u.id = s.user_id
		where s.id = any($1) and s.revoked_at is null and s.expires_at > $2 and `+activeSQL, ids, db.Now())
	if err != nil {
		return nil, fmt.Errorf("look for sessions: %w", err)
	}
	active, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("look for sessions: %w", err)
	}
	return active, nil
}

// maxListed bounds the lists of a person that have no pages: sessions and devices.
const maxListed = 100

// SessionsOf reads the person's sessions that are not over, latest first.
func (db *DB) SessionsOf(ctx context.Context, userID int64) ([]*Session, error) {
	sessions := []*Session{}
	b := new(Batch)
	b.Sessions(userID, db.Now(), func(s *Session) { sessions = append(sessions, s) })
	err := db.Read(ctx, b)
	return sessions, err
}
