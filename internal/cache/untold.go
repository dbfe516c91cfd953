package cache

import "sync"

const (
	// maxUntold bounds the keys that wait; beyond it the others are told to drop everything.
	maxUntold = 10_000
	// everything stands for all keys in a message; no Typed has it.
	everything = ""
)

// untold are the keys that the others could not be told of yet, by whether they are to be doubted.
type untold struct {
	mu   sync.Mutex
	keys map[string]bool
}

func (u *untold) add(keys []string, doubt bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.keys)+len(keys) > maxUntold {
		u.keys = map[string]bool{everything: false}
		return
	}
	if u.keys == nil {
		u.keys = map[string]bool{}
	}
	for _, key := range keys {
		u.keys[key] = u.keys[key] || doubt
	}
}

// take empties it.
func (u *untold) take() (changed, doubted []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for key, doubt := range u.keys {
		if doubt {
			doubted = append(doubted, key)
		} else {
			changed = append(changed, key)
		}
	}
	u.keys = nil
	return changed, doubted
}

// tellAgain tells what could not be told before.
func (b *bus) tellAgain() {
	changed, doubted := b.untold.take()
	if len(changed) > 0 && b.publish(changed, false, localGrace) != nil {
		b.untold.add(changed, false)
	}
	if len(doubted) > 0 && b.publish(doubted, true, localGrace) != nil {
		b.untold.add(doubted, true)
	}
}
