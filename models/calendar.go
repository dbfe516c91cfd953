package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"styleshare/internal/fault"
)

// Month is a calendar month in a time zone.
type Month struct {
	first    time.Time // its first day, at midnight UTC
	timeZone string
}

// NewMonth reads the arguments of a calendar. Mistakes come as BAD_USER_INPUT.
func NewMonth(year, month int, timeZone string) (Month, error) {
	const lastYear = 9999
	if year < 1 || year > lastYear {
		return Month{}, fault.New(fault.BadUserInput, "year must be between 1 and %d, not %d", lastYear, year)
	}
	if month < 1 || month > 12 {
		return Month{}, fault.New(fault.BadUserInput, "month must be between 1 and 12, not %d", month)
	}
	var faults fault.Users
	if checkTimeZone(&faults, timeZone); len(faults) > 0 {
		return Month{}, errTimeZone()
	}
	return Month{time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC), timeZone}, nil
}

func errTimeZone() error {
	return fault.New(fault.BadUserInput, "timeZone is not known: pass an IANA name like Asia/Seoul")
}

// CalendarDay is a day on which styles were worn.
type CalendarDay struct {
	Date       time.Time // midnight UTC of the day
	StyleCount int
	CoverID    int64 // the newest of the styles
}

// calendarSQL finds, for each of the people $2, the days from $3 to $4 on which they wore what the viewer $1 may see. Where
// the author did not name the day, it is that of publishing in the time zone $5. What the index finds is a day too much
// on either side, because its days are those of UTC.
const calendarSQL = `select p.id, x.day, x.n, x.cover from unnest($2::bigint[]) as p(id) cross join lateral (
	select d.day, count(*) as n, max(s.id) as cover from styles s join users u on u.id = s.author_id
	cross join lateral (select coalesce(s.worn_on, (s.created_at at time zone $5::text)::date) as day) d
	where s.author_id = p.id and coalesce(s.worn_on, (s.created_at at time zone 'UTC')::date) between $3::date - 1 and $4::date + 1
		and d.day between $3 and $4 and ` + styleVisibleSQL + ` group by d.day) x order by p.id, x.day`

// Calendars reads a month of each person's calendar, as the viewer (0 for nobody) may see it.
func (db *DB) Calendars(ctx context.Context, viewerID int64, userIDs []int64, m Month) (map[int64][]CalendarDay, error) {
	var calendars map[int64][]CalendarDay
	err := db.readAnywhere(ctx, func(ctx context.Context, from *pgxpool.Pool) error {
		calendars = make(map[int64][]CalendarDay, len(userIDs))
		rows, err := from.Query(ctx, calendarSQL, db.hot.with(viewerID, userIDs, m.first, m.first.AddDate(0, 1, -1), m.timeZone)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var userID int64
			var d CalendarDay
			if err = rows.Scan(&userID, &d.Date, &d.StyleCount, &d.CoverID); err != nil {
				return err
			}
			calendars[userID] = append(calendars[userID], d)
		}
		return rows.Err()
	})
	if err = unknownTimeZone(err); err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	return calendars, nil
}

// unknownTimeZone is for names that only one of the two time zone databases has, ours or PostgreSQL's.
func unknownTimeZone(err error) error {
	const codeInvalidParameterValue = "22023"
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == codeInvalidParameterValue {
		return errTimeZone()
	}
	return err
}
