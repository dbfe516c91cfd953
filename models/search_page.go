package models

import (
	"math"

	"styleshare/internal/fault"
	"styleshare/internal/relay"
)

// searchWindow is how many matches are ranked against each other: the first so many, and after them the next. It bounds
// the work of a page of a syllable that stands in every caption, and leaves none out.
const searchWindow = 500

// SearchPage asks for Size matches behind a cursor.
type SearchPage struct {
	Size  int
	after *searchPlace
	loose bool
}

// NewSearchPage reads the paging arguments of a list of matches. Mistakes come as BAD_USER_INPUT.
func NewSearchPage(first *int, after *string) (SearchPage, error) {
	sized, err := NewPage(first, nil, nil, nil)
	p := SearchPage{Size: sized.Size}
	if err != nil || after == nil {
		return p, err
	}
	keys, err := relay.ParseCursorOf(*after, searchKeys)
	if err != nil || keys[0] > 1 || keys[1] > keys[2] || keys[3] > math.MaxInt16 {
		return p, fault.New(fault.BadUserInput, "after is no cursor of this list: pass an endCursor as it was given")
	}
	p.after = &searchPlace{loose: keys[0] == 1, low: keys[1], high: keys[2], pinned: true, after: ranked{int(keys[3]), keys[4], keys[5]}}
	return p, nil
}

// IsAfter tells whether the page starts behind a cursor.
func (p SearchPage) IsAfter() bool { return p.after != nil }

func (p SearchPage) start() searchPlace {
	if p.after != nil {
		return *p.after
	}
	return searchPlace{loose: p.loose, high: math.MaxInt64, after: beforeAll}
}

// beforeAll comes before every place of a window.
var beforeAll = ranked{math.MaxInt16, math.MaxInt64, math.MaxInt64}

// searchPlace is a place in a list of matches: a window, by the ids at its ends, and where in it. The window is pinned when
// its first page is read, so that what is added later moves nothing.
type searchPlace struct {
	low, high int64
	pinned    bool
	after     ranked
	loose     bool
}

// searchSpan is what a window holds.
type searchSpan struct {
	size      int
	low, high int64 // ids, 0 where it is empty
}

// places is how many matches are read of the window. One that is pinned may have gained some that were late.
func (at *searchPlace) places() int {
	if at.pinned {
		return 2 * searchWindow
	}
	return searchWindow
}

// pin has a window end where it ends now.
func (at *searchPlace) pin(span searchSpan, newestFirst bool) {
	isFull := span.size >= searchWindow
	switch {
	case at.pinned:
		return
	case newestFirst && span.size > 0:
		at.high = span.high
		if isFull {
			at.low = span.low
		}
	case !newestFirst && isFull:
		at.high = span.high
	}
	at.pinned = true
}

// next goes to the beginning of the window that follows, if there may be one.
func (at *searchPlace) next(newestFirst bool) bool {
	low, high := at.high+1, int64(math.MaxInt64)
	hasNext := at.high < math.MaxInt64
	if newestFirst {
		low, high = 0, at.low-1
		hasNext = at.low > 0
	}
	*at = searchPlace{low: low, high: high, after: beforeAll, loose: at.loose}
	return hasNext
}

// searchKeys is how many numbers a cursor has.
const searchKeys = 6

func (at *searchPlace) cursor(r ranked) string {
	loose := int64(0)
	if at.loose {
		loose = 1
	}
	return relay.CursorOf(loose, at.low, at.high, int64(r.rank), r.weight, r.id)
}
