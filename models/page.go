package models

import (
	"math"

	"styleshare/internal/fault"
	"styleshare/internal/relay"
)

// The sizes of a page that the contract allows, and the one for callers that do not say.
const (
	MaxPageSize     = 100
	DefaultPageSize = 20
)

// Page asks for a piece of a list ordered by a descending 64-bit key: the Size entries next to the bounds.
type Page struct {
	Size int
	// After and Before are exclusive: After > key > Before.
	After, Before int64
	// Backward takes the Size entries from the end (`last`); they still come in the list's order.
	Backward bool
}

// NewPage reads the paging arguments of a connection. Mistakes come as BAD_USER_INPUT.
func NewPage(first *int, after *string, last *int, before *string) (Page, error) {
	p := Page{Size: DefaultPageSize, After: math.MaxInt64, Before: -1}
	if first != nil && last != nil {
		return p, fault.New(fault.BadUserInput, "pass either first or last, not both")
	}
	for name, size := range map[string]*int{"first": first, "last": last} {
		if size == nil {
			continue
		}
		if *size < 1 || *size > MaxPageSize {
			return p, fault.New(fault.BadUserInput, "%s must be between 1 and %d, not %d", name, MaxPageSize, *size)
		}
		p.Size, p.Backward = *size, name == "last"
	}
	var err error
	if after != nil {
		if p.After, err = relay.ParseCursor(*after); err != nil {
			return p, fault.New(fault.BadUserInput, "after is no cursor of this list: pass an endCursor as it was given")
		}
	}
	if before != nil {
		if p.Before, err = relay.ParseCursor(*before); err != nil {
			return p, fault.New(fault.BadUserInput, "before is no cursor of this list: pass a startCursor as it was given")
		}
	}
	return p, nil
}

// Order is the direction in which the key is read: towards the end, or from it.
func (p Page) Order() string {
	if p.Backward {
		return "asc"
	}
	return "desc"
}

// Limit is one more than asked for: the extra entry tells whether there is another page.
func (p Page) Limit() int { return p.Size + 1 }

// IsAfter tells whether the page starts behind a cursor.
func (p Page) IsAfter() bool { return p.After != math.MaxInt64 }
