package models

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Entry is one place in a list: the row ID stands at Key in the list of Parent.
type Entry struct{ Parent, Key, ID int64 }

// List is a list that hangs on a parent row and is ordered by a descending key. Each reads the pages of many parents in
// one statement, and shows the viewer only what is visible.
type List struct{ desc, asc string }

// The bounds of a page: $3 and $4 around the key, $5 entries; $1 is the viewer, whom the last line names for lists that do
// not, and p.id the parent. The placeholder
// {key} is the key's column.
const listFrame = `select p.id, x.key, x.id from unnest($2::bigint[]) as p(id) cross join lateral (
	select {key} as key, {id} as id from {from} where {where} and {key} < $3 and {key} > $4 order by {key} {order} limit $5) x
	where $1::bigint is not null`

func newList(key, id, from, where string) List {
	fill := func(order string) string {
		// From and where may name the order themselves: it is filled in last.
		filled := strings.NewReplacer("{key}", key, "{id}", id, "{from}", from, "{where}", where).Replace(listFrame)
		return strings.ReplaceAll(filled, "{order}", order)
	}
	return List{desc: fill("desc"), asc: fill("asc")}
}

// The lists of the API.
var (
	StylesOfUser = newList("s.id", "s.id", "styles s join users u on u.id = s.author_id",
		"s.author_id = p.id and "+styleVisibleSQL)
	StylesOfTag = newList("t.style_id", "s.id", "style_tags t join styles s on s.id = t.style_id join users u on u.id = s.author_id",
		"t.tag_id = p.id and "+styleVisibleSQL)
	StylesOfBrand = newList("b.style_id", "s.id", "style_brands b join styles s on s.id = b.style_id join users u on u.id = s.author_id",
		"b.brand_id = p.id and "+styleVisibleSQL)
	CommentsOfStyle = newList("c.id", "c.id", "comments c join users u on u.id = c.author_id",
		"c.style_id = p.id and "+userVisibleSQL)
	// Questions and UnansweredQuestions have no parent: ask for those of 0.
	Questions           = newList("q.id", "q.id", "questions q join users u on u.id = q.author_id", questionVisibleSQL)
	UnansweredQuestions = newList("q.id", "q.id", "questions q join users u on u.id = q.author_id",
		"q.answer_count = 0 and "+questionVisibleSQL)
	AnswersOfQuestion = newList("a.id", "a.id", "answers a join users u on u.id = a.author_id",
		"a.question_id = p.id and "+answerVisibleSQL)
	LikersOfStyle = newList("l.id", "u.id", "likes l join users u on u.id = l.user_id",
		"l.style_id = p.id and "+userVisibleSQL)
	FollowersOfUser = newList("f.id", "u.id", "follows f join users u on u.id = f.follower_id join users o on o.id = f.followee_id",
		"f.followee_id = p.id and "+userVisibleSQL+" and "+strings.ReplaceAll(contentVisibleSQL, "u.", "o."))
	FollowingOfUser = newList("f.id", "u.id", "follows f join users u on u.id = f.followee_id join users o on o.id = f.follower_id",
		"f.follower_id = p.id and "+userVisibleSQL+" and "+strings.ReplaceAll(contentVisibleSQL, "u.", "o."))
	// CollectionsOfUser shows their owner the private ones, too.
	CollectionsOfUser = newList("c.id", "c.id", "collections c join users u on u.id = c.owner_id",
		"c.owner_id = p.id and "+collectionVisibleSQL)
	StylesOfCollection = newList("k.id", "s.id", "collection_styles k join styles s on s.id = k.style_id join users u on u.id = s.author_id",
		"k.collection_id = p.id and "+styleVisibleSQL)
	// FollowRequestsOfUser, BlockedByUser and MutedByUser are for the person alone. Who is blocked stands in a list of the
	// blocker's although they exist for each other nowhere else: there is no other way to unblock them.
	FollowRequestsOfUser = newList("r.id", "u.id", "follow_requests r join users u on u.id = r.follower_id",
		"r.followee_id = p.id and "+userVisibleSQL)
	BlockedByUser = newList("b.id", "u.id", "blocks b join users u on u.id = b.blocked_id",
		"b.blocker_id = p.id and "+activeSQL)
	MutedByUser = newList("m.id", "u.id", "mutes m join users u on u.id = m.muted_id",
		"m.muter_id = p.id and "+userVisibleSQL)
	// RisingStyles has no parent: ask for that of 0.
	RisingStyles = newList("s.hot", "s.id", "styles s join users u on u.id = s.author_id",
		"s.state = 'PUBLISHED' and s.deleted_at is null and not u.is_private and "+userVisibleSQL)
	// FeedOfUser takes what was fanned out, and merges in the styles of the accounts that are too big for that.
	// Who is muted stays in it, and is left out when it is read.
	FeedOfUser = newList("f.id", "f.id", `(
		(select e.style_id as id from feed_entries e join styles s on s.id = e.style_id join users u on u.id = s.author_id
			where e.reader_id = p.id and s.state = 'PUBLISHED' and `+styleVisibleSQL+` and `+notMutedSQL+` and e.style_id < $3 and e.style_id > $4
			order by e.style_id {order} limit $5)
		union
		(select m.id from follows w cross join lateral (
				select s.id from styles s join users u on u.id = s.author_id
				where s.author_id = w.followee_id and s.state = 'PUBLISHED' and `+styleVisibleSQL+` and `+notMutedSQL+` and s.id < $3 and s.id > $4
				order by s.id {order} limit $5) m
			where w.follower_id = p.id and w.merged order by m.id {order} limit $5)) f`, "true")
)

// Lists reads one page of the list for each parent, for the viewer (0 for nobody); a page has up to p.Limit() entries,
// in the direction of p.Order().
func (db *DB) Lists(ctx context.Context, list List, viewerID int64, parents []int64, p Page) (map[int64][]Entry, error) {
	statement := list.desc
	if p.Backward {
		statement = list.asc
	}
	rows, err := db.Pool.Query(ctx, statement, pgx.QueryExecModeCacheStatement, viewerID, parents, p.After, p.Before, p.Limit())
	if err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	defer rows.Close()
	pages := make(map[int64][]Entry, len(parents))
	for rows.Next() {
		var e Entry
		if err = rows.Scan(&e.Parent, &e.Key, &e.ID); err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
		pages[e.Parent] = append(pages[e.Parent], e)
	}
	return pages, rows.Err()
}
