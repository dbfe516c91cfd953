package models

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"styleshare/internal/fault"
)

// wornAt publishes a style at a moment (RFC 3339); wornOn may be empty.
func wornAt(t testing.TB, db *DB, author int64, at, wornOn string) int64 {
	t.Helper()
	id := published(t, db, author, "")
	exec(t, db, `update styles set created_at = ?, worn_on = nullif(?, '')::date where id = ?`, at, wornOn, id)
	return id
}

func month(t testing.TB, year, number int, timeZone string) Month {
	t.Helper()
	m, err := NewMonth(year, number, timeZone)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// days words a calendar: day×styles.
func days(t testing.TB, db *DB, viewer, author int64, m Month) string {
	t.Helper()
	var all []string
	for _, d := range must(db.Calendars(t.Context(), viewer, []int64{author}, m))[author] {
		all = append(all, fmt.Sprintf("%s×%d", d.Date.Format(time.DateOnly), d.StyleCount))
	}
	return strings.Join(all, " ")
}

func TestCalendarAroundMidnight(t *testing.T) {
	t.Parallel()
	db := open(t)
	for _, c := range []struct {
		name, zone  string
		year, month int
		moments     []string
		want        string
	}{
		{"Seoul, the last and the first moment", "Asia/Seoul", 2026, 11,
			[]string{"2026-10-31T14:59:59Z", "2026-10-31T15:00:00Z", "2026-11-30T14:59:59.999999Z", "2026-11-30T15:00:00Z"}, "2026-11-01×1 2026-11-30×1"},
		{"Seoul, two sides of one midnight", "Asia/Seoul", 2026, 11, []string{"2026-11-10T14:59:59Z", "2026-11-10T15:00:00Z", "2026-11-11T14:59:59Z"}, "2026-11-10×1 2026-11-11×2"},
		{"Kathmandu is 5:45 ahead", "Asia/Kathmandu", 2026, 3, []string{"2026-03-09T18:14:59Z", "2026-03-09T18:15:00Z"}, "2026-03-09×1 2026-03-10×1"},
		{"New York, the night that loses an hour", "America/New_York", 2026, 3,
			[]string{"2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z"}, "2026-03-07×1 2026-03-08×2 2026-03-09×1"},
		{"New York, the night that gains one", "America/New_York", 2026, 11,
			[]string{"2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z", "2026-11-02T05:00:00Z"}, "2026-11-01×2 2026-11-02×1"},
		{"Havana, where midnight comes twice", "America/Havana", 2026, 11,
			[]string{"2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z", "2026-11-01T05:30:00Z", "2026-11-02T04:59:59Z"}, "2026-11-01×3"},
		{"Beirut, where a day begins at one", "Asia/Beirut", 2026, 3, []string{"2026-03-28T21:59:59Z", "2026-03-28T22:00:00Z"}, "2026-03-28×1 2026-03-29×1"},
		{"fourteen hours ahead", "Pacific/Kiritimati", 2026, 11, []string{"2026-10-31T09:59:59Z", "2026-10-31T10:00:00Z", "2026-11-30T10:00:00Z"}, "2026-11-01×1"},
		{"twelve hours behind", "Etc/GMT+12", 2026, 11, []string{"2026-11-01T11:59:59Z", "2026-11-01T12:00:00Z", "2026-12-01T11:59:59Z", "2026-12-01T12:00:00Z"}, "2026-11-01×1 2026-11-30×1"},
		{"leap February", "Asia/Seoul", 2028, 2, []string{"2028-02-28T15:00:00Z", "2028-02-29T14:59:59Z", "2028-02-29T15:00:00Z"}, "2028-02-29×2"},
		{"no leap February", "UTC", 2026, 2, []string{"2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z"}, "2026-02-28×1"},
		{"December", "UTC", 2026, 12, []string{"2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"}, "2026-12-31×1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			author := person(t, db)
			for _, at := range c.moments {
				wornAt(t, db, author, at, "")
			}
			if got := days(t, db, 0, author, month(t, c.year, c.month, c.zone)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// The day that the author named is one everywhere, whenever they published.
func TestCalendarOfNamedDays(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	for _, day := range []string{"2026-10-31", "2026-11-01", "2026-11-01", "2026-11-30", "2026-12-01"} {
		wornAt(t, db, author, "2026-12-24T00:00:00Z", day)
	}
	for _, zone := range []string{"Asia/Seoul", "UTC", "Etc/GMT+12", "Pacific/Kiritimati"} {
		if got := days(t, db, 0, author, month(t, 2026, 11, zone)); got != "2026-11-01×2 2026-11-30×1" {
			t.Errorf("%s: %s", zone, got)
		}
	}
	if got := days(t, db, 0, author, month(t, 2026, 12, "UTC")); got != "2026-12-01×1" {
		t.Errorf("%s", got)
	}
	for _, year := range []int{1, 9999} {
		if got := days(t, db, 0, author, month(t, year, 1, "UTC")); got != "" {
			t.Errorf("%s", got)
		}
	}
}

func TestCalendarShowsWhatIsVisible(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, follower := person(t, db), person(t, db)
	follow(t, db, follower, author)
	older := wornAt(t, db, author, "2026-11-05T00:00:00Z", "")
	newer := wornAt(t, db, author, "2026-11-05T01:00:00Z", "")
	wornAt(t, db, author, "2026-11-06T01:00:00Z", "")
	m := month(t, 2026, 11, "UTC")
	covers := func(viewer int64) (ids []int64) {
		for _, d := range must(db.Calendars(t.Context(), viewer, []int64{author, follower}, m))[author] {
			ids = append(ids, d.CoverID)
		}
		return ids
	}
	exec(t, db, `update styles set state = 'REMOVED' where id = (select max(id) from styles)`)
	if got := covers(0); !slices.Equal(got, []int64{newer}) {
		t.Errorf("%v", got)
	}
	if got := covers(author); len(got) != 2 {
		t.Errorf("the author sees what was removed: %v", got)
	}
	exec(t, db, `update styles set deleted_at = now() where id = ?`, newer)
	if got := covers(0); !slices.Equal(got, []int64{older}) {
		t.Errorf("%v", got)
	}
	exec(t, db, `update users set is_private = true where id = ?`, author)
	if stranger, friend := covers(0), covers(follower); len(stranger) != 0 || !slices.Equal(friend, []int64{older}) {
		t.Errorf("of a private account a stranger sees %v, a follower %v", stranger, friend)
	}
	exec(t, db, `update users set suspended_at = now() where id = ?`, author)
	if got := covers(follower); len(got) != 0 {
		t.Errorf("of a suspended account: %v", got)
	}
}

func TestCalendarArguments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		year, month int
		zone        string
	}{
		{0, 1, "UTC"}, {-1, 1, "UTC"}, {10000, 1, "UTC"}, {2026, 0, "UTC"}, {2026, 13, "UTC"}, {2026, -1, "UTC"}, {2026, 1, ""}, {2026, 1, "Local"},
		{2026, 1, "Mars/Olympus"}, {2026, 1, "../etc/passwd"}, {2026, 1, awkward}, {2026, 1, "UTC+9"}, {2026, 1, strings.Repeat("A", 65)},
	} {
		if _, err := NewMonth(c.year, c.month, c.zone); fault.CodeOf(err) != fault.BadUserInput {
			t.Errorf("%v: %v", c, err)
		}
	}
	db := open(t)
	author := person(t, db)
	wornAt(t, db, author, "2026-11-05T00:00:00Z", "")
	// A name that our time zones have and PostgreSQL's do not.
	_, err := db.Calendars(t.Context(), 0, []int64{author}, Month{first: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), timeZone: "Mars/Olympus"})
	if fault.CodeOf(err) != fault.BadUserInput {
		t.Error(err)
	}
}

// A month is one range of one index, however much somebody has published.
func TestCalendarReadsOneIndexRange(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	wornAt(t, db, author, "2026-11-05T00:00:00Z", "")
	exec(t, db, `insert into styles (author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, worn_on, like_count, comment_count,
		collect_count, item_info_request_count, created_at) select ?, 'PUBLISHED', '', '{}', '{}', '{}', '{}', '{}',
		case when n % 2 = 0 then date '2016-01-01' + n end, 0, 0, 0, 0, timestamptz '2016-01-01' + n * interval '1 day' from generate_series(1, 5000) n`, author)
	exec(t, db, `analyze styles`)
	rows, err := db.Pool.Query(t.Context(), "explain analyze "+calendarSQL, 0, []int64{author}, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), "Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err = rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	if err = rows.Err(); err != nil || !strings.Contains(plan.String(), "styles_calendar") || strings.Contains(plan.String(), "Seq Scan on styles") {
		t.Errorf("%v\n%s", err, plan.String())
	}
	t.Log(plan.String())
}
