package made

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is how much is made.
type Size struct {
	Name string
	// People are all members, Active those of them who follow, like and comment.
	People, Active int
	Styles         int
	// Follows is how many people an active one follows on average, before doubles and very long lists are left out.
	Follows int
	// Likes and Comments are drawn; a like that is drawn twice is one.
	Likes, Comments int
	// Viewers are sampled: they have feeds, sessions and notifications, and their screens are measured.
	Viewers int
	// MergedFrom is the number of followers from which an account is merged into feeds when they are read: the default of
	// FEED_FAN_OUT_BELOW, and less where nobody can have as many.
	MergedFrom int
}

// The sizes, by name: S for quick runs, M for the comparison, L for what StyleShare had at its peak.
var (
	S = Size{Name: "S", People: 10_000, Active: 10_000, Styles: 40_000, Follows: 60, Likes: 500_000, Comments: 200_000, Viewers: 2000, MergedFrom: 2000}
	M = Size{Name: "M", People: 100_000, Active: 100_000, Styles: 400_000, Follows: 60, Likes: 5_000_000, Comments: 2_000_000, Viewers: 2000, MergedFrom: 10_000}
	L = Size{Name: "L", People: 4_500_000, Active: 225_000, Styles: 1_000_000, Follows: 60, Likes: 10_000_000, Comments: 4_000_000, Viewers: 2000, MergedFrom: 10_000}
)

// SizeOf finds a size by its name.
func SizeOf(name string) (Size, error) {
	for _, s := range []Size{S, M, L} {
		if strings.EqualFold(s.Name, name) {
			return s, nil
		}
	}
	return Size{}, fmt.Errorf("there is no size %q: S, M or L", name)
}

const (
	// feedCap is the default of FEED_CAP.
	feedCap = 1000
	// readers are ten people each who follow exactly 10, 100, 1000 and 5000.
	readers = 40
)

// outsiders are people of whom nobody sampled sees anything: every other one private, all of them blocking and muting.
func (s Size) outsiders() int { return max(s.People/20, 40) }

// parameters are what the statements have in braces.
func (s Size) parameters() []string {
	var pairs []string
	for _, p := range []struct {
		name  string
		value int
	}{
		{"people", s.People}, {"active", s.Active}, {"styles", s.Styles}, {"follows", s.Follows}, {"likes", s.Likes}, {"comments", s.Comments},
		{"viewers", s.Viewers}, {"merged_from", s.MergedFrom}, {"outsiders", s.outsiders()}, {"readers", readers}, {"feed_cap", feedCap},
	} {
		pairs = append(pairs, "{"+p.name+"}", strconv.Itoa(p.value))
	}
	return pairs
}
