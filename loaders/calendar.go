package loaders

import (
	"fmt"
	"time"

	"styleshare/models"
)

// CalendarDay is a day on which styles were worn.
type CalendarDay struct {
	Date       time.Time
	StyleCount int
	Cover      *Style
}

// Calendar is the days of a month on which the person wore styles that the viewer may see; without a time zone, in Seoul's.
func (u *User) Calendar(year, month int, timeZone *string) ([]*CalendarDay, error) {
	zone := models.DefaultTimeZone
	if timeZone != nil {
		zone = *timeZone
	}
	m, err := models.NewMonth(year, month, zone)
	if err != nil {
		return nil, err
	}
	type calendars struct {
		days   map[int64][]models.CalendarDay
		covers map[int64]*Style
	}
	c, err := related(u.cohort, fmt.Sprintf("calendar/%d/%d/%s", year, month, zone), func(all []*User) (calendars, error) {
		r := u.cohort.request
		days, err := r.db.Calendars(r.ctx, r.viewer(), keys(all, func(u *User) int64 { return u.ID }), m)
		if err != nil {
			return calendars{}, err
		}
		covers, err := r.stylesByID(allKeys(all, func(u *User) (ids []int64) {
			for _, d := range days[u.ID] {
				ids = append(ids, d.CoverID)
			}
			return ids
		}))
		return calendars{days, covers}, err
	})
	if err != nil {
		return nil, err
	}
	days := make([]*CalendarDay, 0, len(c.days[u.ID]))
	for _, d := range c.days[u.ID] {
		if cover := c.covers[d.CoverID]; cover != nil { // it may have gone just now
			days = append(days, &CalendarDay{d.Date, d.StyleCount, cover})
		}
	}
	return days, nil
}
