package models

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// longWalk is a list of 100,000 entries, and how entries come and go while somebody reads it.
type longWalk struct {
	list   List
	viewer int64
	parent int64
	// read takes the place of the list where it is none of them.
	read func(context.Context, *DB, Page) []Entry
	// rows names the table and the condition of the entries, and key their key.
	rows, key string
	// add puts an entry on top.
	add string
	// remove takes away those of rows whose keys lie between $1 and $2; by default they are deleted.
	remove string
}

const (
	newStyle = `insert into styles (author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, like_count, comment_count,
		collect_count, item_info_request_count, created_at) values (1, 'PUBLISHED', '', '{}', '{}', '{1}', '{1}', '{}', 0, 0, 0, 0, now()) returning id`
	newPerson = `insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
		values ('n' || next_id(), 'n', '', false, 0, 0, 0, false, now()) returning id`
	newReport = `insert into reports (reporter_id, subject_kind, subject_id, author_id, reason, detail, state, created_at)
		values (1, 'User', next_id(), 1, 'SPAM', '', 'OPEN', now())`
	newQuestion = `insert into questions (author_id, body, photo_ids, answer_count, created_at, published_at) values (1, 'x', '{}', 0, now(), now())`
	hideStyles  = `update styles set deleted_at = now() where author_id = 1 and `
)

// longWalks is one for each list, by the name of its variable.
var longWalks = map[string]longWalk{
	"StylesOfUser": {list: StylesOfUser, parent: star, rows: "styles where author_id = 1 and deleted_at is null", key: "id", add: newStyle,
		remove: hideStyles + "id"},
	"RisingStyles": {list: RisingStyles, rows: "styles where state = 'PUBLISHED' and deleted_at is null", key: "hot", add: newStyle,
		remove: hideStyles + "hot"},
	"StylesOfTag": {list: StylesOfTag, parent: longTag, rows: "style_tags where tag_id = 1 and style_id in (select id from styles where deleted_at is null)",
		key: "style_id", add: "with s as (" + newStyle + ") insert into style_tags (tag_id, style_id) select 1, id from s"},
	"StylesOfBrand": {list: StylesOfBrand, parent: longBrand, rows: "style_brands where brand_id = 1 and style_id in (select id from styles where deleted_at is null)",
		key: "style_id", add: "with s as (" + newStyle + ") insert into style_brands (brand_id, style_id) select 1, id from s"},
	"StylesOfCollection": {list: StylesOfCollection, parent: longCollection, rows: "collection_styles where collection_id = 1 and style_id in (select id from styles where deleted_at is null)",
		key: "id", add: "with s as (" + newStyle + ") insert into collection_styles (collection_id, style_id, owner_id) select 1, id, 1 from s"},
	"CollectionsOfUser": {list: CollectionsOfUser, parent: star, rows: "collections where owner_id = 1", key: "id",
		add: `insert into collections (owner_id, name, is_private, is_default, style_count, created_at) values (1, 'c', false, false, 0, now())`},
	"CommentsOfStyle": {list: CommentsOfStyle, parent: firstStyle, rows: "comments where style_id = 1 << 20", key: "id",
		add: `insert into comments (style_id, author_id, body, mention_ids, is_item_info_request, created_at) values (1 << 20, 1, 'x', '{}', false, now())`},
	"LikersOfStyle": {list: LikersOfStyle, parent: firstStyle, rows: "likes where style_id = 1 << 20", key: "id",
		add: "with u as (" + newPerson + ") insert into likes (style_id, user_id) select 1 << 20, id from u"},
	"FollowersOfUser": {list: FollowersOfUser, parent: star, rows: "follows where followee_id = 1", key: "id",
		add: "with u as (" + newPerson + ") insert into follows (follower_id, followee_id, merged) select id, 1, false from u"},
	"FollowingOfUser": {list: FollowingOfUser, parent: star, rows: "follows where follower_id = 1", key: "id",
		add: "with u as (" + newPerson + ") insert into follows (follower_id, followee_id, merged) select 1, id, false from u"},
	"FollowRequestsOfUser": {list: FollowRequestsOfUser, viewer: closed, parent: closed, rows: "follow_requests where followee_id = 4", key: "id",
		add: "with u as (" + newPerson + ") insert into follow_requests (follower_id, followee_id) select id, 4 from u"},
	"BlockedByUser": {list: BlockedByUser, viewer: shy, parent: shy, rows: "blocks where blocker_id = 3", key: "id",
		add: "with u as (" + newPerson + ") insert into blocks (blocker_id, blocked_id) select 3, id from u"},
	"MutedByUser": {list: MutedByUser, viewer: sulky, parent: sulky, rows: "mutes where muter_id = 5", key: "id",
		add: "with u as (" + newPerson + ") insert into mutes (muter_id, muted_id) select 5, id from u"},
	"AllReports":  {list: AllReports, rows: "reports where true", key: "id", add: newReport},
	"OpenReports": {list: OpenReports, rows: "reports where state = 'OPEN'", key: "id", add: newReport},
	"ResolvedReports": {list: ResolvedReports, rows: "reports where state = 'RESOLVED'", key: "id",
		add: strings.Replace(newReport, "OPEN", "RESOLVED", 1)},
	"Questions":           {list: Questions, rows: "questions where true", key: "id", add: newQuestion},
	"UnansweredQuestions": {list: UnansweredQuestions, rows: "questions where answer_count = 0", key: "id", add: newQuestion},
	"AnswersOfQuestion": {list: AnswersOfQuestion, parent: firstQuestion, rows: "answers where question_id = 1 << 20", key: "id",
		add: `insert into answers (question_id, author_id, body, style_ids, created_at) values (1 << 20, 1, 'x', '{}', now())`},
	"FeedCandidates": {list: FeedCandidates, viewer: reader, parent: reader, rows: "feed_entries where reader_id = 2",
		key: "style_id", add: "with s as (" + newStyle + ") insert into feed_entries (reader_id, style_id, author_id) select 2, id, 1 from s"},
	"FeedOfUser": {list: FeedOfUser, viewer: reader, parent: reader, rows: "feed_entries where reader_id = 2 and style_id in (select id from styles where deleted_at is null)",
		key: "style_id", add: "with s as (" + newStyle + ") insert into feed_entries (reader_id, style_id, author_id) select 2, id, 1 from s"},
}

