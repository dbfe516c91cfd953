package loaders

import (
	"sync"

	"styleshare/models"
)

// maxBlocks is how many blocks are read at once to have them all; of somebody who has more, only those are read that are
// asked for.
const maxBlocks = 1000

// blocks is what one root field knows of who blocks the viewer or is blocked by them. It is never cached for longer.
type blocks struct {
	mu      sync.Mutex
	whole   bool           // all of them are known
	blocked map[int64]bool // by the person's id
}

// unblocked notes people of whom SQL has said that no block stands between them and the viewer, so that nobody asks again.
func (r *request) unblocked(ids []int64) {
	if r.viewer() == 0 {
		return
	}
	r.blocks.mu.Lock()
	defer r.blocks.mu.Unlock()
	for _, id := range ids {
		r.blocks.note(id, false)
	}
}

func (b *blocks) note(id int64, blocked bool) {
	if b.blocked == nil {
		b.blocked = make(map[int64]bool)
	}
	b.blocked[id] = b.blocked[id] || blocked
}

// isBlocked tells of each of the people, of whom some may be nil, whether a block stands between them and the viewer. It asks the database at most
// once for all that follows, and not at all where lists have vouched for everybody.
func (r *request) isBlocked(people []*models.User) ([]bool, error) {
	blocked := make([]bool, len(people))
	if r.moderates || r.viewer() == 0 {
		return blocked, nil // to moderators it makes no difference
	}
	r.blocks.mu.Lock()
	defer r.blocks.mu.Unlock()
	if err := r.readBlocks(r.blocks.unknown(people, r.viewer())); err != nil {
		return nil, err
	}
	for i, u := range people {
		blocked[i] = u != nil && r.blocks.blocked[u.ID]
	}
	return blocked, nil
}

func (b *blocks) unknown(people []*models.User, viewer int64) (unknown []int64) {
	if b.whole {
		return nil
	}
	for _, u := range people {
		if u == nil || u.ID == viewer {
			continue
		}
		if _, known := b.blocked[u.ID]; !known {
			unknown = append(unknown, u.ID)
		}
	}
	return unknown
}

// all takes what was read of all blocks, and tells whether that is all of them.
func (b *blocks) all(found []int64) bool {
	b.whole = len(found) < maxBlocks
	for _, id := range found {
		b.note(id, true)
	}
	return b.whole
}

// readBlocks has blocks know the people. Somebody is first asked for all their blocks.
func (r *request) readBlocks(unknown []int64) error {
	if len(unknown) == 0 {
		return nil
	}
	found, err := r.db.Blocked(r.ctx, r.viewer(), maxBlocks)
	if err != nil {
		return err
	}
	if !r.blocks.all(found) {
		if found, err = r.db.BlockedAmong(r.ctx, r.viewer(), unknown); err != nil {
			return err
		}
		for _, id := range unknown {
			r.blocks.note(id, false)
		}
		for _, id := range found {
			r.blocks.note(id, true)
		}
	}
	return nil
}
