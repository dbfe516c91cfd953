package jobs

import (
	"testing"

	"styleshare/models"
)

func TestIndexStale(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	author := member(t, db, "mina", "ko") // as an older binary does, without a document
	style(t, db, author)
	if _, err := db.ExecContext(t.Context(), `delete from search_styles`); err != nil {
		t.Fatal(err)
	}
	record(t, db, models.JobIndexStale, struct{}{})
	record(t, db, models.JobIndexStale, struct{}{})
	expect(t, db, models.JobIndexStale, IndexStale(db), 2)
	if n := tally(t, db, `select count(*) from search_users u, search_styles s where u.id = ?`, author); n != 1 {
		t.Errorf("%d documents", n)
	}
}
