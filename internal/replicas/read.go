package replicas

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type readingKey struct{}

// reading is one operation whose reads may be a little old; they all ask one server.
type reading struct {
	person int64

	mu     sync.Mutex
	chosen bool
	from   *Replica // nil for the primary
	reason string   // why it is the primary
}

// MayBeOld has what is read under the returned context come from a replica where there is one, unless the person (0 for
// nobody in particular) has just written.
func (s *Set) MayBeOld(ctx context.Context, person int64) context.Context {
	return context.WithValue(ctx, readingKey{}, &reading{person: person})
}

// Read has read ask a replica where ctx says that it may, and tells whether it got an answer. Where not, whatever the
// reason, the primary is to be asked; only of a caller who has gone is the error returned. read must begin anew when it
// is called a second time.
func (s *Set) Read(ctx context.Context, read func(context.Context, *pgxpool.Pool) error) (answered bool, err error) {
	g, ok := ctx.Value(readingKey{}).(*reading)
	if !ok {
		return false, nil
	}
	r, reason := g.choose(ctx, s)
	if r == nil {
		s.count(primaryTarget, reason)
		return false, nil
	}
	bounded, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	if err = read(bounded, r.pool); err == nil {
		s.count(r.Name, "")
		return true, nil
	}
	if ctx.Err() != nil {
		return true, err
	}
	s.failed(ctx, r, err)
	s.count(primaryTarget, reasonFailed)
	return false, nil
}

// ReadPrimary counts a read of an operation that might ask a replica, and must not: of rows that caches keep.
func (s *Set) ReadPrimary(ctx context.Context) {
	if _, ok := ctx.Value(readingKey{}).(*reading); ok {
		s.count(primaryTarget, reasonCached)
	}
}

// choose chooses when first asked. A replica that has fallen out of use since is not asked any more.
func (g *reading) choose(ctx context.Context, s *Set) (*Replica, string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.chosen {
		g.chosen, g.reason = true, reasonNone
		if g.person != 0 && s.writers.wrote(ctx, g.person) {
			g.reason = reasonWrote
		} else {
			g.from = s.pick(g.person)
		}
	}
	if g.from != nil && !s.inUse(g.from) {
		g.from, g.reason = nil, reasonNone
	}
	return g.from, g.reason
}

// failed leaves a replica out until the next check where it is the server that failed, and not the statement alone, such as
// one that is in the way of what the replica has to replay, or that wants a column which is not replayed yet.
func (s *Set) failed(ctx context.Context, r *Replica, err error) {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && !endsConnection(e.Code) {
		s.log.DebugContext(ctx, "a replica could not answer, the primary is asked", "replica", r.Name, "code", e.Code)
		return
	}
	if !r.failed.Swap(true) {
		s.log.WarnContext(ctx, "a replica failed and is left out until it answers again", "replica", r.Name, "address", r.address, "error", err)
	}
}

// endsConnection is about PostgreSQL's codes: connection exceptions, too many connections, and servers that stop or start.
func endsConnection(code string) bool {
	return strings.HasPrefix(code, "08") || code == "53300" || strings.HasPrefix(code, "57P")
}
