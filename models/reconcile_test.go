package models

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// lookEverywhere walks through all parts and gives what is not as the rows say.
func lookEverywhere(t testing.TB, db *DB, mend bool) (found []string) {
	t.Helper()
	for _, part := range Parts() {
		for after := int64(0); ; {
			looked := must(db.LookAt(t.Context(), part, after, wideFeed, mend))
			for _, f := range looked.Findings {
				found = append(found, f.Part+": "+f.What)
			}
			if after = looked.Next; after == 0 {
				break
			}
		}
	}
	return found
}

// drifted is a community of which some counters, feeds and photos are not as the rows say, and what will be found.
func drifted(t testing.TB, db *DB) (styleID int64, fans []int64, want []string) {
	t.Helper()
	author, stranger := person(t, db), person(t, db)
	fans = people(t, db, 3)
	old := published(t, db, author, "before anybody follows #ootd")
	for _, fan := range fans {
		follow(t, db, fan, author)
	}
	style := published(t, db, author, "look #ootd")
	fanOut(t, db, style, wideFeed)
	foreign, gone := published(t, db, stranger, ""), published(t, db, author, "")
	fanOut(t, db, gone, wideFeed)
	must(db.LikeStyle(t.Context(), by(fans[0]), style))
	stuck, dead, waiting := photoIn(t, db, author, PhotoProcessing), photoIn(t, db, author, PhotoProcessing), photoIn(t, db, author, PhotoProcessing)
	exec(t, db, `update outbox set done_at = now()`)
	if found := lookEverywhere(t, db, false); found != nil {
		t.Errorf("found where nothing is wrong: %q", found)
	}

	exec(t, db, `update styles set deleted_at = ? where id = ?`, db.Now().Add(-3*time.Hour), gone)
	exec(t, db, `update users set style_count = style_count - 1 where id = ?`, author)
	exec(t, db, `update styles set like_count = 7 where id = ?`, style)
	exec(t, db, `update styles set comment_count = 1 where id = ?`, old)
	exec(t, db, `update users set follower_count = 0 where id = ?`, author)
	exec(t, db, `update tags set style_count = style_count + 5`)
	exec(t, db, `delete from feed_entries where style_id = ? and reader_id = ?`, style, fans[1])
	exec(t, db, `insert into feed_entries (reader_id, style_id, author_id) values (?, ?, ?)`, fans[2], foreign, stranger)
	exec(t, db, `delete from feed_entries where style_id = ? and reader_id <> ?`, gone, fans[2])
	exec(t, db, `update photos set completed_at = ? where id in (?, ?, ?)`, db.Now().Add(-2*time.Hour), stuck, dead, waiting)
	for id, column := range map[int64]string{dead: "dead_at", waiting: "enqueued_at"} {
		exec(t, db, `insert into outbox (kind, payload, created_at, available_at, generation, attempts, `+column+`)
			values ('photo.process', jsonb_build_object('photoId', ?::bigint), now(), now(), 0, 0, now())`, id)
	}
	tag := one[int64](t, db, `select id from tags`)
	return style, fans, []string{
		fmt.Sprintf("users: users.follower_count of %d is 0, the rows say 3", author),
		fmt.Sprintf("styles: styles.like_count of %d is 7, the rows say 1", style),
		fmt.Sprintf("styles: styles.comment_count of %d is 1, the rows say 0", old),
		fmt.Sprintf("tags: tags.style_count of %d is 7, the rows say 2", tag),
		fmt.Sprintf("photos: photo %d is in work, and no job works on it", stuck),
		fmt.Sprintf("feeds: style %d in the feed of %d: missing", style, fans[1]),
		fmt.Sprintf("feeds: style %d in the feed of %d: not followed", foreign, fans[2]),
		fmt.Sprintf("feeds: style %d in the feed of %d: removed", gone, fans[2]),
	}
}

func sameWords(t testing.TB, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("found %q\nwant %q", got, want)
	}
}

