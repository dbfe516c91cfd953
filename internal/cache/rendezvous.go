package cache

import "github.com/cespare/xxhash/v2"

// rendezvous gives each key to the node with the highest score for it, so that a node that comes or goes moves
// only its own share of the keys.
type rendezvous struct {
	nodes []*node
	seeds []uint64 // of the names, not the addresses: a name that resolves anew keeps its keys
}

func newRendezvous(nodes []*node) rendezvous {
	r := rendezvous{nodes: nodes}
	for _, n := range nodes {
		r.seeds = append(r.seeds, xxhash.Sum64String(n.name))
	}
	return r
}

func (r rendezvous) pick(key string) *node {
	if len(r.nodes) == 1 {
		return r.nodes[0]
	}
	h := xxhash.Sum64String(key)
	best, top := 0, uint64(0)
	for i, seed := range r.seeds {
		if score := mix(h ^ seed); score >= top {
			best, top = i, score
		}
	}
	return r.nodes[best]
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit of x sways every bit of the score.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
