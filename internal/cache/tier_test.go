package cache

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const tierBytes = 32 << 20

// lookup is one reader's between its look into the tier and its put.
type lookup struct {
	key     string
	since   time.Time
	version int
}

// tierModel is a database of versions, one other process that changes it, and this process's tier. Messages of the
// other process are heard in order, after a while; signs of life show how far.
type tierModel struct {
	tier    *tier
	now     time.Time
	version map[string]int
	// changedAt is when the other process changed a key to a version, at the latest.
	changedAt map[string][]time.Time
	own       map[string]int // versions that this process has invalidated
	sent      []string       // keys, in order, not heard yet; "" is a sign of life that was asked for at asked
	asked     []time.Time
	broken    bool
	under     []lookup
}

// Whatever happens in whatever order, a row is never older than what this process has invalidated, nor than what
// another has changed a second ago.
func TestTheTierKeepsItsRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &tierModel{tier: newTier(tierBytes), version: map[string]int{}, changedAt: map[string][]time.Time{}, own: map[string]int{}}
		m.now = m.tier.base
		key := rapid.SampledFrom([]string{"a", "b", "c"})
		t.Repeat(map[string]func(*rapid.T){
			"look up": func(t *rapid.T) {
				k := key.Draw(t, "key")
				m.read(t, k)
				m.under = append(m.under, lookup{k, m.now, m.version[k]})
			},
			"read late": func(t *rapid.T) { // what memcached or the database gives, at any time before the put
				if len(m.under) > 0 {
					l := &m.under[rapid.IntRange(0, len(m.under)-1).Draw(t, "lookup")]
					l.version = m.version[l.key]
				}
			},
			"put": func(t *rapid.T) {
				if len(m.under) > 0 {
					i := rapid.IntRange(0, len(m.under)-1).Draw(t, "lookup")
					m.tier.put(m.under[i].key, m.under[i].version, 1, m.under[i].since)
					m.under = append(m.under[:i], m.under[i+1:]...)
				}
			},
			"change here": func(t *rapid.T) {
				k := key.Draw(t, "key")
				m.change(k)
				m.own[k] = m.version[k]
				m.tier.drop([]string{k}, m.now)
			},
			"change there": func(t *rapid.T) {
				k := key.Draw(t, "key")
				m.change(k)
				if !m.broken {
					m.sent, m.asked = append(m.sent, k), append(m.asked, m.now)
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
				for k := range m.version {
					m.read(t, k)
				}
			},
		})
	})
}

func (m *tierModel) change(key string) {
	m.version[key]++
	m.changedAt[key] = append(m.changedAt[key], m.now)
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

func (m *tierModel) read(t *rapid.T, key string) {
	got, ok := m.tier.get([]byte(key), m.now).(int)
	if !ok {
		return
	}
	if got < m.own[key] {
		t.Fatalf("%s: version %d, after this process has invalidated %d", key, got, m.own[key])
	}
	if got < m.version[key] {
		if next := m.changedAt[key][got]; m.now.Sub(next) > localGrace {
			t.Fatalf("%s: version %d, %s after it was changed", key, got, m.now.Sub(next))
		}
	}
}

func TestTheTierIsBounded(t *testing.T) {
	t.Parallel()
	tr := newTier(1 << 20)
	now := tr.base.Add(time.Second)
	for i := range 20_000 {
		tr.put(fmt.Sprint("key", i), i, 500, now)
	}
	if got := tr.bytes.Load(); got > 1<<20 || got < 1<<19 {
		t.Errorf("%d bytes", got)
	}
	if tr.get([]byte("key19999"), now) != 19999 || tr.get([]byte("key0"), now) != nil {
		t.Error("the latest must be there, the first not")
	}
	tr.put("large", 1, 1<<19, now)
	if tr.get([]byte("large"), now) != nil {
		t.Error("one row took most of a shard")
	}
	tr.dropOld(now.Add(localTTL + 1))
	if got := tr.bytes.Load(); got != 0 {
		t.Errorf("%d bytes of rows that nobody may read any more", got)
	}
	off := newTier(0)
	off.put("key", 1, 1, now)
	if off.get([]byte("key"), now) != nil || off.bytes.Load() != 0 {
		t.Error("a tier of 0 bytes holds something")
	}
}

func TestALocalHitAllocatesNothing(t *testing.T) {
	tr := newTier(1 << 20)
	now := tr.base.Add(time.Second)
	tr.put("u1:abc", new(int), 1, now)
	key := []byte("u1:abc")
	if n := testing.AllocsPerRun(100, func() { tr.get(key, now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
