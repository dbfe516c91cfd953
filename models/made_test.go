package models_test

import (
	"testing"
	"time"

	"styleshare/bench/made"
	"styleshare/internal/testkit"
	"styleshare/models"
)

// The data that benchmarks are run on is made by SQL: it must be such as the verbs would have left.
func TestMadeDataIsWhatVerbsWouldLeave(t *testing.T) {
	t.Parallel()
	address := testkit.Database(t)
	size := made.Size{Name: "test", People: 6000, Active: 2000, Styles: 3000, Follows: 30, Likes: 10_000, Comments: 5000, Viewers: 50, MergedFrom: 800}
	if err := made.Fill(t.Context(), address, size, t.Output()); err != nil {
		t.Fatal(err)
	}
	db, err := models.Open(address, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if wrong := models.Miscounted(t, db); len(wrong) > 0 {
		t.Errorf("not what the rows say: %q", wrong)
	}
	checkNothingDrifts(t, db)
	checkReferences(t, db)
	checkDocuments(t, db)
	for name, query := range map[string]string{
		"an index is missing":                `select 1 where (select count(*) from pg_indexes where schemaname = 'public') < 60`,
		"a feed is empty":                    `select 1 from bench.viewers v where not exists (select from feed_entries e where e.reader_id = v.user_id)`,
		"a feed is too long":                 `select reader_id from feed_entries group by 1 having count(*) > 1000`,
		"a feed has what is merged":          `select 1 from feed_entries e join users u on u.id = e.author_id where u.feed_merged`,
		"a feed has what is not followed":    `select 1 from feed_entries e where not exists (select from follows f where f.follower_id = e.reader_id and f.followee_id = e.author_id)`,
		"nobody is merged":                   `select 1 where not exists (select from follows f join bench.viewers v on v.user_id = f.follower_id where merged)`,
		"merged by mistake":                  `select 1 from follows f join users u on u.id = f.followee_id where f.merged <> u.feed_merged`,
		"a reader follows more or fewer":     `select 1 from bench.readers r join users u on u.id = r.user_id where u.following_count <> r.followees`,
		"somebody sampled meets an outsider": `select 1 from feed_entries e join users u on u.id = e.author_id where u.is_private`,
		"nobody likes what they see":         `select 1 where not exists (select from likes l join feed_entries e on (e.reader_id, e.style_id) = (l.user_id, l.style_id))`,
	} {
		var rows []int64
		if err := db.NewRaw(query).Scan(t.Context(), &rows); err != nil || len(rows) > 0 {
			t.Errorf("%s: %d times, %v", name, len(rows), err)
		}
	}
}

// checkNothingDrifts has the nightly comparison look at all of it but the feeds, of which only some are made.
func checkNothingDrifts(t *testing.T, db *models.DB) {
	t.Helper()
	for _, part := range models.Parts() {
		if part == models.PartFeeds {
			continue
		}
		begun, rows := time.Now(), int64(0)
		for after := int64(0); ; {
			looked, err := db.LookAt(t.Context(), part, after, models.FeedLimits{Cap: 1000, FanOutBelow: 800}, false)
			if err != nil || len(looked.Findings) > 0 {
				t.Fatal(part, looked.Findings, err)
			}
			rows += looked.Rows
			if after = looked.Next; after == 0 {
				break
			}
		}
		t.Logf("%s: %d rows compared in %s", part, rows, time.Since(begun).Round(time.Millisecond))
	}
}

// checkReferences checks the foreign keys again, which were off.
func checkReferences(t *testing.T, db *models.DB) {
	t.Helper()
	var checks []string
	err := db.NewRaw(`select format('alter table %s drop constraint %I, add %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`).Scan(t.Context(), &checks)
	if err != nil || len(checks) == 0 {
		t.Fatal(len(checks), err)
	}
	for _, check := range checks {
		if _, err := db.ExecContext(t.Context(), check); err != nil {
			t.Errorf("%s: %v", check, err)
		}
	}
}

// checkDocuments has the product compute again what search finds, which was computed once for all styles that say the same.
func checkDocuments(t *testing.T, db *models.DB) {
	t.Helper()
	for _, statement := range []string{
		`create table before as select * from search_styles union all select * from search_users`,
		`update search_styles set stamp = '', tokens = '{}'`, `update search_users set stamp = '', tokens = '{}' where id % 10 = 0`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := db.IndexStale(t.Context()); err != nil || n < 2000 {
		t.Fatal(n, err)
	}
	var wrong []int64
	err := db.NewRaw(`select id from before b join (select * from search_styles union all select * from search_users) a using (id)
		where (a.body, a.tokens, a.stamp) <> (b.body, b.tokens, b.stamp)`).Scan(t.Context(), &wrong)
	if err != nil || len(wrong) > 0 {
		t.Errorf("%d documents differ, %v", len(wrong), err)
	}
}
