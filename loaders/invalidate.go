package loaders

import (
	"context"
	"errors"
	"log/slog"

	"styleshare/internal/cache"
	"styleshare/models"
)

// invalidateOrRecord runs after each commit. What the cache cannot be told now is told by a job, which is recorded now
// unless it was with the change.
func (l *Loaders) invalidateOrRecord(ctx context.Context, changes models.Changes) {
	if err := l.Invalidate(ctx, changes); err != nil {
		if failed, ok := errors.AsType[*cache.InvalidateError](err); !ok || !failed.IsKnown() {
			slog.WarnContext(ctx, "cache not told of a change, a job will", "error", err)
		}
		if changes.Recorded {
			return
		}
		changes.Outbox = false
		err = l.db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			return tx.Record(ctx, models.JobInvalidate, changes)
		})
		if err != nil {
			slog.ErrorContext(ctx, "change not recorded for the cache", "error", err)
		}
	}
}

// mark runs before each commit: until invalidateOrRecord has run, nobody keeps a copy of what changes, even should this
// process die in between.
func (l *Loaders) mark(ctx context.Context, c models.Changes) error {
	return l.cache.Mark(ctx, c.Transaction, l.changedKeys(c)...)
}

// Invalidate drops the changed objects from the cache. An error means that some of them may still be there.
func (l *Loaders) Invalidate(ctx context.Context, c models.Changes) error {
	return l.cache.InvalidateMarked(ctx, c.Transaction, l.changedKeys(c)...)
}

// Pending gives the keys of what JobInvalidate is still to drop; it is a cache.Pending.
func (l *Loaders) Pending(ctx context.Context) (keys []string, err error) {
	pending, err := l.db.PendingChanges(ctx, cache.TTL)
	for _, changes := range pending {
		keys = append(keys, l.changedKeys(changes)...)
	}
	return keys, err
}

func (l *Loaders) changedKeys(c models.Changes) []string {
	var keys []string
	add := func(key func(int64) string, ids []int64) {
		for _, id := range ids {
			keys = append(keys, key(id))
		}
	}
	add(l.users.Key, c.Users)
	add(l.styles.Key, c.Styles)
	add(l.photos.Key, c.Photos)
	add(l.comments.Key, c.Comments)
	add(l.heads.Key, c.Threads)
	add(l.tags.Key, c.Tags)
	add(l.brands.Key, c.Brands)
	add(l.items.Key, c.Items)
	add(l.collections.Key, c.Collections)
	add(l.questions.Key, c.Questions)
	add(l.answers.Key, c.Answers)
	return keys
}
