package models

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"styleshare/internal/fault"
	"styleshare/internal/searchtext"
)

// Search is what somebody looks for.
type Search struct {
	query *searchtext.Query // nil where there is nothing to look for
	loose *searchtext.Query // without particles; nil where there are none
}

// NewSearch reads a query. One that is too long is BAD_USER_INPUT; one without a letter finds nothing.
func NewSearch(text string) (*Search, error) {
	query, ok := searchtext.Parse(text)
	if !ok {
		return nil, fault.New(fault.BadUserInput, "text must not be longer than %d characters", searchtext.MaxQuery)
	}
	if query == nil {
		return &Search{}, nil
	}
	loose, _ := searchtext.ParseLoosely(text)
	if loose.Name == query.Name {
		loose = nil
	}
	return &Search{query, loose}, nil
}

// Match is one thing that was found, and its place.
type Match struct {
	ID     int64
	Cursor string
}

// Search reads one page of a list for the viewer (0 for nobody): up to p.Size matches, and whether there are more. What
// has all words of the query comes; where nothing has, what has them without their particles.
func (db *DB) Search(ctx context.Context, s *Search, list SearchList, viewerID int64, p SearchPage) (found []Match, more bool, err error) {
	switch {
	case s.query == nil:
		return nil, false, nil
	case p.after != nil && p.after.loose:
		if s.loose == nil {
			return nil, false, nil
		}
		found, err = db.search(ctx, s.loose, list, viewerID, p)
	default:
		found, err = db.search(ctx, s.query, list, viewerID, p)
		if err == nil && len(found) == 0 && s.loose != nil && p.after == nil {
			p.loose = true
			found, err = db.search(ctx, s.loose, list, viewerID, p)
		}
	}
	if err != nil {
		return nil, false, fmt.Errorf("search: %w", err)
	}
	return found[:min(len(found), p.Size)], len(found) > p.Size, nil
}

// search gives one match more than the page has, if there is one, from as many windows as it takes: two at most, because
// a window that is not the last has more places than a page.
func (db *DB) search(ctx context.Context, q *searchtext.Query, list SearchList, viewerID int64, p SearchPage) ([]Match, error) {
	var found []Match
	for at := p.start(); ; {
		read, span, err := db.searchWindow(ctx, q, list, viewerID, at, p.Size+1-len(found))
		if err != nil {
			return nil, err
		}
		at.pin(span, list.newestFirst)
		for _, r := range read {
			found = append(found, Match{r.id, at.cursor(r)})
		}
		if len(found) > p.Size || !at.next(list.newestFirst) {
			return found, nil
		}
	}
}

// ranked is a place in a window: the greatest comes first.
type ranked struct {
	rank       int
	weight, id int64
}

func (db *DB) searchWindow(ctx context.Context, q *searchtext.Query, list SearchList, viewerID int64, at searchPlace, limit int) ([]ranked, searchSpan, error) {
	statement, way := list.oneWay, q.Ways[0]
	arguments := []any{
		viewerID, at.places(), at.low, at.high, q.Name, q.Title, q.Whole, q.Starts, q.Short,
		at.after.rank, at.after.weight, at.after.id, limit, way.Tokens, way.Patterns,
	}
	if len(q.Ways) > 1 {
		statement, arguments = list.twoWays, append(arguments, q.Ways[1].Tokens, q.Ways[1].Patterns)
	}
	var found []ranked
	var span searchSpan
	err := db.readAnywhere(ctx, func(ctx context.Context, from *pgxpool.Pool) error {
		found, span = nil, searchSpan{}
		// The plan depends on how frequent the tokens are, so they stand in the statement.
		rows, err := from.Query(ctx, statement, append([]any{pgx.QueryExecModeSimpleProtocol}, arguments...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var rank *int
			var weight, id *int64
			if err = rows.Scan(&span.size, &span.low, &span.high, &rank, &weight, &id); err != nil {
				return err
			}
			if id != nil { // nil tells of the window only
				found = append(found, ranked{*rank, *weight, *id})
			}
		}
		return rows.Err()
	})
	return found, span, err
}
