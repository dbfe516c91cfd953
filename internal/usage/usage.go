// Package usage counts what the operation of a context takes of the parts behind it.
package usage

import (
	"context"
	"sync/atomic"
	"time"
)

// Usage is what was taken under one context, and under those that were derived from it.
type Usage struct {
	// Statements are SQL statements, but begin, commit and rollback; SQLTime is how long was waited for them all, one after the
	// other (time.Duration).
	Statements, SQLTime atomic.Int64
	// Hits and Misses are keys that were looked up in the cache.
	Hits, Misses atomic.Int64

	outer *Usage
}

type key struct{}

// Track begins to count under the returned context; who counts under ctx already goes on.
func Track(ctx context.Context) (context.Context, *Usage) {
	u := &Usage{outer: Of(ctx)}
	return context.WithValue(ctx, key{}, u), u
}

// Of is what counts under ctx; nil where nobody does, which the methods take.
func Of(ctx context.Context) *Usage {
	u, _ := ctx.Value(key{}).(*Usage)
	return u
}

// Sent counts statements.
func (u *Usage) Sent(statements int) {
	for ; u != nil; u = u.outer {
		u.Statements.Add(int64(statements))
	}
}

// Waited counts the time that PostgreSQL took.
func (u *Usage) Waited(d time.Duration) {
	for ; u != nil; u = u.outer {
		u.SQLTime.Add(int64(d))
	}
}

// Looked counts keys.
func (u *Usage) Looked(hits, misses int) {
	for ; u != nil; u = u.outer {
		u.Hits.Add(int64(hits))
		u.Misses.Add(int64(misses))
	}
}
