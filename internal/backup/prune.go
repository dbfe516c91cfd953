package backup

import (
	"context"
	"fmt"
	"time"
)

// abandonedAfter is when a dump without a manifest, or an upload that has not ended, never will be a backup.
const abandonedAfter = 24 * time.Hour

// Prune deletes the backups that Config.Keep has no place for, and what killed processes have left. The newest one always
// stays.
func (b *Backups) Prune(ctx context.Context) (deleted []string, err error) {
	keep, err := ParseKeep(b.Config.Keep)
	if err != nil || keep == nil {
		return nil, err
	}
	whole, dumps, err := b.names(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range keep.surplus(whole) {
		// The manifest first: what it names is there as long as it is.
		if err = b.Store.Delete(ctx, manifestKey(name)); err == nil {
			err = b.Store.Delete(ctx, dumpKey(name))
		}
		if err != nil {
			return deleted, err
		}
		deleted = append(deleted, name)
	}
	before := b.now().Add(-abandonedAfter)
	for _, name := range dumps {
		if at, _ := parseName(name); at.Before(before) {
			if err = b.Store.Delete(ctx, dumpKey(name)); err != nil {
				return deleted, err
			}
		}
	}
	return deleted, b.Store.AbortUploads(ctx, prefix, before)
}

// surplus are the names, given the newest first, that have no place.
func (k Keep) surplus(names []string) (surplus []string) {
	places := []struct {
		left     int
		period   func(time.Time) string
		occupied string
	}{
		{left: k.Daily, period: func(t time.Time) string { return t.Format(time.DateOnly) }},
		{left: k.Weekly, period: func(t time.Time) string { year, week := t.ISOWeek(); return fmt.Sprint(year, "W", week) }},
		{left: k.Monthly, period: func(t time.Time) string { return t.Format("2006-01") }},
	}
	for i, name := range names {
		at, _ := parseName(name)
		stays := i == 0
		for j := range places {
			p := &places[j]
			if period := p.period(at); p.left > 0 && period != p.occupied {
				p.left--
				p.occupied = period
				stays = true
			}
		}
		if !stays {
			surplus = append(surplus, name)
		}
	}
	return surplus
}
