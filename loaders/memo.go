package loaders

import (
	"context"
	"sync"

	"styleshare/internal/cache"
	"styleshare/models"
)

// memos are the rows that one root field has read: nobody is asked for a row twice, and a row is the same wherever it
// stands in the answer. Each root field of a mutation begins with none, so it sees what the field before it changed.
type memos struct {
	users       memo[models.User]
	styles      memo[models.Style]
	photos      memo[models.Photo]
	comments    memo[models.Comment]
	tags        memo[models.Tag]
	brands      memo[models.Brand]
	items       memo[models.ItemTag]
	collections memo[models.Collection]
	questions   memo[models.Question]
	answers     memo[models.Answer]
}

type memo[T any] struct {
	mu   sync.Mutex
	rows map[int64]*T // nil for what is not there
}

// read gives the rows of ids, from the memo, then from memcached, then from the database. Others who want rows of the
// type meanwhile wait: what they want may be among them.
func (m *memo[T]) read(ctx context.Context, ids []int64, cached *cache.Typed[int64, T],
	load func(context.Context, []int64) (map[int64]*T, error)) (map[int64]*T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var missing []int64
	for _, id := range ids {
		if _, ok := m.rows[id]; !ok {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		rows, err := cached.GetMany(ctx, missing, load)
		if err != nil {
			return nil, err
		}
		if m.rows == nil {
			m.rows = make(map[int64]*T, len(missing))
		}
		for _, id := range missing {
			m.rows[id] = rows[id]
		}
	}
	found := make(map[int64]*T, len(ids))
	for _, id := range ids {
		if row := m.rows[id]; row != nil {
			found[id] = row
		}
	}
	return found, nil
}

// know takes a row that was just read in another way.
func (m *memo[T]) know(id int64, row *T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows = make(map[int64]*T, 1)
	}
	m.rows[id] = row
}
