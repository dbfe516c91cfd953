package models

import (
	"time"

	"styleshare/internal/fault"
)

// quietClock is how quiet hours are written.
const quietClock = "15:04"

// checkQuietHours takes both, both empty, or none.
func checkQuietHours(faults *fault.Users, from, until *string) {
	switch {
	case from == nil && until == nil:
	case from == nil:
		faults.Add("quietFrom", fault.Required, "required")
	case until == nil:
		faults.Add("quietUntil", fault.Required, "required")
	case *from == "" && *until == "":
	default:
		fromIsOne, untilIsOne := checkClock(faults, "quietFrom", *from), checkClock(faults, "quietUntil", *until)
		if fromIsOne && untilIsOne && *from == *until {
			faults.Add("quietUntil", fault.Invalid, "quiet_hours_equal")
		}
	}
}

func checkClock(faults *fault.Users, field, clock string) bool {
	if clock == "" {
		faults.Add(field, fault.Required, "required")
		return false
	}
	if _, err := minuteOf(clock); err != nil || len(clock) != len(quietClock) {
		faults.Add(field, fault.Invalid, "invalid_clock")
		return false
	}
	return true
}

// minuteOf is the minute of the day.
func minuteOf(clock string) (int, error) {
	t, err := time.Parse(quietClock, clock)
	return t.Hour()*60 + t.Minute(), err
}

// location is a person's time zone. A name that this machine does not know (any more) counts as the default.
func location(timeZone string) *time.Location {
	for _, name := range []string{timeZone, DefaultTimeZone} {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return time.UTC
}

// WakesAt is the moment from which the person may be disturbed: now itself, or the end of the quiet hours in which
// it falls. It goes by the clock on the person's wall, and so through nights that are an hour shorter or longer too.
func (a *Account) WakesAt(now time.Time) time.Time {
	if a.QuietFrom == nil || a.QuietUntil == nil {
		return now
	}
	from, errFrom := minuteOf(*a.QuietFrom)
	until, errUntil := minuteOf(*a.QuietUntil)
	if errFrom != nil || errUntil != nil || from == until {
		return now
	}
	zone := location(a.TimeZone)
	quiet := func(at time.Time) bool {
		at = at.In(zone)
		minute := at.Hour()*60 + at.Minute()
		if from < until {
			return from <= minute && minute < until
		}
		return minute >= from || minute < until
	}
	if !quiet(now) {
		return now
	}
	end := now.Truncate(time.Minute).Add(time.Minute)
	for quiet(end) {
		end = end.Add(time.Minute)
	}
	return end
}
