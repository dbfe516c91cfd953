package resolvers

import (
	"context"
	"sync"
	"time"

	"styleshare/models"
)

// sessionTTL is how long a process believes that a session is active: what another process revokes is refused after
// this at the latest.
const sessionTTL = 2 * time.Second

// maxSessions bounds the memory of Sessions; beyond it everything is asked anew.
const maxSessions = 100_000

// Sessions tells whether sessions are active. It asks the database about each at most once in sessionTTL.
type Sessions struct {
	db    *models.DB
	mu    sync.Mutex
	known map[int64]knownSession
}

type knownSession struct {
	userID int64
	active bool
	until  time.Time
}

// NewSessions makes an empty Sessions.
func NewSessions(db *models.DB) *Sessions {
	return &Sessions{db: db, known: make(map[int64]knownSession)}
}

func (s *Sessions) active(ctx context.Context, userID, sessionID int64) (bool, error) {
	now := s.db.Now()
	s.mu.Lock()
	k, ok := s.known[sessionID]
	s.mu.Unlock()
	if ok && k.userID == userID && now.Before(k.until) {
		return k.active, nil
	}
	active, err := s.db.SessionActive(ctx, userID, sessionID)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= maxSessions {
		clear(s.known)
	}
	s.known[sessionID] = knownSession{userID, active, now.Add(sessionTTL)}
	return active, nil
}

// forget has the session asked for anew: it was revoked here.
func (s *Sessions) forget(sessionID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, sessionID)
}
