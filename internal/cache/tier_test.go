package cache

import (
	"math"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const tierBytes = 32 << 20

// lookup is one reader's between its look into the tier and its put.
type lookup struct {
	id      int64
	since   time.Time
	version int
}

// tierModel is a database of versions, one other process that changes it, and this process's tier. Messages of the
// other process are heard in order, after a while; signs of life show how far.
type tierModel struct {
	tier    *tier
	now     time.Time
	version map[int64]int
	// changedAt is when the other process changed a row to a version, at the latest.
	changedAt map[int64][]time.Time
	own       map[int64]int // versions that this process has invalidated
	sent      []string      // keys, in order, not heard yet; "" is a sign of life that was asked for at asked
	asked     []time.Time
	broken    bool
	under     []lookup
}

// modelRow is a row of the tier's second type, whose key is modelKey.
func modelRow(id int64) rowKey { return rowKey{1, id} }
func modelKey(id int64) string { return "b:" + strconv.FormatInt(id, idBase) }

// Whatever happens in whatever order, a row is never older than what this process has invalidated, nor than what
// another has changed a second ago.
func TestTheTierKeepsItsRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &tierModel{tier: newTier(tierBytes), version: map[int64]int{}, changedAt: map[int64][]time.Time{}, own: map[int64]int{}}
		m.tier.register("a:")
		m.tier.register("b:")
		m.now = m.tier.base
		row := rapid.SampledFrom([]int64{0, -1, 1, 35, math.MaxInt64})
		t.Repeat(map[string]func(*rapid.T){
			"look up": func(t *rapid.T) {
				id := row.Draw(t, "id")
				m.read(t, id)
				m.under = append(m.under, lookup{id, m.now, m.version[id]})
			},
			"read late": func(t *rapid.T) { // what memcached or the database gives, at any time before the put
				if len(m.under) > 0 {
					l := &m.under[rapid.IntRange(0, len(m.under)-1).Draw(t, "lookup")]
					l.version = m.version[l.id]
				}
			},
			"put": func(t *rapid.T) {
				if len(m.under) > 0 {
					i := rapid.IntRange(0, len(m.under)-1).Draw(t, "lookup")
					m.tier.put(modelRow(m.under[i].id), m.under[i].version, 1, m.under[i].since)
					m.under = append(m.under[:i], m.under[i+1:]...)
				}
			},
			"change here": func(t *rapid.T) {
				id := row.Draw(t, "id")
				m.change(id)
				m.own[id] = m.version[id]
				m.tier.drop([]string{modelKey(id)}, m.now)
			},
			"change there": func(t *rapid.T) {
				id := row.Draw(t, "id")
				m.change(id)
				if !m.broken {
					m.sent, m.asked = append(m.sent, modelKey(id)), append(m.asked, m.now)
				}
			},
			"ask": func(*rapid.T) {
				if !m.broken {
					m.sent, m.asked = append(m.sent, ""), append(m.asked, m.now)
				}
			},
			"hear":    func(*rapid.T) { m.hear() },
			"break":   func(*rapid.T) { m.broken, m.sent, m.asked = true, nil, nil },
			"connect": func(*rapid.T) { m.broken, m.sent, m.asked = false, nil, nil; m.tier.dropAll(m.now) },
			"tidy":    func(*rapid.T) { m.tier.dropOld(m.now) },
			"": func(t *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 700).Draw(t, "ms")) * time.Millisecond)
				for id := range m.version {
					m.read(t, id)
				}
			},
		})
	})
}

func (m *tierModel) change(id int64) {
	m.version[id]++
	m.changedAt[id] = append(m.changedAt[id], m.now)
}

func (m *tierModel) hear() {
	if len(m.sent) == 0 {
		return
	}
	if m.sent[0] == "" {
		m.tier.confirm(m.tier.at(m.asked[0]))
	} else {
		m.tier.drop(m.sent[:1], m.now)
	}
	m.sent, m.asked = m.sent[1:], m.asked[1:]
}

func (m *tierModel) read(t *rapid.T, id int64) {
	got, ok := m.tier.get(modelRow(id), m.now).(int)
	if !ok {
		return
	}
	if got < m.own[id] {
		t.Fatalf("row %d: version %d, after this process has invalidated %d", id, got, m.own[id])
	}
	if got < m.version[id] {
		if next := m.changedAt[id][got]; m.now.Sub(next) > localGrace {
			t.Fatalf("row %d: version %d, %s after it was changed", id, got, m.now.Sub(next))
		}
	}
}

// Two types may have one prefix, or one the beginning of the other's: no key is taken for another, and none is missed.
func TestADropFindsTheRowsOfAKey(t *testing.T) {
	t.Parallel()
	tr := newTier(tierBytes)
	now := tr.base.Add(time.Second)
	var rows []rowKey
	for _, prefix := range []string{"u1:", "s1:", "u1:", "u1:z"} {
		typ := tr.register(prefix)
		for _, id := range []int64{0, 36, -36, math.MaxInt64, math.MinInt64} {
			rows = append(rows, rowKey{typ, id})
		}
	}
	left := func(keys ...string) int {
		for _, row := range rows {
			tr.put(row, 1, 1, now)
		}
		tr.drop(keys, now.Add(-1))
		n := 0
		for _, row := range rows {
			if tr.get(row, now) != nil {
				n++
			}
		}
		return n
	}
	for key, dropped := range map[string]int{
		"u1:10": 2, "s1:10": 1, "u1:-10": 2, "u1:1y2p0ij32e8e7": 2, "u1:-1y2p0ij32e8e8": 2, "u1:z0": 1, "u1:z10": 1,
		"": 0, "u1:": 0, "u1:1": 0, "u1:1y2p0ij32e8e8": 0, "v1:10": 0, "10": 0, "u1:1\x00": 0,
	} {
		if got := len(rows) - left(key); got != dropped {
			t.Errorf("%q: dropped %d rows, want %d", key, got, dropped)
		}
	}
	if got := len(rows) - left("u1:10", "u1:-10", "s1:0"); got != 5 {
		t.Errorf("several keys: dropped %d rows, want 5", got)
	}
}

func TestTheTierIsBounded(t *testing.T) {
	t.Parallel()
	tr := newTier(1 << 20)
	now := tr.base.Add(time.Second)
	for i := range 20_000 {
		tr.put(rowKey{id: int64(i)}, i, 500, now)
	}
	if got := tr.bytes.Load(); got > 1<<20 || got < 1<<19 {
		t.Errorf("%d bytes", got)
	}
	if tr.get(rowKey{id: 19999}, now) != 19999 || tr.get(rowKey{}, now) != nil {
		t.Error("the latest must be there, the first not")
	}
	tr.put(rowKey{typ: 1}, 1, 1<<19, now)
	if tr.get(rowKey{typ: 1}, now) != nil {
		t.Error("one row took most of a shard")
	}
	tr.dropOld(now.Add(localTTL + 1))
	if got := tr.bytes.Load(); got != 0 {
		t.Errorf("%d bytes of rows that nobody may read any more", got)
	}
	off := newTier(0)
	off.put(rowKey{}, 1, 1, now)
	if off.get(rowKey{}, now) != nil || off.bytes.Load() != 0 {
		t.Error("a tier of 0 bytes holds something")
	}
}

func TestALocalHitAllocatesNothing(t *testing.T) {
	tr := newTier(1 << 20)
	now := tr.base.Add(time.Second)
	key := rowKey{1, 1}
	tr.put(key, new(int), 1, now)
	if n := testing.AllocsPerRun(100, func() { tr.get(key, now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
