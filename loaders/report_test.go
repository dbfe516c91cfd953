package loaders_test

import (
	"testing"

	"styleshare/internal/relay"
	"styleshare/loaders"
	"styleshare/models"
)

// moderator makes a person who moderates.
func (r *rig) moderator(t *testing.T, name string) int64 {
	t.Helper()
	id := r.person(t, name)
	if err := r.db.GrantRole(t.Context(), name, models.RoleModerator); err != nil {
		t.Fatal(err)
	}
	return id
}

func (r *rig) report(t *testing.T, reporter int64, kind string, subject int64) int64 {
	t.Helper()
	id, err := r.db.Report(t.Context(), models.Attempt{UserID: reporter}, kind, subject, "SPAM", "")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Moderators see what was reported although it is hidden from everybody, them included where they do not come by the report.
func TestModeratorsSeeWhatWasReported(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	author, reporter, judge := r.person(t, "author"), r.person(t, "reporter"), r.moderator(t, "judge")
	style := r.style(t, author, "rude")
	said, err := r.db.AddComment(t.Context(), models.Attempt{UserID: author}, style, "rude", 0)
	if err != nil {
		t.Fatal(err)
	}
	subjects := map[string]int64{"Style": style, "Comment": said.CommentID, "User": author}
	reports := map[string]int64{}
	for kind, id := range subjects {
		reports[kind] = r.report(t, reporter, kind, id)
	}
	for _, hide := range []string{
		`update users set is_private = true where id = ?`,
		`insert into blocks (blocker_id, blocked_id) select ?, id from users where username = 'judge'`,
		`update styles set state = 'REMOVED' where author_id = ?`,
		`update users set suspended_at = now() where id = ?`,
	} {
		if _, err = r.db.NewRaw(hide, author).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		for kind, id := range subjects {
			found, err := r.loaders.Report(as(t, judge), reports[kind])
			if err != nil || found == nil {
				t.Fatalf("%s: %v, %v", hide, found, err)
			}
			subject, err := found.Subject()
			node, ok := subject.(loaders.Node)
			if err != nil || !ok || node.GlobalID() != relay.ID(kind, id) {
				t.Errorf("%s: the moderator sees %v, %v", hide, subject, err)
			}
			if s, ok := subject.(*loaders.Style); ok {
				who, authorErr := s.Author()
				photos, photosErr := s.Photos()
				if authorErr != nil || photosErr != nil || who == nil || len(photos) != 1 {
					t.Errorf("%s: author %v, %v; %d photos, %v", hide, who, authorErr, len(photos), photosErr)
				}
			}
		}
	}
	if s, err := r.loaders.Style(as(t, judge), style); s != nil || err != nil {
		t.Error("a moderator sees more than others without a report")
	}
}

func TestReportsDoNotExistForOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	author, reporter, judge := r.person(t, "author"), r.person(t, "reporter"), r.moderator(t, "judge")
	id := r.report(t, reporter, "User", author)
	for viewer, sees := range map[int64]bool{0: false, author: false, reporter: false, judge: true} {
		moderation, err := r.loaders.Moderation(as(t, viewer))
		if err != nil || (moderation != nil) != sees {
			t.Errorf("%d sees the moderation %v, %v", viewer, moderation != nil, err)
		}
		nodes, err := r.loaders.Nodes(as(t, viewer), []string{relay.ID("Report", id)})
		if err != nil || (nodes[0] != nil) != sees {
			t.Errorf("%d sees the report %v, %v", viewer, nodes, err)
		}
	}
}

// The queue takes the same number of statements however long it is.
func TestReportsTakeAFixedNumberOfStatements(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, styles := r.community(t, 3)
	reporter, judge := r.person(t, "snitch"), r.moderator(t, "judge")
	for _, style := range styles {
		r.report(t, reporter, "Style", style)
	}
	look := func(first int, state *models.ReportState) int64 {
		ctx, n := models.CountStatements(as(t, judge))
		moderation, err := r.loaders.Moderation(ctx)
		if err != nil {
			t.Fatal(err)
		}
		page, err := moderation.Reports(&first, nil, state)
		if err != nil || len(page.Nodes) != first {
			t.Fatalf("%d reports, %v", len(page.Nodes), err)
		}
		for _, report := range page.Nodes {
			subject, err := report.Subject()
			if err != nil {
				t.Fatal(err)
			}
			who, authorErr := subject.(*loaders.Style).Author()
			by, reporterErr := report.Reporter()
			if authorErr != nil || reporterErr != nil || who == nil || by.ID != reporter {
				t.Errorf("%v, %v; %v, %v", who, authorErr, by, reporterErr)
			}
		}
		return n.Load()
	}
	one, many := look(1, ptr(models.ReportOpen)), look(6, nil)
	if one != many {
		t.Errorf("%d statements for one report, %d for six", one, many)
	}
	resolved, err := r.loaders.Moderation(as(t, judge))
	if err != nil {
		t.Fatal(err)
	}
	page, err := resolved.Reports(nil, nil, ptr(models.ReportResolved))
	if err != nil || len(page.Nodes) != 0 {
		t.Errorf("%d resolved, %v", len(page.Nodes), err)
	}
}
