package backup

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSurplus makes a backup a day for three years, and prunes after each.
func TestSurplus(t *testing.T) {
	t.Parallel()
	keep := Keep{Daily: 7, Weekly: 5, Monthly: 12}
	var names []string // the newest first
	clock := time.Date(2026, 1, 1, 19, 0, 0, 0, time.UTC)
	for day := range 3 * 365 {
		names = slices.Insert(names, 0, clock.AddDate(0, 0, day).Format(nameLayout))
		for _, name := range keep.surplus(names) {
			names = slices.DeleteFunc(names, func(n string) bool { return n == name })
		}
	}
	// 2028-12-30 is a Saturday. Its week and its month have their newest backup in it, as the week before has in its Sunday.
	want := []string{
		"20281230", "20281229", "20281228", "20281227", "20281226", "20281225", "20281224",
		"20281217", "20281210", "20281203", "20281130",
		"20281031", "20280930", "20280831", "20280731", "20280630", "20280531", "20280430", "20280331", "20280229", "20280131",
	}
	var got []string
	for _, name := range names {
		got = append(got, strings.TrimSuffix(name, "T190000.000Z"))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestSurplusNeverTakesTheNewest(t *testing.T) {
	t.Parallel()
	names := []string{"20281230T190000.000Z", "20281230T180000.000Z", "20281229T190000.000Z"}
	for keep, want := range map[Keep][]string{
		{}:                     names[1:],
		{Daily: 1}:             names[1:],
		{Daily: 2}:             names[1:2],
		{Monthly: 3, Daily: 1}: names[1:],
	} {
		if got := keep.surplus(names); !slices.Equal(got, want) {
			t.Errorf("%+v: %v are too many, want %v", keep, got, want)
		}
	}
	if got := (Keep{}).surplus(nil); got != nil {
		t.Error(got)
	}
}

func TestConfigNamesEveryMistake(t *testing.T) {
	t.Parallel()
	good := Config{Keep: "7,5,12", Hour: 19}
	if wrong := good.Validate("photos"); len(wrong) > 0 {
		t.Error(wrong)
	}
	const secret = "AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SSEZEWG"
	bad := Config{Bucket: "photos", Recipients: []string{secret}, Keep: "7", Hour: 24, DatabaseURL: "postgres://user:hidden@host:port/"}
	text := errors.Join(bad.Validate("photos")...).Error()
	for _, name := range []string{"BACKUP_BUCKET: ", "BACKUP_RECIPIENT: ", "BACKUP_KEEP: ", "BACKUP_HOUR: ", "BACKUP_DATABASE_URL: "} {
		if strings.Count(text, name) != 1 {
			t.Errorf("%s: not once in\n%s", name, text)
		}
	}
	if strings.Contains(text, "hidden") || strings.Contains(text, "SECRET") {
		t.Error("a secret is repeated")
	}
	half := Config{Bucket: "backups", Keep: "all"}
	if wrong := half.Validate("photos"); len(wrong) != 1 {
		t.Error(wrong)
	}
}
