package loaders_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"styleshare/internal/cache"
	"styleshare/internal/relay"
	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
)

func (r *rig) likeCount(t *testing.T, style int64) int {
	t.Helper()
	s, err := r.loaders.Style(as(t, 0), style)
	if err != nil {
		t.Fatal(err)
	}
	if err = r.cache.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.LikeCount
}

// Whoever changes something reads it changed, in this process and in another, with a warm cache and while memcached
// stops, is away and comes back.
func TestReadsFollowWrites(t *testing.T) {
	t.Parallel()
	memcached := testkit.OwnMemcached(t)
	database := testkit.Database(t)
	here, there := newProcess(t, database, memcached.Addr()), newProcess(t, database, memcached.Addr())
	author := here.person(t, "author")
	style := here.style(t, author, "hello")
	want := 0
	check := func(when string) {
		t.Helper()
		for name, r := range map[string]*rig{"here": here, "there": there} {
			if got := r.likeCount(t, style); got != want {
				t.Errorf("%s, %s: %d likes, want %d", when, name, got, want)
			}
		}
	}
	like := func(when, name string) {
		t.Helper()
		fan := here.person(t, name)
		if _, err := here.db.LikeStyle(t.Context(), models.Attempt{UserID: fan}, style); err != nil {
			t.Fatal(err)
		}
		want++
		check(when)
		check(when + ", again")
	}
	check("at first")
	like("warm", "fan1")
	like("warm", "fan2")
	if err := memcached.Stop(); err != nil {
		t.Fatal(err)
	}
	like("without memcached", "fan3")
	if err := memcached.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("memcached is back")
	like("after that", "fan4")
}