// longNotifications are no list of newList: their rows are read whole.
var longNotifications = longWalk{rows: "notifications where recipient_id = 2", key: "position",
	add: `insert into notifications (recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at)
		values (2, 'FOLLOWED', 'User', next_id(), '{1}', 1, next_id(), now())`,
	read: func(ctx context.Context, db *DB, p Page) []Entry {
		rows := must(db.Notifications(ctx, reader, p))
		entries := make([]Entry, len(rows))
		for i, n := range rows {
			entries[i] = Entry{Key: n.Position, ID: n.ID}
		}
		return entries
	}}

// page reads one page.
func (w longWalk) page(ctx context.Context, db *DB, p Page) []Entry {
	if w.read != nil {
		return w.read(ctx, db, p)
	}
	return must(db.Lists(ctx, w.list, w.viewer, []int64{w.parent}, p))[w.parent]
}

// TestEveryListIsWalked keeps the walks whole: a new list without one fails here.
func TestEveryListIsWalked(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			for i := 0; ok && i < len(spec.Values) && i < len(spec.Names); i++ {
				if call, ok := spec.Values[i].(*ast.CallExpr); ok {
					if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "newList" {
						found++
						if from, ok := call.Args[2].(*ast.BasicLit); ok && strings.Contains(from.Value, " join ") {
							t.Errorf("%s joins tables: look up in them with the last argument of newList, or pages are not read in constant time", spec.Names[i].Name)
						}
						if _, ok := longWalks[spec.Names[i].Name]; !ok {
							t.Errorf("nobody walks to the end of %s: add it to longWalks, and its rows to seeds", spec.Names[i].Name)
						}
					}
				}
			}
			return true
		})
	}
	if found != len(longWalks) {
		t.Errorf("%d lists, %d walks", found, len(longWalks))
	}
}

// TestLongLists walks to the end of each list of 100,000 entries while entries come and go, and finds a page near the end
// as near as the first one.
func TestLongLists(t *testing.T) { //nolint:tparallel // the lists stand in one database, with one connection whose blocks are counted
	t.Parallel()
	db := openLong(t)
	all := maps.Clone(longWalks)
	all["Notifications"] = longNotifications
	for name, w := range all {
		t.Run(name, func(t *testing.T) {
			w.constant(t, db, false)
			if name == "CommentsOfStyle" { // the one that the API walks in both directions
				w.constant(t, db, true)
				w.walk(t, db, MaxPageSize, false)
				w.walk(t, db, MaxPageSize, true)
			} else {
				w.walk(t, db, 20*MaxPageSize, false) // in longer pages than those of the API, for the sake of the suite's time
			}
		})
	}
}

