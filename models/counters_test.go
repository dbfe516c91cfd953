package models

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wrongCounters finds, by name, rows that do not say what the rows they count say.
var wrongCounters = map[string]string{
	"users.style_count": `select 1 from users u where style_count <>
		(select count(*) from styles s where s.author_id = u.id and s.state = 'PUBLISHED' and s.deleted_at is null)`,
	"users.follower_count":  `select 1 from users u where follower_count <> (select count(*) from follows f where f.followee_id = u.id)`,
	"users.following_count": `select 1 from users u where following_count <> (select count(*) from follows f where f.follower_id = u.id)`,
	"styles.like_count":     `select 1 from styles s where like_count <> (select count(*) from likes l where l.style_id = s.id)`,
	"styles.comment_count":  `select 1 from styles s where comment_count <> (select count(*) from comments c where c.style_id = s.id)`,
	"styles.item_info_request_count": `select 1 from styles s where item_info_request_count <>
		(select count(*) from item_info_requests r where r.style_id = s.id)`,
	"tags.style_count":           `select 1 from tags t where style_count <> (select count(*) from style_tags l where l.tag_id = t.id and l.is_counted)`,
	"brands.style_count":         `select 1 from brands b where style_count <> (select count(*) from style_brands l where l.brand_id = b.id and l.is_counted)`,
	"style_tags.is_counted":      `select 1 from style_tags l join styles s on s.id = l.style_id join users u on u.id = s.author_id where l.is_counted <> ` + publicSQL,
	"style_brands.is_counted":    `select 1 from style_brands l join styles s on s.id = l.style_id join users u on u.id = s.author_id where l.is_counted <> ` + publicSQL,
	"missing style_tags":         shownTags + ` except select style_id, tag_id from style_tags`,
	"useless style_tags":         `select style_id, tag_id from style_tags except ` + shownTags,
	"missing style_brands":       shownBrands + ` except select style_id, brand_id from style_brands`,
	"useless style_brands":       `select style_id, brand_id from style_brands except ` + shownBrands,
	"styles.collect_count":       `select 1 from styles s where collect_count <> (select count(distinct owner_id) from collection_styles k where k.style_id = s.id)`,
	"collections.style_count":    `select 1 from collections c where style_count <> (select count(*) from collection_styles k where k.collection_id = c.id)`,
	"collection_styles.owner_id": `select 1 from collection_styles k join collections c on c.id = k.collection_id where k.owner_id <> c.owner_id`,
	"styles.item_ids": `select 1 from styles s where array(select unnest(item_ids) order by 1)
		<> array(select id from item_tags i where i.style_id = s.id order by id)`,
	"styles.brand_ids": `select 1 from styles s where array(select unnest(brand_ids) order by 1)
		<> array(select distinct brand_id from item_tags i where i.style_id = s.id and brand_id is not null order by 1)`,
	"styles.photo_ids": `select 1 from styles s where deleted_at is null and array(select unnest(photo_ids) order by 1)
		<> array(select id from photos p where p.style_id = s.id order by id)`,
	"styles waiting for nothing": `select 1 from styles s where s.state = 'PROCESSING' and s.deleted_at is null
		and not exists (select from photos p where p.id = any(s.photo_ids) and p.state <> 'READY')`,
	"questions.answer_count": `select 1 from questions q where answer_count <>
		(select count(*) from answers a where a.question_id = q.id and a.removed_at is null)`,
	"questions.accepted_answer_id": `select 1 from questions q join answers a on a.id = q.accepted_answer_id
		where a.question_id <> q.id or a.removed_at is not null`,
	"questions.photo_ids": `select 1 from questions q where array(select unnest(photo_ids) order by 1)
		<> array(select id from photos p where p.question_id = q.id order by id)`,
	"questions waiting for nothing": `select 1 from questions q where q.published_at is null
		and not exists (select from photos p where p.id = any(q.photo_ids) and p.state <> 'READY')`,
	"stale search_styles": `select 1 from styles r left join search_styles d on d.id = r.id
		where r.state = 'PUBLISHED' and r.deleted_at is null and d.stamp is distinct from ` + searchStyles.stampSQL(),
	"missing search_tags":         `select 1 from tags r where not exists (select from search_tags d where d.id = r.id)`,
	"missing search_brands":       `select 1 from brands r where not exists (select from search_brands d where d.id = r.id)`,
	"photos used twice":           `select 1 from photos p where style_id is not null and question_id is not null`,
	"follows.merged":              `select 1 from follows f join users u on u.id = f.followee_id where f.merged and not u.feed_merged`,
	"follows of the blocked":      `select 1 from follows f join blocks b on (b.blocker_id, b.blocked_id) in ((f.follower_id, f.followee_id), (f.followee_id, f.follower_id))`,
	"requests of the blocked":     `select 1 from follow_requests f join blocks b on (b.blocker_id, b.blocked_id) in ((f.follower_id, f.followee_id), (f.followee_id, f.follower_id))`,
	"feeds of the blocked":        `select 1 from feed_entries f join blocks b on (b.blocker_id, b.blocked_id) in ((f.reader_id, f.author_id), (f.author_id, f.reader_id))`,
	"mutual blocks":               `select 1 from blocks a join blocks b on a.blocker_id = b.blocked_id and a.blocked_id = b.blocker_id`,
	"requests to public accounts": `select 1 from follow_requests r join users u on u.id = r.followee_id where ` + publicSQL,
	"follows and requests":        `select 1 from follow_requests r join follows f using (follower_id, followee_id)`,
	"notification_actors.is_hidden": `select 1 from notification_actors a join notifications n on n.id = a.notification_id join users u on u.id = a.actor_id
		where a.is_hidden = ` + forViewer(heardSQL, "n.recipient_id"),
	"notifications.actor_count": `select 1 from notifications n where actor_count <> (select count(*) from notification_actors a where a.notification_id = n.id and not a.is_hidden)`,
}

