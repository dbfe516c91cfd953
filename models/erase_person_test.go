package models

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// auditLog keeps numbers of people for good: who moderated whom must not be lost with them, and a number alone says
// nothing about anybody.
const auditLog = "moderation_log"

// holders are the columns, as table.column, that hold an id anywhere. Ids are of one sequence: a person's is nothing else's.
func holders(t testing.TB, db *DB, id int64) []string {
	t.Helper()
	var columns []struct{ Table, Column, Type string }
	err := db.NewRaw(`select c.table_name as "table", c.column_name as "column", c.udt_name as type from information_schema.columns c
		join information_schema.tables t using (table_schema, table_name)
		where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.udt_name in ('int8', '_int8', 'jsonb', 'json')
			and c.table_name <> '`+auditLog+`' order by 1, 2`).Scan(t.Context(), &columns)
	if err != nil {
		t.Fatal(err)
	}
	held := []string{}
	for _, c := range columns {
		condition := fmt.Sprintf(`%q = ?`, c.Column)
		switch c.Type {
		case "_int8":
			condition = fmt.Sprintf(`? = any(%q)`, c.Column)
		case "json", "jsonb":
			condition = fmt.Sprintf(`%q::text ~ ('(^|[^0-9])' || ? || '([^0-9]|$)')`, c.Column)
		}
		if one[bool](t, db, fmt.Sprintf(`select exists (select from %q where %s)`, c.Table, condition), id) {
			held = append(held, c.Table+"."+c.Column)
		}
	}
	return held
}