// keys are all keys of the list, latest first.
func (w longWalk) keys(t *testing.T, db *DB, and string) []int64 {
	t.Helper()
	rows, err := db.Pool.Query(t.Context(), "select "+w.key+" from "+w.rows+and+" order by 1 desc")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	keys := make([]int64, 0, longList)
	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return keys
}

// leaving are the entries that may go while the list is walked: every tenth.
const leaving = " >> 20) % 10 = 7"

// walk reads the whole list in pages. Between any two of them an entry is put on top, and of those around the end of the
// page before, read and unread ones, some are taken away. Who stays is seen once, in order; nobody is seen twice.
func (w longWalk) walk(t *testing.T, db *DB, size int, backward bool) {
	t.Helper()
	stay := w.keys(t, db, " and not (("+w.key+leaving+")")
	remove := w.remove
	if remove == "" {
		table, condition, _ := strings.Cut(w.rows, " where ")
		remove = "delete from " + table + " where " + condition + " and " + w.key
	}
	remove += " between $1 and $2 and (" + w.key + leaving
	p := Page{Size: size, After: math.MaxInt64, Before: -1, Backward: backward}
	var got []int64
	for more := true; more; {
		entries := w.page(t.Context(), db, p)
		more = len(entries) > size
		for _, e := range entries[:min(size, len(entries))] {
			got = append(got, e.Key)
		}
		if len(got) == 0 {
			t.Fatal("the list is empty")
		}
		end := got[len(got)-1]
		if backward {
			p.Before = end
		} else {
			p.After = end
		}
		plainly(t, db, w.add)
		plainly(t, db, remove, end-200<<20, end+200<<20)
	}
	if backward {
		slices.Reverse(got)
	}
	for i := 1; i < len(got); i++ {
		if got[i] >= got[i-1] {
			t.Fatalf("backward %v: %d comes after %d", backward, got[i], got[i-1])
		}
	}
	staying := make(map[int64]struct{}, len(stay))
	for _, key := range stay {
		staying[key] = struct{}{}
	}
	seen := slices.DeleteFunc(got, func(key int64) bool { _, ok := staying[key]; return !ok })
	if !slices.Equal(seen, stay) {
		t.Errorf("backward %v: of %d who stayed %d came", backward, len(stay), len(seen))
	}
	if len(stay) < longList*8/10 {
		t.Errorf("only %d entries: this is no long list", len(stay))
	}
}

// constant has pages in the beginning, the middle and at the end of the list touch as many blocks of the database as each
// other, whether the statement was planned for their bounds or for any.
func (w longWalk) constant(t *testing.T, db *DB, backward bool) {
	t.Helper()
	keys := w.keys(t, db, "")
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		plainly(t, db, "set plan_cache_mode = "+mode)
		var first int64
		for _, i := range []int{0, len(keys) / 2, len(keys) - MaxPageSize} {
			p := Page{Size: MaxPageSize, After: keys[i] + 1, Before: -1}
			if backward {
				p = Page{Size: MaxPageSize, After: math.MaxInt64, Before: keys[len(keys)-1-i] - 1, Backward: true}
			}
			blocks := touched(t, db, func() {
				if n := len(w.page(t.Context(), db, p)); n < MaxPageSize {
					t.Errorf("%d entries", n)
				}
			})
			if i == 0 {
				first = blocks
			}
			if blocks > first*3/2+50 || blocks > 30*MaxPageSize {
				t.Errorf("%s, backward %v: %d blocks for the page at %d, %d for the first", mode, backward, blocks, i, first)
			}
		}
		t.Logf("%s, backward %v: %d blocks for %d entries", mode, backward, first, MaxPageSize)
	}
	plainly(t, db, "set plan_cache_mode = auto")
}

// touched is how many blocks of tables and indexes f has the database look at.
func touched(t *testing.T, db *DB, f func()) int64 {
	t.Helper()
	sum := func() int64 {
		plainly(t, db, `select pg_stat_force_next_flush()`)
		return one[int64](t, db, `select sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0))::bigint from pg_statio_user_tables`)
	}
	before := sum()
	f()
	return sum() - before
}
