package models

import (
	"fmt"
	"strings"
)

// SearchList is a list of what a search finds. It has one statement for queries with one reading and one for those with
// two.
type SearchList struct {
	oneWay, twoWays string
	newestFirst     bool
}

// The lists of a search. Styles are looked through from the newest on, everything else from the oldest on: a person, tag
// or brand that many know has mostly been there for long.
var (
	FoundStyles = newSearchList(searchStyles, "join styles s on s.id = d.id", "s.hot",
		"s.state = 'PUBLISHED' and "+lookUp("users u where u.id = s.author_id and "+styleVisibleSQL))
	// FoundUsers are ordered by tenfolds of followers, because their number changes while somebody turns pages.
	FoundUsers = newSearchList(searchUsers, "join users p on p.id = d.id", "floor(log(1 + p.follower_count))::bigint",
		lookUp("users u where u.id = d.id and "+userVisibleSQL))
	FoundTags   = newSearchList(searchTags, "join tags t on t.id = d.id", "t.style_count::bigint", onVisibleStyleSQL("style_tags l where l.tag_id"))
	FoundBrands = newSearchList(searchBrands, "join brands b on b.id = d.id", "b.style_count::bigint", onVisibleStyleSQL("style_brands l where l.brand_id"))
)

// onVisibleStyleSQL holds for a tag or brand that a style shows to the viewer: a word that only hidden styles say would
// tell of them.
func onVisibleStyleSQL(links string) string {
	return lookUp(links + " = d.id and " + lookUp(styleLookUp("l.style_id", "s.state = 'PUBLISHED' and "+styleVisibleSQL)))
}

// searchFrame reads a page of one window. $1 is the viewer; $2 the places in the window, $3 and $4 its bounds; $5 to $9
// what ranks; $10 to $13 the cursor and the size of the page; then the tokens and patterns of each reading.
//
// The patterns stand in a case so that the planner does not take them for rare: how many documents have the tokens is
// what tells whether to go by their index, or through all documents in order until enough are found.
const searchFrame = `with found as materialized (
	(select d.id, d.title, d.body, false as named, {weight} as weight from {table} d {joins}
	where d.id between $3 and $4 and {matches} and {visible}{unnamed} order by d.id {order} limit $2){namesakes}
), ranked as materialized (
	select id, weight, case when named then 7 when title ~ $6 then 6 when title ~ $7 then 5 when title ~ all($8::text[]) then 4
		when not $9::boolean and title ~ all($15::text[]) then 3 when body ~ $7 then 2 when (title || body) ~ all($8::text[]) then 1
		else 0 end as rank from found
), span as (
	select count(*) filter (where not named) as size, coalesce(min(id) filter (where not named), 0) as low,
		coalesce(max(id) filter (where not named), 0) as high from found
)
select s.size, s.low, s.high, p.rank, p.weight, p.id from span s left join (
	select rank, weight, id from ranked where (rank, weight, id) < ($10::int, $11::bigint, $12::bigint)
	order by rank desc, weight desc, id desc limit $13) p on true
where $1::bigint is not null and $5::int is not null order by p.rank desc, p.weight desc, p.id desc`

// maxNamesakes bounds how many rows of one whole name come before everything else.
const maxNamesakes = 20

func newSearchList(s searchable, joins, weight, visible string) SearchList {
	const way = "(d.tokens @> {tokens}::int[] and case when (d.title || d.body) ~ all({patterns}::text[]) then true end)"
	first := strings.NewReplacer("{tokens}", "$14", "{patterns}", "$15").Replace(way)
	second := strings.NewReplacer("{tokens}", "$16", "{patterns}", "$17").Replace(way)
	order, unnamed, namesakes := "desc", "", ""
	if s.isNamed {
		// What the query names comes first wherever it stands, and not once more in a later window.
		const named = "(d.tokens @> array[$5::int] and d.title ~ $6)"
		order, unnamed = "asc", " and not "+named
		namesakes = fmt.Sprintf(` union all (select d.id, d.title, d.body, true, {weight} from {table} d {joins}
	where %s and {visible} and $3::bigint = 0 order by d.id limit %d)`, named, maxNamesakes)
	}
	fill := func(matches string) string {
		filled := strings.NewReplacer("{unnamed}", unnamed, "{namesakes}", namesakes, "{matches}", matches, "{order}", order).Replace(searchFrame)
		return strings.NewReplacer("{table}", s.table, "{joins}", joins, "{weight}", weight, "{visible}", visible).Replace(filled)
	}
	return SearchList{fill(first), fill("(" + first + " or " + second + ")"), !s.isNamed}
}
