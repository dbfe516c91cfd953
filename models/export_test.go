package models

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// notExported says why a table that refers to people is in no archive.
var notExported = map[string]string{
	"mailed_tokens":       "hashes of links",
	"idempotency_keys":    "what phones sent, for a day",
	"exports":             "the archive itself",
	"digests":             "which mails were sent",
	"search_users":        "made of the profile",
	"notification_actors": "what others were told",
}

func TestArchivesHoldEverything(t *testing.T) {
	t.Parallel()
	db := open(t)
	who, _ := life(t, db)
	var all strings.Builder
	for _, s := range ExportSections {
		all.WriteString(s.query)
		rows := 0
		err := db.ExportRows(t.Context(), s, who, func(row json.RawMessage) error {
			rows++
			for _, secret := range []string{"token", "hash", "$argon2"} {
				if strings.Contains(string(row), secret) {
					t.Errorf("%s holds a %s: %s", s.Name, secret, row)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if rows == 0 {
			t.Errorf("%s is empty", s.Name)
		}
	}
	references := must(db.references(t.Context()))
	for _, r := range references {
		if notExported[r.Table] == "" && !strings.Contains(all.String(), " "+r.Table+" ") {
			t.Errorf("%s refers to people and is in no archive: name it in ExportSections, or in notExported with a reason", r.Table)
		}
	}
	photos := 0
	if err := db.ExportPhotos(t.Context(), who, func(*Photo) error { photos++; return nil }); err != nil || photos == 0 {
		t.Errorf("%d photos, %v", photos, err)
	}
}

func TestArchivesAreMadeOneAtATime(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	request := func() error { return db.RequestExport(t.Context(), by(mina)) }
	for _, err := range atOnce(5, func(int) error { return request() }) {
		if err != nil {
			t.Error(err)
		}
	}
	made := func() int { return jobs(t, db, JobExport) }
	if made() != 1 {
		t.Errorf("%d archives", made())
	}
	exec(t, db, `update exports set completed_at = ?, expires_at = ?`, db.Now(), db.Now().Add(ExportTTL))
	if err := request(); err != nil || made() != 2 {
		t.Errorf("%d archives, %v", made(), err)
	}
	exec(t, db, `update exports set completed_at = ?, expires_at = ?`, db.Now(), db.Now().Add(ExportTTL))
	refused(t, request(), "TOO_MANY")
	move(db, exportPeriod+time.Second)
	if err := request(); err != nil || made() != 3 {
		t.Errorf("%d archives, %v", made(), err)
	}
	move(db, ExportTTL)
	if n := must(db.CleanUpExports(t.Context())); n != 3 || jobs(t, db, JobErasePhoto) == 0 {
		t.Errorf("%d erased", n)
	}
}
