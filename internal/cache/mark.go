package cache

import (
	"context"
	"encoding/binary"
	"time"
)

// writer is somebody who is about to commit a change, as a mark keeps it.
type writer struct {
	id    uint64
	since int64 // Unix milliseconds
}

// maxWriters bounds a mark; what one more would add is what the others do already.
const maxWriters = 64

// Mark has nobody keep a copy of keys until the writer, whose id is any number but 0, hands them to InvalidateMarked, or
// for half a minute. Call it before the commit that changes them: should the process die after it, nothing stale is left.
// After an error some keys may be marked and some not; a job that is committed with the change must invalidate then.
func (c *Cache) Mark(_ context.Context, id uint64, keys ...string) error {
	if c == nil || len(keys) == 0 {
		return nil
	}
	now := time.Now()
	failed, err := c.rewriteAll(keys, func(old []byte, _ bool) []byte { return marked(c.writersOf(old, now), id, now) })
	c.stats.marks.Add(uint64(len(keys) - len(failed)))
	if err == nil {
		// Other processes drop what they have now, and get no other until the mark is gone.
		c.bus.tell(keys, false)
	}
	return err
}

// marked is an entry with one more writer, nil where it is one already.
func marked(writers []writer, id uint64, now time.Time) []byte {
	for _, w := range writers {
		if w.id == id {
			return nil
		}
	}
	if len(writers) == maxWriters {
		writers = writers[1:]
	}
	return encodeMark(append(writers, writer{id, now.UnixMilli()}), now)
}

// settled is an entry after a writer's commit: a tombstone, or the mark of those whose commit is still to come. It is nil
// where the old one does; writers are those of its mark. again says that it has changed since the commit: another's
// tombstone does as well as one of our own, then.
func settled(old []byte, writers []writer, id uint64, now time.Time, again bool) []byte {
	for i, w := range writers {
		if w.id == id {
			if len(writers) == 1 {
				break
			}
			return encodeMark(append(writers[:i:i], writers[i+1:]...), now)
		}
		if i == len(writers)-1 {
			return nil // others are about to change it: it holds no value, and takes none
		}
	}
	if again && len(old) > 0 && old[0] == kindTombstone {
		return nil
	}
	return encode(kindTombstone, now, nil)
}

func encodeMark(writers []writer, now time.Time) []byte {
	b := encode(kindMark, now, nil)
	for _, w := range writers {
		b = binary.BigEndian.AppendUint64(b, w.id)
		b = binary.BigEndian.AppendUint64(b, uint64(w.since))
	}
	return b
}

// writersOf gives those of a mark whose time is not over by our clock: memcached may hold it for longer, because others
// have joined it or a late fill has touched it.
func (c *Cache) writersOf(entry []byte, now time.Time) (writers []writer) {
	if len(entry) < headerLen || entry[0] != kindMark {
		return nil
	}
	oldest := now.Add(-c.markTTL).UnixMilli()
	for b := entry[headerLen:]; len(b) >= 16; b = b[16:] {
		w := writer{binary.BigEndian.Uint64(b), int64(binary.BigEndian.Uint64(b[8:]))}
		if w.since >= oldest {
			writers = append(writers, w)
		}
	}
	return writers
}
