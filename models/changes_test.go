package models

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// cachedTables are those whose rows are cached, and where Changes tells of them.
var cachedTables = map[string]func(Changes) []int64{
	"users": func(c Changes) []int64 { return c.Users },
	// what heads of comments are made of
	"(select s.id, array(select c.id from comments c where c.style_id = s.id order by c.id desc) from styles s)": func(c Changes) []int64 { return c.Threads },
	"styles":      func(c Changes) []int64 { return c.Styles },
	"photos":      func(c Changes) []int64 { return c.Photos },
	"comments":    func(c Changes) []int64 { return c.Comments },
	"tags":        func(c Changes) []int64 { return c.Tags },
	"brands":      func(c Changes) []int64 { return c.Brands },
	"item_tags":   func(c Changes) []int64 { return c.Items },
	"collections": func(c Changes) []int64 { return c.Collections },
	"questions":   func(c Changes) []int64 { return c.Questions },
	"answers":     func(c Changes) []int64 { return c.Answers },
}

// snapshot reads every cached row as text.
func snapshot(t testing.TB, db *DB) map[string]map[int64]string {
	t.Helper()
	all := map[string]map[int64]string{}
	for table := range cachedTables {
		var rows []struct {
			ID   int64
			Text string
		}
		if err := db.NewRaw(`select id, r::text as text from `+table+` r`).Scan(t.Context(), &rows); err != nil {
			t.Fatal(err)
		}
		all[table] = map[int64]string{}
		for _, row := range rows {
			all[table][row.ID] = row.Text
		}
	}
	return all
}

// changed are the ids of rows that are not as they were, those among them that are gone included. A new row is not in any
// cache yet.
func changed(before, after map[int64]string) []int64 {
	ids := slices.DeleteFunc(slices.Collect(maps.Keys(before)), func(id int64) bool { return before[id] == after[id] })
	slices.Sort(ids)
	return ids
}

// listener collects what is told after commits.
type listener struct {
	sync.Mutex
	told map[string]map[int64]bool
}

func (l *listener) hear(_ context.Context, c Changes) {
	l.Lock()
	defer l.Unlock()
	for table, ids := range cachedTables {
		for _, id := range ids(c) {
			l.told[table][id] = true
		}
	}
}

func (l *listener) reset() {
	l.told = map[string]map[int64]bool{}
	for table := range cachedTables {
		l.told[table] = map[int64]bool{}
	}
}

func TestChangesTellOfEveryCachedRowThatChanged(t *testing.T) {
	t.Parallel()
	db := open(t)
	var l listener
	db.OnCommit(l.hear)
	c := newCommunity(t, db, 4)
	random := rand.New(rand.NewPCG(7, 7))
	seen := map[string]int{}
	verify := func(name string, act func()) {
		before := snapshot(t, db)
		l.reset()
		act()
		for table, rows := range snapshot(t, db) {
			for _, id := range changed(before[table], rows) {
				seen[table]++
				if !l.told[table][id] {
					t.Errorf("%s changed %s %d and did not tell", name, table, id)
				}
			}
		}
	}
	for n := 0; n < 250 || n < 3000 && len(seen) < len(cachedTables); n++ {
		verb := random.IntN(len(verbs))
		verify(verbs[verb].name, func() { c.act(verb, random.IntN) })
	}
	move(db, UnusedPhotoTTL+1)
	photoIn(t, db, c.people[0], PhotoAwaitingUpload)
	upload := photoIn(t, db, c.people[0], PhotoAwaitingUpload)
	verify("complete photo", func() { must(db.CompletePhoto(t.Context(), by(c.people[0]), upload)) })
	verify("reject photo", func() {
		inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.PhotoRejected(ctx, upload, "UNREADABLE") })
	})
	verify("profile", func() {
		if err := db.UpdateProfile(t.Context(), by(c.people[0]), ProfileChange{Bio: ptr("x")}); err != nil {
			t.Error(err)
		}
	})
	move(db, UnusedPhotoTTL+1)
	verify("clean up", func() {
		if _, _, err := db.CleanUpPhotos(t.Context()); err != nil {
			t.Error(err)
		}
	})
	for table := range cachedTables {
		if seen[table] == 0 {
			t.Errorf("nothing ever changed in %s: the test proves nothing of it", table)
		}
	}
}

func TestChangesAreToldOnlyAfterTheCommit(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := published(t, db, author, "")
	told := 0
	db.OnCommit(func(_ context.Context, c Changes) {
		if !slices.Contains(c.Styles, id) {
			return // what was announced of the other came to nothing, which is told as well
		}
		told++
		if got := one[int](t, db, `select like_count from styles where id = ?`, id); got != 1 {
			t.Errorf("told before the commit: %d likes", got)
		}
		if !c.Outbox {
			t.Errorf("told %+v", c)
		}
	})
	must(db.LikeStyle(t.Context(), by(person(t, db)), id))
	refusedStyle := func() error { _, err := db.LikeStyle(t.Context(), by(author), 1); return err }
	refused(t, refusedStyle(), "styleId NOT_FOUND")
	if told != 1 {
		t.Errorf("told %d times, want once: a transaction that was rolled back changed nothing", told)
	}
}

// A caller who has gone does not keep what is committed a secret.
func TestChangesAreToldToTheEnd(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	db.OnCommit(func(ctx context.Context, _ Changes) {
		cancel()
		if ctx.Err() != nil {
			t.Error("the listener's context ended with the caller's")
		}
	})
	if err := db.UpdateProfile(ctx, by(author), ProfileChange{Bio: ptr("x")}); err != nil {
		t.Fatal(err)
	}
	if ctx.Err() == nil {
		t.Error("nobody was told")
	}
}

// What could not be announced before the commit is work that is committed with the change.
func TestChangesAreAnnouncedBeforeTheCommitOrRecorded(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := published(t, db, author, "")
	fan := person(t, db)
	fails, announced, recorded, likes := false, 0, 0, 0
	db.BeforeCommit(func(_ context.Context, c Changes) error {
		announced++
		if got := one[int](t, db, `select like_count from styles where id = ?`, id); got != likes {
			t.Errorf("announced after the commit: %d likes", got)
		}
		if !slices.Contains(c.Styles, id) {
			t.Errorf("announced %+v", c)
		}
		if fails {
			return errors.New("nobody listens")
		}
		return nil
	})
	db.OnCommit(func(_ context.Context, c Changes) {
		if c.Recorded {
			recorded++
		}
	})
	jobs := func() int {
		return one[int](t, db, `select count(*) from outbox where kind = ? and payload -> 'Styles' @> to_jsonb(?::bigint)`, JobInvalidate, id)
	}
	must(db.LikeStyle(t.Context(), by(author), id))
	if announced != 1 || recorded != 0 || jobs() != 0 {
		t.Errorf("announced %d times, %d recorded, %d jobs", announced, recorded, jobs())
	}
	fails, likes = true, 1
	must(db.LikeStyle(t.Context(), by(fan), id)) // in one statement that is announced, and then in a transaction that is, too
	if announced != 3 || recorded != 1 || jobs() != 1 {
		t.Errorf("announced %d times, %d recorded, %d jobs", announced, recorded, jobs())
	}
}
