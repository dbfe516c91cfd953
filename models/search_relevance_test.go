package models

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// relevance is testdata/relevance.json: a small community, and what is wanted of each query. What is wanted is a row of
// groups, "a b > c": all of the first group comes before all of the second, and nothing else comes. Also is what may come
// behind, "*" for anything. A list that a query does not name is not looked at.
type relevance struct {
	Styles map[string]struct {
		Caption string
		Items   []string // name @ brand
	}
	People  map[string]string // display names by username
	Queries []struct {
		Text                         string
		Styles, People, Tags, Brands *string
		Also                         string
	}
}

func readRelevance(t *testing.T) (set relevance) {
	t.Helper()
	file, err := os.Open("testdata/relevance.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	if err = decoder.Decode(&set); err != nil {
		t.Fatal(err)
	}
	return set
}

// publish makes the community and gives the names of what it consists of, by id.
func (set relevance) publish(t *testing.T, db *DB) map[int64]string {
	t.Helper()
	names := map[int64]string{}
	author := person(t, db)
	for _, name := range slices.Sorted(maps.Keys(set.Styles)) {
		var items []ItemInput
		for _, item := range set.Styles[name].Items {
			what, brand, _ := strings.Cut(item, " @ ")
			items = append(items, ItemInput{Name: what, Brand: &brand})
		}
		names[publishedWith(t, db, author, set.Styles[name].Caption, items...)] = name
	}
	for _, username := range slices.Sorted(maps.Keys(set.People)) {
		id := named(t, db, username)
		if err := db.UpdateProfile(t.Context(), by(id), ProfileChange{DisplayName: ptr(set.People[username])}); err != nil {
			t.Fatal(err)
		}
		names[id] = username
	}
	for _, table := range []string{"tags", "brands"} {
		var rows []struct {
			ID   int64
			Name string
		}
		if err := db.NewRaw(`select id, name from `+table).Scan(t.Context(), &rows); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			names[row.ID] = strings.ReplaceAll(row.Name, " ", "_")
		}
	}
	return names
}

// fits compares what was found with what is wanted, and counts the wanted that came in time.
func fits(got []string, wanted, also string) (hits, total int, ok bool) {
	rest, ok := got, true
	for group := range strings.SplitSeq(wanted, ">") {
		want := strings.Fields(group)
		total += len(want)
		head := rest[:min(len(want), len(rest))]
		for _, name := range want {
			if slices.Contains(head, name) {
				hits++
			} else {
				ok = false
			}
		}
		rest = rest[len(head):]
	}
	for _, name := range rest {
		ok = ok && (also == "*" || slices.Contains(strings.Fields(also), name))
	}
	return hits, total, ok
}

func TestSearchRelevance(t *testing.T) {
	t.Parallel()
	db := open(t)
	set := readRelevance(t)
	names := set.publish(t, db)
	fitting, hits, total := 0, 0, 0
	for _, q := range set.Queries {
		isFitting := true
		for kind, of := range map[string]struct {
			list   SearchList
			wanted *string
		}{"styles": {FoundStyles, q.Styles}, "people": {FoundUsers, q.People}, "tags": {FoundTags, q.Tags}, "brands": {FoundBrands, q.Brands}} {
			if of.wanted == nil {
				continue
			}
			wanted := *of.wanted
			if kind == "brands" {
				wanted = strings.ReplaceAll(wanted, " ", "_")
			}
			var got []string
			for _, id := range found(t, db, of.list, 0, q.Text) {
				got = append(got, names[id])
			}
			h, n, ok := fits(got, wanted, q.Also)
			if !ok {
				t.Errorf("%q finds the %s %q, want %q", q.Text, kind, got, wanted)
			}
			hits, total, isFitting = hits+h, total+n, isFitting && ok
		}
		if isFitting {
			fitting++
		}
	}
	t.Logf("%d of %d queries find what is wanted, in order and nothing else; %d of %d wanted results are where they should be",
		fitting, len(set.Queries), hits, total)
	if len(set.Queries) < 60 {
		t.Errorf("only %d queries", len(set.Queries))
	}
}