// personal are the columns that name people: those with a foreign key, and those that have the name of one that has.
func personal(t testing.TB, db *DB) []string {
	t.Helper()
	var all []string
	err := db.NewRaw(`with keys as (select c.conrelid::regclass::text as "table", a.attname as "column"
			from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
			where c.contype = 'f' and c.confrelid = 'users'::regclass)
		select distinct c.table_name || '.' || c.column_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
		where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name <> '`+auditLog+`' and (exists (select from keys k where k."column" = c.column_name and (k."column" <> 'id' or k."table" = c.table_name))
			or exists (select from keys k where k."column" || 's' = c.column_name) or c.column_name in ('reader_id', 'mention_ids')) order by 1`).Scan(t.Context(), &all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// life has somebody do everything that leaves a trace, among others who do the same to them.
func life(t testing.TB, db *DB) (who int64, others []int64) {
	t.Helper()
	mina := signUp(t, db, "mina")
	who, others = mina.UserID, people(t, db, 2)
	for _, pair := range [][2]int64{{who, others[0]}, {others[0], who}, {others[1], who}, {others[1], others[0]}} {
		meet(t, db, pair[0], pair[1])
	}
	must(db.SignInWithIdentity(t.Context(), Attempt{}, idToken("other", "other@example.com", true)))
	exec(t, db, `insert into identities (issuer, subject, user_id, created_at) values (?, 'mina', ?, now())`, issuer, who)
	mailedToken(t, db, who, VerifyEmailToken, VerifyEmailTTL)
	avatar := readyPhoto(t, db, who)
	if err := db.UpdateProfile(t.Context(), keyed(t, who, "updateProfile", "k", nil), ProfileChange{AvatarPhotoID: &avatar}); err != nil {
		t.Fatal(err)
	}
	photoIn(t, db, who, PhotoAwaitingUpload)
	must(db.RegisterDevice(t.Context(), by(who), IOS, strings.Repeat("0a", 32), "phone"))
	exec(t, db, `insert into notification_preferences (user_id, kind, channels) values (?, 'FOLLOWED', '{}')`, who)
	exec(t, db, `insert into digests (user_id, week, created_at) values (?, '2026-11-23', now())`, who)
	exec(t, db, `insert into roles (user_id, role, granted_at) values (?, 'MODERATOR', now())`, who)
	for _, report := range [][3]int64{{who, others[0], others[1]}, {others[0], who, others[1]}, {others[0], others[1], who}} {
		exec(t, db, `insert into reports (reporter_id, subject_kind, subject_id, author_id, reason, detail, state, created_at, resolution, resolved_by_id, resolved_at)
			values (?0, 'User', ?1, ?1, 'SPAM', '', 'RESOLVED', now(), 'DISMISS', ?2, now())`, report[0], report[1], report[2])
	}
	exec(t, db, `insert into exports (user_id, object_token, created_at) values (?, 'x', now())`, who)
	// Who is private is asked to be let in.
	if err := db.UpdateProfile(t.Context(), by(who), ProfileChange{IsPrivate: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	settle(t, db, who)
	follow(t, db, person(t, db), who)
	runNotifyJobs(t, db)
	exec(t, db, `update outbox set dead_at = now() where kind = 'notify'`)
	return who, others
}

// meet has a do to b what leaves a trace of both.
func meet(t testing.TB, db *DB, a, b int64) {
	t.Helper()
	follow(t, db, a, b)
	style := publishedWith(t, db, b, "#coat "+mention(t, db, a), ItemInput{Name: "coat", Brand: ptr("Maison")})
	must(db.FanOutStyle(t.Context(), style, FeedLimits{Cap: 100, FanOutBelow: 100}))
	must(db.LikeStyle(t.Context(), by(a), style))
	comment := must(db.AddComment(t.Context(), by(a), style, "nice "+mention(t, db, b), 0))
	must(db.AddComment(t.Context(), by(b), style, "thanks "+mention(t, db, a), comment.CommentID))
	must(db.RequestItemInfo(t.Context(), by(a), style, whole))
	for range 2 {
		must(db.CollectStyle(t.Context(), by(a), style, collection(t, db, a, false)))
	}
	must(db.PublishStyle(t.Context(), by(a), StyleInput{Caption: "#coat", PhotoIDs: []int64{photoIn(t, db, a, PhotoProcessing)}}))
	deleted := published(t, db, a, "#gone")
	must(db.DeleteStyle(t.Context(), by(a), deleted))
	question := must(db.AskQuestion(t.Context(), by(a), QuestionInput{Body: "which shoes?", PhotoIDs: []int64{readyPhoto(t, db, a)}, StyleID: style}))
	answer := must(db.AnswerQuestion(t.Context(), by(b), question, "these", []int64{style}))
	must(db.AcceptAnswer(t.Context(), by(a), answer))
	must(db.AnswerQuestion(t.Context(), by(a), question, "or these", nil))
	strangers := people(t, db, 4)
	for _, blocked := range [][2]int64{{a, strangers[0]}, {strangers[1], a}} {
		must(db.Block(t.Context(), by(blocked[0]), blocked[1]))
	}
	for _, muted := range [][2]int64{{a, strangers[2]}, {strangers[2], a}} {
		must(db.Mute(t.Context(), by(muted[0]), muted[1]))
	}
	if err := db.UpdateProfile(t.Context(), by(strangers[3]), ProfileChange{IsPrivate: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	follow(t, db, a, strangers[3])
}

// longGone has somebody have left long enough ago.
func longGone(t testing.TB, db *DB, who int64) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.leave(ctx, who) })
	settle(t, db, who)
	exec(t, db, `update users set deleted_at = ? where id = ?`, db.Now().Add(-LeaveTTL), who)
	exec(t, db, `delete from outbox where kind in ('person.erase', 'person.settle', 'mail', 'event')`) // done, and cleaned up
}

// erasePerson does what package jobs does.
func erasePerson(t testing.TB, db *DB, who int64) {
	t.Helper()
	if !must(db.BeginErasing(t.Context(), who)) {
		t.Fatal("not due")
	}
	if err := db.EraseTraces(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.ErasePerson(ctx, who) })
}

// A table that refers to people and is not erased fails here, and one of which this test knows nothing, too.
func TestNothingIsLeftOfWhoeverIsErased(t *testing.T) {
	t.Parallel()
	db := open(t)
	who, others := life(t, db)
	held := holders(t, db, who)
	for _, column := range personal(t, db) {
		if !slices.Contains(held, column) {
			t.Errorf("nobody in this test leaves a trace in %s: have life or meet do it, and look whether its counters need a step in erase_steps.go", column)
		}
	}
	longGone(t, db, who)
	erasePerson(t, db, who)
	if left := holders(t, db, who); len(left) > 0 {
		t.Errorf("left in %q", left)
	}
	if n := one[int](t, db, `select count(*) from users where id in (?, ?)`, others[0], others[1]); n != 2 {
		t.Error("others are gone")
	}
	checkCounters(t, db)
	checkAfterErasing(t, db)
	in := signUpInput("mina") // the name and the address are free
	must(db.SignUp(t.Context(), in))
}

// checkAfterErasing looks at what others see.
func checkAfterErasing(t testing.TB, db *DB) {
	t.Helper()
	if wrong := misfolded(t, db); len(wrong) > 0 {
		t.Errorf("folds and actors: %q", wrong)
	}
	if n := one[int](t, db, `select count(*) from outbox where kind = ?`, JobErasePhoto); n == 0 {
		t.Error("no objects are erased")
	}
	for what, query := range map[string]string{
		"feed entries of styles that are gone": `select count(*) from feed_entries where style_id not in (select id from styles)`,
		"likes of others":                      `select case when exists (select from likes) then 0 else 1 end`,
		"replies of others":                    `select case when exists (select from comments where reply_to_author_id is not null) then 0 else 1 end`,
	} {
		if n := one[int](t, db, query); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
}

// A worker that is killed again and again gets there in the end.
func TestErasingIsResumed(t *testing.T) {
	t.Parallel()
	db := open(t)
	who, _ := life(t, db)
	longGone(t, db, who)
	var cancel context.CancelFunc
	commits, interrupted := 0, 0
	db.OnCommit(func(context.Context, Changes) {
		if commits--; commits == 0 {
			cancel()
		}
	})
	for n := 1; ; n++ {
		var ctx context.Context
		ctx, cancel = context.WithCancel(t.Context())
		commits = 1 + n%3
		due, err := db.BeginErasing(ctx, who)
		if err == nil && due {
			err = db.EraseTraces(ctx, who)
		}
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || n > 200 {
			t.Fatalf("after %d attempts: %v", n, err)
		}
		interrupted++
	}
	if interrupted < 5 {
		t.Errorf("interrupted %d times: the test shows nothing", interrupted)
	}
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.ErasePerson(ctx, who) })
	if left := holders(t, db, who); len(left) > 0 {
		t.Errorf("left in %q", left)
	}
	checkCounters(t, db)
	checkAfterErasing(t, db)
	if must(db.BeginErasing(t.Context(), who)) {
		t.Error("there is somebody to erase once more")
	}
}

// Others like, follow, comment and collect while somebody is erased; the counters are right afterwards.
func TestErasingWhileOthersGoOn(t *testing.T) {
	t.Parallel()
	db := open(t)
	c := newCommunity(t, db, 4)
	for range 250 {
		c.act(rand.IntN(len(verbs)), rand.IntN)
	}
	who := c.people[0]
	longGone(t, db, who)
	c.people = c.people[1:]
	atOnce(4, func(i int) error {
		if i == 0 {
			erasePerson(t, db, who)
			return nil
		}
		for range 40 {
			c.act(rand.IntN(len(verbs)), rand.IntN)
		}
		return nil
	})
	c.calmDown()
	checkCounters(t, db)
	if n := one[int](t, db, `select count(*) from users where id = ?`, who); n != 0 {
		t.Error("not erased")
	}
}
