package cache

import (
	"fmt"
	"testing"
)

const shareKeys = 30_000

func ring(names ...string) rendezvous {
	var nodes []*node
	for _, name := range names {
		nodes = append(nodes, &node{name: name})
	}
	return newRendezvous(nodes)
}

func TestRendezvousShares(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{
		{"cache-0:11211", "cache-1:11211", "cache-2:11211"},
		{"10.0.0.1:11211", "10.0.0.2:11211", "10.0.0.3:11211", "10.0.0.4:11211", "10.0.0.5:11211"},
	} {
		r, count := ring(names...), map[string]int{}
		for i := range shareKeys {
			count[r.pick(fmt.Sprint("u2:", i)).name]++
		}
		want := shareKeys / len(names)
		for _, name := range names {
			if got := count[name]; got < want*95/100 || got > want*105/100 {
				t.Errorf("%s has %d keys of %d, want about %d", name, got, shareKeys, want)
			}
		}
	}
}

func TestRendezvousMovesOnlyWhatItMust(t *testing.T) {
	t.Parallel()
	three, four := ring("a:1", "b:1", "c:1"), ring("d:1", "c:1", "a:1", "b:1") // the order does not matter
	moved := 0
	for i := range shareKeys {
		key := fmt.Sprint("style:", i)
		before, after := three.pick(key).name, four.pick(key).name
		if before == after {
			continue
		}
		moved++
		if after != "d:1" {
			t.Fatalf("%s moved from %s to %s, neither of which is new", key, before, after)
		}
	}
	if moved < shareKeys*23/100 || moved > shareKeys*27/100 {
		t.Errorf("%d of %d keys moved, want a quarter", moved, shareKeys)
	}
}
