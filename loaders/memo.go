package loaders

import (
	"context"
	"maps"
	"slices"
	"sync"

	"styleshare/internal/cache"
	"styleshare/models"
)

// memos are what one root field has read: nobody is asked for a row twice, and a row is the same wherever it stands in the
// answer. Each root field of a mutation begins with none, so it sees what the field before it changed.
type memos struct {
	users       memo[models.User]
	styles      memo[models.Style]
	photos      memo[models.Photo]
	comments    memo[models.Comment]
	heads       memo[models.CommentHead]
	tags        memo[models.Tag]
	brands      memo[models.Brand]
	items       memo[models.ItemTag]
	collections memo[models.Collection]
	questions   memo[models.Question]
	answers     memo[models.Answer]
	styleFlags  state[models.StyleFlags]
	userFlags   state[models.UserFlags]
	follows     state[bool]
	pages       pages
}

type memo[T any] struct {
	mu   sync.Mutex
	rows map[int64]*T // nil for what is not there
}

// unread adds the ids that were not read to the others.
func (m *memo[T]) unread(others, ids []int64) []int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		if _, ok := m.rows[id]; !ok {
			others = append(others, id)
		}
	}
	return others
}

func (m *memo[T]) keep(rows map[int64]*T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(rows)
}

func (m *memo[T]) add(rows map[int64]*T) {
	if m.rows == nil {
		m.rows = rows
		return
	}
	for id, row := range rows {
		m.rows[id] = row
	}
}

// row is nil for what was not read, or is not there.
func (m *memo[T]) row(id int64) *T {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[id]
}

// read gives the rows of ids, nil for what is not there, from the memo, then from the caches, then from the database. Others
// who want rows of the type meanwhile wait: what they want may be among them.
func (m *memo[T]) read(ctx context.Context, ids []int64, cached *cache.Typed[T],
	load func(context.Context, []int64) (map[int64]*T, error)) ([]*T, error) {
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
		for _, id := range missing {
			if rows[id] == nil {
				rows[id] = nil // read, and not there
			}
		}
		m.add(rows)
	}
	return parallel(ids, m.rows), nil
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

// state is what stands between the viewer and objects, by their ids. No cache has it.
type state[F any] struct {
	mu    sync.Mutex
	known map[int64]F
}

func (s *state[F]) put(id int64, f F) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = make(map[int64]F)
	}
	s.known[id] = f
}

// of is what was read of an object.
func (s *state[F]) of(id int64) (f F, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known = s.known[id]
	return f, known
}

// unread are those of the ids that were not read, each once.
func (s *state[F]) unread(ids []int64) (unread []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if _, ok := s.known[id]; !ok {
			unread = append(unread, id)
		}
	}
	slices.Sort(unread)
	return slices.Compact(unread)
}

// read gives the state of the objects, of which load is asked for what was not read.
func (s *state[F]) read(ids []int64, load func([]int64) (map[int64]F, error)) (map[int64]F, error) {
	if unread := s.unread(ids); len(unread) > 0 {
		loaded, err := load(unread)
		if err != nil {
			return nil, err
		}
		for id, f := range loaded {
			s.put(id, f)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make(map[int64]F, len(ids))
	for _, id := range ids {
		found[id] = s.known[id]
	}
	return found, nil
}

// pageKey names a page of a kind of list.
type pageKey struct {
	list models.List
	page models.Page
}

// pages are the pages of lists that were read ahead, by their parents. Nothing is added once relations are touched, so it
// takes no lock.
type pages map[pageKey]map[int64][]models.Entry

func (p *pages) keep(key pageKey, entries map[int64][]models.Entry) {
	if *p == nil {
		*p = make(pages)
	}
	if known := (*p)[key]; known != nil {
		maps.Copy(known, entries)
	} else {
		(*p)[key] = entries
	}
}

// of gives the page of each parent; ok is false where one of them was not read.
func (p *pages) of(key pageKey, parents []int64) (entries map[int64][]models.Entry, ok bool) {
	known := (*p)[key]
	for _, parent := range parents {
		if _, ok = known[parent]; !ok {
			return nil, false
		}
	}
	return known, len(parents) > 0
}