// What memcached could not be told is known to whoever asks until the job has told it.
func TestPendingInvalidations(t *testing.T) {
	t.Parallel()
	memcached := testkit.OwnMemcached(t)
	r := newRig(t, memcached.Addr())
	author := r.person(t, "author")
	style := r.style(t, author, "hello")
	fan := r.person(t, "fan")
	pending := func() []string {
		t.Helper()
		keys, err := r.loaders.Pending(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	if keys := pending(); len(keys) > 0 {
		t.Errorf("at first: %q", keys)
	}
	if err := memcached.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.db.LikeStyle(t.Context(), models.Attempt{UserID: fan}, style); err != nil {
		t.Fatal(err)
	}
	if keys := pending(); len(keys) == 0 {
		t.Error("nothing is known of a change that memcached was not told")
	}
	var ids []int64
	if err := r.db.NewRaw(`select id from outbox where kind = ?`, models.JobInvalidate).Scan(t.Context(), &ids); err != nil {
		t.Fatal(err)
	}
	if err := r.db.FinishJobs(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	if keys := pending(); len(keys) > 0 {
		t.Errorf("after the job: %q", keys)
	}
}

// A process that is killed after a commit, before it can tell the cache, leaves nothing stale: not where another process
// had a copy, and not where one is loading it.
func TestAProcessThatDiesAfterItsCommitLeavesNothingStale(t *testing.T) {
	t.Parallel()
	memcached, database := testkit.Memcached(t), testkit.Database(t)
	there := newProcess(t, database, memcached)
	author := there.person(t, "author")
	style := there.style(t, author, "hello")
	for range 2 {
		there.likeCount(t, style) // for memcached to have it
	}
	db, err := models.Open(database, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	db.OnCommit(func(context.Context, models.Changes) { runtime.Goexit() })
	c, err := cache.New(cache.Config{Servers: []string{memcached}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	loaders.New(loaders.Config{DB: db, Cache: c})
	for name, change := range map[string]func(){
		"one statement": func() { _, _ = db.LikeStyle(t.Context(), models.Attempt{UserID: author}, style) },
		"a transaction": func() { _, _ = db.AddComment(t.Context(), models.Attempt{UserID: author}, style, "nice", 0) },
	} {
		var dying sync.WaitGroup
		dying.Go(change)
		dying.Wait()
		for range 3 {
			s, err := there.loaders.Style(as(t, 0), style)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := there.db.Styles(t.Context(), []int64{style})
			if err != nil {
				t.Fatal(err)
			}
			if s.LikeCount+s.CommentCount == 0 || s.LikeCount != rows[style].LikeCount || s.CommentCount != rows[style].CommentCount {
				t.Errorf("%s: %d likes and %d comments, want %d and %d", name, s.LikeCount, s.CommentCount, rows[style].LikeCount, rows[style].CommentCount)
			}
			if err = there.cache.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// What the cache could not be told is work in the outbox.
func TestAChangeThatTheCacheWasNotToldIsRecorded(t *testing.T) {
	t.Parallel()
	memcached := testkit.OwnMemcached(t)
	r := newRig(t, memcached.Addr())
	author := r.person(t, "author")
	style := r.style(t, author, "hello")
	recorded := func() (n int) {
		t.Helper()
		err := r.db.NewSelect().Table("outbox").ColumnExpr("count(*)").Where("kind = ?", models.JobInvalidate).Scan(t.Context(), &n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := recorded()
	if err := memcached.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.db.LikeStyle(t.Context(), models.Attempt{UserID: author}, style); err != nil {
		t.Fatal(err)
	}
	if n := recorded(); n <= before {
		t.Error("nothing is recorded")
	}
}

func TestNodes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	reader, styles := r.community(t, 2)
	style := relay.ID("Style", styles[0])
	user := relay.ID("User", reader)
	gone := relay.ID("Style", 1)
	nodes, err := r.loaders.Nodes(as(t, 0), []string{user, gone, style, user})
	if err != nil {
		t.Fatal(err)
	}
	if len(nodes) != 4 || nodes[0].GlobalID() != user || nodes[1] != nil || nodes[2].GlobalID() != style || nodes[3].GlobalID() != user {
		t.Errorf("nodes out of order: %v", nodes)
	}
	for _, ids := range [][]string{{"x"}, {""}, {relay.ID("Nothing", 1)}, {style, style + "="}, make([]string, 101)} {
		if _, err := r.loaders.Nodes(as(t, 0), ids); err == nil {
			t.Errorf("%.40q was taken", ids)
		}
	}
}

// What is somebody's own is nobody else's, by its id neither.
func TestNodesOfOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	owner, stranger := r.person(t, "owner"), r.person(t, "stranger")
	device, err := r.db.RegisterDevice(t.Context(), models.Attempt{UserID: owner}, models.Android, "fcm-token-of-the-owner-0123456789:APA91b", "phone")
	if err != nil {
		t.Fatal(err)
	}
	photo, err := r.db.CreatePhoto(t.Context(), models.Attempt{UserID: owner}, "image/png", 10)
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := r.loaders.Viewer(as(t, owner)).Sessions()
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	ids := []string{relay.ID("Device", device), relay.ID("Photo", photo), sessions[0].GlobalID()}
	for viewer, wanted := range map[int64]bool{owner: true, stranger: false, 0: false} {
		nodes, err := r.loaders.Nodes(as(t, viewer), ids)
		if err != nil {
			t.Fatal(err)
		}
		for i, node := range nodes {
			if (node != nil) != wanted {
				t.Errorf("viewer %d: node %d is %v", viewer, i, node)
			}
		}
	}
}

func TestHiddenPeopleAreNowhere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	reader, styles := r.community(t, 2)
	if _, err := r.db.NewRaw(`update users set suspended_at = now() where username = 'author0'`).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	feed, err := r.loaders.Viewer(as(t, reader)).Feed(nil, nil)
	if err != nil || len(feed.Nodes) != 2 {
		t.Errorf("%d styles in the feed, %v", len(feed.Nodes), err)
	}
	if s, err := r.loaders.Style(as(t, reader), styles[0]); s != nil || err != nil {
		t.Errorf("a hidden person's style is there: %v", err)
	}
	if u, err := r.loaders.UserByUsername(as(t, reader), "Author0"); u != nil || err != nil {
		t.Errorf("a hidden person is there: %v", err)
	}
	other, err := r.loaders.Style(as(t, reader), styles[2])
	if err != nil || other == nil {
		t.Fatalf("the other person's style is not there: %v", err)
	}
	comments, err := other.Comments(nil, nil, nil, nil)
	if err != nil || len(comments.Nodes) != 1 {
		t.Errorf("%d comments, %v", len(comments.Nodes), err)
	}
}