func TestDriftIsFoundAndMended(t *testing.T) {
	t.Parallel()
	db := open(t)
	style, fans, want := drifted(t, db)
	sameWords(t, lookEverywhere(t, db, false), want)
	sameWords(t, lookEverywhere(t, db, false), want) // looking has changed nothing
	var sampled []string
	for _, part := range Parts() {
		found, rows, err := db.Sample(t.Context(), part, 500, wideFeed)
		if err != nil || rows == 0 && part != "collections" && part != "questions" && part != "brands" {
			t.Errorf("%s: %d rows, %v", part, rows, err)
		}
		for _, f := range found {
			sampled = append(sampled, f.Part+": "+f.What)
		}
	}
	sameWords(t, sampled, want)

	var changed Changes
	db.OnCommit(func(_ context.Context, c Changes) {
		changed.Styles, changed.Users, changed.Tags = append(changed.Styles, c.Styles...), append(changed.Users, c.Users...), append(changed.Tags, c.Tags...)
	})
	sameWords(t, lookEverywhere(t, db, true), want)
	if !slices.Contains(changed.Styles, style) || len(changed.Users) == 0 || len(changed.Tags) != 1 {
		t.Errorf("the caches hear of %+v", changed)
	}
	if found := lookEverywhere(t, db, false); found != nil {
		t.Errorf("after that: %q", found)
	}
	checkCounters(t, db)
	wantFeed(t, db, fans[1], feed(t, db, fans[0])...)
	if n := jobs(t, db, JobProcessPhoto); n != 3 {
		t.Errorf("%d jobs for photos", n)
	}
}

// Whoever likes while counters are mended is counted.
func TestMendingLosesNoLikes(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, fans := person(t, db), people(t, db, 6)
	style := published(t, db, author, "")
	done, mending := make(chan struct{}), sync.WaitGroup{}
	mended := 0
	mending.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if _, err := db.Pool.Exec(context.Background(), `update styles set like_count = like_count + 3 where id = $1`, style); err != nil {
				t.Error(err)
			}
			looked, err := db.LookAt(context.Background(), "styles", 0, wideFeed, true)
			if err != nil {
				t.Error(err)
			}
			mended += len(looked.Findings)
		}
	})
	for _, err := range atOnce(len(fans), func(i int) error {
		for round := range 15 {
			if _, err := db.LikeStyle(t.Context(), by(fans[i]), style); err != nil {
				return err
			}
			if round == 14 && i%2 == 0 {
				break // these like it in the end
			}
			if _, err := db.UnlikeStyle(t.Context(), by(fans[i]), style); err != nil {
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	close(done)
	mending.Wait()
	if s := styleOf(t, db, style); s.LikeCount != 3 || mended == 0 {
		t.Errorf("%d likes, mended %d times", s.LikeCount, mended)
	}
	checkCounters(t, db)
}

// A night that is too short is gone on with in the next one.
func TestReconcileGoesOn(t *testing.T) {
	t.Parallel()
	db := open(t)
	_, _, want := drifted(t, db)
	var found []string
	nights := 0
	for ; nights < 100; nights++ {
		ticks := time.Duration(0)
		now := time.Now().Add(time.Duration(nights) * time.Hour).UTC()
		db.Now = func() time.Time { ticks += time.Minute; return now.Add(ticks) } // each look at the clock is a minute later
		if err := db.Reconcile(t.Context(), wideFeed, 6*time.Minute, func(f Finding) { found = append(found, f.Part+": "+f.What) }); err != nil {
			t.Fatal(err)
		}
		if one[int](t, db, `select count(*) from reconciliations where ended_at is not null`) == len(Parts()) {
			break
		}
	}
	db.Now = time.Now
	if nights == 0 || nights == 100 {
		t.Errorf("%d nights", nights)
	}
	sameWords(t, found, want)
	if found := lookEverywhere(t, db, false); found != nil {
		t.Errorf("after that: %q", found)
	}
	if walks := must(db.Walks(t.Context())); len(walks) != len(Parts()) || walks[0].AfterID != 0 {
		t.Errorf("%+v", walks)
	}
}