const (
	shownTags   = `select s.id, unnest(s.tag_ids) from styles s where s.state = 'PUBLISHED' and s.deleted_at is null`
	shownBrands = `select s.id, unnest(s.brand_ids) from styles s where s.state = 'PUBLISHED' and s.deleted_at is null`
)

// miscounted names the counters that are not what the rows say.
func miscounted(t testing.TB, db *DB) (wrong []string) {
	t.Helper()
	var parts []string
	for name, query := range wrongCounters {
		parts = append(parts, `select '`+name+`' where exists (`+query+`)`)
	}
	if err := db.NewRaw(strings.Join(parts, " union all ")).Scan(t.Context(), &wrong); err != nil {
		t.Fatal(err)
	}
	return wrong
}

func checkCounters(t testing.TB, db *DB) {
	t.Helper()
	if wrong := miscounted(t, db); len(wrong) > 0 {
		t.Errorf("not what the rows say: %q", wrong)
	}
}

func TestCountersAfterAnything(t *testing.T) {
	t.Parallel()
	db := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		c := newCommunity(t, db, 3)
		draw := func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "choice") }
		c.act(0, draw) // something to act on
		for range rapid.IntRange(5, 15).Draw(rt, "length") {
			verb := rapid.IntRange(0, len(verbs)-1).Draw(rt, "verb")
			rt.Log(verbs[verb].name)
			c.act(verb, draw)
		}
		c.calmDown()
		if wrong := miscounted(t, db); len(wrong) > 0 {
			rt.Fatalf("not what the rows say: %q", wrong)
		}
	})
}

func TestCountersAfterEverythingAtOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	c := newCommunity(t, db, 5)
	const members, acts = 8, 60
	atOnce(members, func(i int) error {
		random := rand.New(rand.NewPCG(uint64(i), 1))
		for range acts {
			c.act(random.IntN(len(verbs)), random.IntN)
		}
		return nil
	})
	c.calmDown()
	checkCounters(t, db)
	if found := lookEverywhere(t, db, false); found != nil {
		t.Errorf("found where nothing is wrong: %q", found)
	}
	if len(c.styles) == 0 || len(c.comments) == 0 || len(c.collections) == 0 {
		t.Error("nothing happened")
	}
}
