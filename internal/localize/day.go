package localize

import (
	"fmt"
	"time"
)

// Day writes the calendar day of a moment in the moment's own time zone, for sentences: 25 December 2026, 2026년 12월 25일.
func (l Language) Day(t time.Time) string {
	if l == Korean {
		return fmt.Sprintf("%d년 %d월 %d일", t.Year(), int(t.Month()), t.Day())
	}
	return t.Format("2 January 2006")
}
