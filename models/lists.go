package models

import (
	"context"
	"strings"
)

// Entry is one place in a list: the row ID stands at Key in the list of Parent. AuthorID says who made the row, in lists
// that know it at no cost; it is 0 in the others.
type Entry struct{ Parent, Key, ID, AuthorID int64 }

// List is a list that hangs on a parent row and is ordered by a descending key. Each reads the pages of many parents in
// one statement, and shows the viewer only what is visible.
type List struct{ *listStatements }

// listStatements are a list's, ascending and descending, by what else they read.
type listStatements struct{ desc, asc [3]string }

// Beside is what a statement reads of the viewer beside the entries of a list, which saves another trip to the database. It
// is never cached.
type Beside int

// A list without authors has nothing to tell of them.
const (
	BesideNothing Beside = iota
	BesideFollows        // whether the viewer follows the authors
	BesideFlags          // that, and what the viewer did with the styles
)

// The bounds of a page: $3 and $4 around the key, $5 entries; $1 is the viewer, whom the last line names for lists that do
// not, and p.id the parent. The placeholder {key} is the key's column.
const listFrame = `select p.id, x.key, x.id, x.author{beside} from unnest($2::bigint[]) as p(id) cross join lateral (
	select {key} as key, {id} as id, {author} as author from {from} where {where} and {key} < $3 and {key} > $4 order by {key} {order} limit $5) x
	where $1::bigint is not null`

// besideColumns are those of the entry x, by Beside.
var besideColumns = [3]string{
	BesideFollows: ", " + authorFollowsColumn,
	BesideFlags:   ", " + authorFollowsColumn + ", " + styleFlagsColumns,
}

// besideWidth is the number of columns, those of the entry included.
var besideWidth = [3]int{BesideNothing: 4, BesideFollows: 5, BesideFlags: 8}

const authorFollowsColumn = "exists(select from follows f where f.follower_id = $1 and f.followee_id = x.author offset 0)"

// newList makes a list of the rows of one table, of which an index must have {key} in order where {where} holds. Whether the
// viewer may see an entry is looked up with {shown}, "tables where condition", if that takes other tables.
func newList(key, id, author, from, where string, shown ...string) List {
	if len(shown) > 0 {
		where += " and " + lookUp(shown[0])
	}
	l := new(listStatements)
	for beside, columns := range besideColumns {
		fill := func(order string) string {
			// From and where may name the order themselves: it is filled in last.
			filled := strings.NewReplacer("{key}", key, "{id}", id, "{author}", author, "{from}", from, "{where}", where, "{beside}", columns).Replace(listFrame)
			return strings.NewReplacer("{order}", order, "{beyond}", beyond[order]).Replace(filled)
		}
		l.desc[beside], l.asc[beside] = fill("desc"), fill("asc")
	}
	return List{l}
}

// beyond is where a page ends that is full already of the entries e: nobody needs what lies behind it.
var beyond = map[string]string{
	"desc": "> (select case when count(*) < $5 then $4 else min(e.id) end from e)",
	"asc":  "< (select case when count(*) < $5 then $3 else max(e.id) end from e)",
}

// lookUp has PostgreSQL ask for each entry by itself, in the order of the list, so that it stops at the end of the page. A
// join it may begin with all that is joined: 400,000 blocks for a page of 100 out of 100,000. The offset is what keeps
// it from making a join of this.
func lookUp(shown string) string { return "exists (select from " + shown + " offset 0)" }

// styleLookUp looks the style up, and its author, whose alias is u, by themselves for the same reason.
func styleLookUp(style, rule string) string {
	return "styles s where s.id = " + style + " and " + lookUp("users u where u.id = s.author_id and "+rule)
}

// contentOfParentSQL is about the person who is the parent; it is asked once for each.
var contentOfParentSQL = lookUp("users o where o.id = p.id and " + strings.ReplaceAll(contentVisibleSQL, "u.", "o."))

// The lists of the API.
var (
	StylesOfUser = newList("s.id", "s.id", "s.author_id", "styles s", "s.author_id = p.id and s.deleted_at is null",
		"users u where u.id = s.author_id and "+styleVisibleSQL)
	StylesOfTag = newList("t.style_id", "t.style_id", "0", "style_tags t", "t.tag_id = p.id",
		styleLookUp("t.style_id", styleVisibleSQL))
	StylesOfBrand = newList("b.style_id", "b.style_id", "0", "style_brands b", "b.brand_id = p.id",
		styleLookUp("b.style_id", styleVisibleSQL))
	CommentsOfStyle = newList("c.id", "c.id", "c.author_id", "comments c", "c.style_id = p.id", "users u where u.id = c.author_id and "+userVisibleSQL)
	// Questions and UnansweredQuestions have no parent: ask for those of 0.
	Questions           = newList("q.id", "q.id", "q.author_id", "questions q", "true", "users u where u.id = q.author_id and "+questionVisibleSQL)
	UnansweredQuestions = newList("q.id", "q.id", "q.author_id", "questions q", "q.answer_count = 0", "users u where u.id = q.author_id and "+questionVisibleSQL)
	AnswersOfQuestion   = newList("a.id", "a.id", "a.author_id", "answers a", "a.question_id = p.id", "users u where u.id = a.author_id and "+answerVisibleSQL)
	LikersOfStyle       = newList("l.id", "l.user_id", "0", "likes l", "l.style_id = p.id", "users u where u.id = l.user_id and "+userVisibleSQL)
	FollowersOfUser     = newList("f.id", "f.follower_id", "0", "follows f", "f.followee_id = p.id and "+contentOfParentSQL,
		"users u where u.id = f.follower_id and "+userVisibleSQL)
	FollowingOfUser = newList("f.id", "f.followee_id", "0", "follows f", "f.follower_id = p.id and "+contentOfParentSQL,
		"users u where u.id = f.followee_id and "+userVisibleSQL)
	// CollectionsOfUser shows their owner the private ones, too.
	CollectionsOfUser  = newList("c.id", "c.id", "0", "collections c", "c.owner_id = p.id", "users u where u.id = c.owner_id and "+collectionVisibleSQL)
	StylesOfCollection = newList("k.id", "k.style_id", "0", "collection_styles k", "k.collection_id = p.id",
		styleLookUp("k.style_id", styleVisibleSQL))
	// FollowRequestsOfUser, BlockedByUser and MutedByUser are for the person alone. Who is blocked stands in a list of the
	// blocker's although they exist for each other nowhere else: there is no other way to unblock them.
	FollowRequestsOfUser = newList("r.id", "r.follower_id", "0", "follow_requests r", "r.followee_id = p.id",
		"users u where u.id = r.follower_id and "+userVisibleSQL)
	BlockedByUser = newList("b.id", "b.blocked_id", "0", "blocks b", "b.blocker_id = p.id", "users u where u.id = b.blocked_id and "+activeSQL)
	MutedByUser   = newList("m.id", "m.muted_id", "0", "mutes m", "m.muter_id = p.id", "users u where u.id = m.muted_id and "+userVisibleSQL)
	// RisingStyles has no parent: ask for that of 0.
	RisingStyles = newList("s.hot", "s.id", "s.author_id", "styles s", "s.state = 'PUBLISHED' and s.deleted_at is null",
		"users u where u.id = s.author_id and not u.is_private and "+userVisibleSQL)
	// FeedCandidates is FeedOfUser without the rule: a page of which all is visible is the page of FeedOfUser, at a third of
	// the cost. Muted people are left out of both, because somebody may mute many whom they follow.
	FeedCandidates = newList("f.id", "f.id", "f.author_id", `(
		with e as materialized (
			select e.style_id as id, e.author_id from feed_entries e where e.reader_id = p.id and e.style_id < $3 and e.style_id > $4
				and not exists (select from mutes k where k.muter_id = $1 and k.muted_id = e.author_id offset 0)
			order by e.style_id {order} limit $5)
		select * from e
		union
		(select m.id, w.followee_id from follows w cross join lateral (
				select s.id from styles s where s.author_id = w.followee_id and s.state = 'PUBLISHED' and s.deleted_at is null
					and s.id < $3 and s.id > $4 and s.id {beyond} order by s.id {order} limit $5) m
			where w.follower_id = p.id and w.merged
				and not exists (select from mutes k where k.muter_id = $1 and k.muted_id = w.followee_id offset 0)
			order by m.id {order} limit $5)) f`, "true")
	// FeedOfUser takes what was fanned out, and merges in the styles of the accounts that are too big for that.
	// Who is muted stays in it, and is left out when it is read.
	FeedOfUser = newList("f.id", "f.id", "f.author_id", `(
		with e as materialized (
			select e.style_id as id, e.author_id from feed_entries e where e.reader_id = p.id and e.style_id < $3 and e.style_id > $4 and `+
		lookUp(styleLookUp("e.style_id", "s.state = 'PUBLISHED' and "+styleVisibleSQL+" and "+notMutedSQL))+`
			order by e.style_id {order} limit $5)
		select * from e
		union
		(select m.id, w.followee_id from follows w cross join lateral (
				select s.id from styles s where s.author_id = w.followee_id and s.state = 'PUBLISHED' and s.deleted_at is null
					and s.id < $3 and s.id > $4 and s.id {beyond} and `+lookUp("users u where u.id = s.author_id and "+styleVisibleSQL+" and "+notMutedSQL)+`
				order by s.id {order} limit $5) m
			where w.follower_id = p.id and w.merged order by m.id {order} limit $5)) f`, "true")
)

// Lists reads one page of the list for each parent, for the viewer (0 for nobody); a page has up to p.Limit() entries,
// in the direction of p.Order().
func (db *DB) Lists(ctx context.Context, list List, viewerID int64, parents []int64, p Page) (map[int64][]Entry, error) {
	pages := make(map[int64][]Entry, len(parents))
	b := new(Batch)
	b.List(list, BesideNothing, viewerID, parents, p, func(e Entry, _ bool, _ StyleFlags) { pages[e.Parent] = append(pages[e.Parent], e) })
	return pages, db.Read(ctx, b)
}

func (l List) statement(p Page, beside Beside) string {
	if p.Backward {
		return l.asc[beside]
	}
	return l.desc[beside]
}
