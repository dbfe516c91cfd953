package models

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// moderator makes a person who moderates, in a role.
func moderator(t testing.TB, db *DB, role Role) int64 {
	t.Helper()
	id := person(t, db)
	if err := db.GrantRole(t.Context(), usernameOf(t, db, id), role); err != nil {
		t.Fatal(err)
	}
	return id
}

func report(t testing.TB, db *DB, reporter int64, kind string, subject int64) int64 {
	t.Helper()
	return must(db.Report(t.Context(), by(reporter), kind, subject, "SPAM", "look at this"))
}

func reportOf(t testing.TB, db *DB, id int64) *Report {
	t.Helper()
	return must(db.Reports(t.Context(), []int64{id}))[id]
}

func resolve(t testing.TB, db *DB, moderatorID, reportID int64, action ReportAction) {
	t.Helper()
	must(db.ResolveReport(t.Context(), by(moderatorID), reportID, action, "because"))
}

func TestWhatCanBeReported(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, reporter := person(t, db), person(t, db)
	style := published(t, db, author, "")
	comment := must(db.AddComment(t.Context(), by(author), style, "x", 0)).CommentID
	question := must(db.AskQuestion(t.Context(), by(author), QuestionInput{Body: "x"}))
	answer := must(db.AnswerQuestion(t.Context(), by(author), question, "x", nil))
	for kind, id := range map[string]int64{"User": author, "Style": style, "Comment": comment, "Question": question, "Answer": answer} {
		first := report(t, db, reporter, kind, id)
		for _, err := range atOnce(3, func(int) error {
			again, err := db.Report(t.Context(), by(reporter), kind, id, "OTHER", "again")
			if again != first {
				t.Errorf("%s: reported again as %d, not %d", kind, again, first)
			}
			return err
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if r := reportOf(t, db, first); r.State != ReportOpen || r.AuthorID != author || r.ReporterID != reporter || r.Detail != "look at this" || r.Reason != "SPAM" {
			t.Errorf("%+v", r)
		}
		_, err := db.Report(t.Context(), by(author), kind, id, "SPAM", "")
		refused(t, err, "subjectId NOT_ALLOWED")
		_, err = db.Report(t.Context(), by(reporter), kind, 1, "SPAM", "")
		refused(t, err, "subjectId NOT_FOUND")
		exec(t, db, `insert into blocks (blocker_id, blocked_id) values (?, ?)`, author, reporter)
		_, err = db.Report(t.Context(), by(reporter), kind, id, "SPAM", "")
		refused(t, err, "subjectId NOT_FOUND")
		exec(t, db, `delete from blocks`)
		exec(t, db, `update users set suspended_at = now() where id = ?`, author)
		_, err = db.Report(t.Context(), by(reporter), kind, id, "SPAM", "")
		refused(t, err, "subjectId NOT_FOUND")
		exec(t, db, `update users set suspended_at = null`)
	}
	for _, kind := range []string{"Tag", "Photo", "Report", "", "style"} {
		_, err := db.Report(t.Context(), by(reporter), kind, style, "SPAM", "")
		refused(t, err, "subjectId NOT_FOUND")
	}
	_, err := db.Report(t.Context(), by(reporter), "Style", style, "SPAM", strings.Repeat("x", MaxReportDetail+1))
	refused(t, err, "detail TOO_LONG")
}

func TestReportsExistForModeratorsAlone(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, reporter := person(t, db), person(t, db)
	id := report(t, db, reporter, "Style", published(t, db, author, ""))
	former := moderator(t, db, RoleModerator)
	if !must(db.IsModerator(t.Context(), former)) {
		t.Error("a moderator does not moderate")
	}
	if err := db.GrantRole(t.Context(), usernameOf(t, db, former), RoleMember); err != nil {
		t.Fatal(err)
	}
	suspended := moderator(t, db, RoleAdmin)
	exec(t, db, `update users set suspended_at = now() where id = ?`, suspended)
	for who, userID := range map[string]int64{"reporter": reporter, "author": author, "former moderator": former, "suspended admin": suspended} {
		if must(db.IsModerator(t.Context(), userID)) {
			t.Errorf("the %s moderates", who)
		}
		_, err := db.ResolveReport(t.Context(), by(userID), id, ActionDismiss, "")
		refused(t, err, "reportId NOT_FOUND")
	}
	judge := moderator(t, db, RoleModerator)
	_, err := db.ResolveReport(t.Context(), by(judge), 1, ActionDismiss, "")
	refused(t, err, "reportId NOT_FOUND")
	_, err = db.ResolveReport(t.Context(), by(judge), id, ActionDismiss, strings.Repeat("x", MaxReportDetail+1))
	refused(t, err, "note TOO_LONG")
	if err = db.GrantRole(t.Context(), "nobody.here", RoleAdmin); err != ErrNoSuchPerson { //nolint:errorlint // it is given as it is
		t.Error(err)
	}
}

func TestOneModeratorDecides(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	style, other := published(t, db, author, "#tag"), published(t, db, author, "#tag")
	var reports, judges []int64
	for range 4 {
		reports = append(reports, report(t, db, person(t, db), "Style", style))
		judges = append(judges, moderator(t, db, RoleModerator))
	}
	unrelated := report(t, db, person(t, db), "Style", other)
	decided := 0
	for _, err := range atOnce(4, func(i int) error {
		_, err := db.ResolveReport(t.Context(), by(judges[i]), reports[i], ActionRemoveContent, "because")
		return err
	}) {
		if err == nil {
			decided++
		} else {
			refused(t, err, "reportId ALREADY_DONE")
		}
	}
	if n := one[int](t, db, `select count(*) from moderation_log where action = 'REMOVE_CONTENT' and note = 'because'`); decided != 1 || n != 1 {
		t.Errorf("%d decided, %d in the log", decided, n)
	}
	for _, id := range reports {
		if r := reportOf(t, db, id); r.State != ReportResolved || *r.Resolution != ActionRemoveContent || r.ResolvedByID == nil || r.ResolvedAt == nil {
			t.Errorf("%+v", r)
		}
	}
	if r := reportOf(t, db, unrelated); r.State != ReportOpen {
		t.Error("a report on something else was resolved")
	}
	if s := styleOf(t, db, style); s.State != StyleRemoved || one[int](t, db, `select style_count from tags`) != 1 {
		t.Errorf("%s, counted among its tags", s.State)
	}
	checkCounters(t, db)
	if open, resolved := walk(t, db, OpenReports, 0, 0, 2, false, nil), walk(t, db, ResolvedReports, 0, 0, 2, false, nil); len(open) != 1 || len(resolved) != 4 {
		t.Errorf("%d open, %d resolved", len(open), len(resolved))
	}
	if all := walk(t, db, AllReports, 0, 0, 2, false, nil); !slices.Equal(all, []int64{unrelated, reports[3], reports[2], reports[1], reports[0]}) {
		t.Errorf("%v", all)
	}
}

func TestRemovedContent(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, reader, judge := person(t, db), person(t, db), moderator(t, db, RoleModerator)
	style := publishedWith(t, db, author, "#tag "+mention(t, db, reader), ItemInput{Name: "hat", Brand: ptr("Brand")})
	commented := must(db.AddComment(t.Context(), by(author), published(t, db, reader, ""), "x", 0))
	question := must(db.AskQuestion(t.Context(), by(author), QuestionInput{Body: "x"}))
	answered := must(db.AskQuestion(t.Context(), by(reader), QuestionInput{Body: "x"}))
	answer := must(db.AnswerQuestion(t.Context(), by(author), answered, "x", nil))
	exec(t, db, `update users set bio = 'rude', website = 'https://a.example', display_name = 'rude', avatar_photo_id = ? where id = ?`, readyPhoto(t, db, author), author)
	runNotifyJobs(t, db)
	exec(t, db, `delete from outbox`)
	for kind, id := range map[string]int64{"User": author, "Style": style, "Comment": commented.CommentID, "Question": question, "Answer": answer} {
		resolve(t, db, judge, report(t, db, reader, kind, id), ActionRemoveContent)
	}
	runNotifyJobs(t, db)
	told := map[string]int{}
	for _, n := range listFolds(t, db, author) {
		if n.Kind == Moderation {
			told[n.SubjectKind]++
			if visible := must(db.SubjectVisible(t.Context(), n)); !visible {
				t.Errorf("nobody is pushed or mailed about the %s", n.SubjectKind)
			}
			if slices.Contains(n.ActorIDs, judge) || slices.Contains(n.ActorIDs, reader) {
				t.Errorf("%s gives the moderator or the reporter away", n.SubjectKind)
			}
		}
	}
	if len(told) != 5 || told["Comment"] != 1 {
		t.Errorf("the author is told of %v", told)
	}
	for _, n := range listFolds(t, db, reader) {
		if n.Kind == Mentioned || n.Kind == Moderation || n.Kind == StyleCommented || n.Kind == QuestionAnswered {
			t.Errorf("somebody else still hears %s on %s", n.Kind, n.SubjectKind)
		}
	}
	u := must(db.Users(t.Context(), []int64{author}))[author]
	if u.Bio != "" || u.Website != nil || u.AvatarPhotoID != nil || u.DisplayName != u.Username || u.StyleCount != 0 {
		t.Errorf("%+v", u)
	}
	if got := walk(t, db, StylesOfUser, author, author, 10, false, nil); !slices.Equal(got, []int64{style}) {
		t.Errorf("its author still sees it: %v", got)
	}
	if got := walk(t, db, StylesOfUser, reader, author, 10, false, nil); len(got) != 0 {
		t.Errorf("others see %v", got)
	}
	checkCounters(t, db)
	// What is gone is nothing to take down, and nobody is told.
	gone := must(db.AddComment(t.Context(), by(author), published(t, db, reader, ""), "x", 0))
	id := report(t, db, reader, "Comment", gone.CommentID)
	must(db.DeleteComment(t.Context(), by(author), gone.CommentID))
	exec(t, db, `delete from outbox`)
	resolve(t, db, judge, id, ActionRemoveContent)
	if jobs(t, db, JobNotify) != 0 || reportOf(t, db, id).State != ReportResolved {
		t.Error("of a comment that was gone somebody was told")
	}
}

func TestSuspendedPeople(t *testing.T) {
	t.Parallel()
	db := open(t)
	grant := must(db.SignUp(t.Context(), SignUpInput{Username: "rude", Email: "rude@example.com", Password: "correct horse staple", Locale: "ko", TimeZone: DefaultTimeZone}))
	author, reader, judge := grant.UserID, person(t, db), moderator(t, db, RoleModerator)
	style := published(t, db, author, "#tag")
	id := report(t, db, reader, "Style", style)
	resolve(t, db, judge, id, ActionSuspendUser)
	if active := must(db.SessionActive(t.Context(), author, grant.SessionID)); active {
		t.Error("still signed in")
	}
	_, err := db.RefreshSession(t.Context(), grant.RefreshToken, nil)
	refused(t, err, "refreshToken EXPIRED")
	_, err = db.SignIn(t.Context(), Attempt{}, "rude", "correct horse staple", "")
	refused(t, err, "SUSPENDED")
	_, err = db.SignIn(t.Context(), Attempt{}, "rude", "wrong", "")
	refused(t, err, "WRONG_CREDENTIALS")
	seen := func() int { return len(walk(t, db, StylesOfUser, reader, author, 10, false, nil)) }
	counted := func() int {
		t.Helper()
		if err := db.SettlePerson(t.Context(), author); err != nil {
			t.Fatal(err)
		}
		return one[int](t, db, `select style_count from tags`)
	}
	if seen() != 0 || counted() != 0 || jobs(t, db, JobSettlePerson) != 1 {
		t.Errorf("sees %d, counts %d", seen(), counted())
	}
	if err = db.Suspend(t.Context(), "rude", "again"); err != nil || jobs(t, db, JobSettlePerson) != 1 {
		t.Error("suspending again changes nothing", err)
	}
	if err = db.Reinstate(t.Context(), "rude", "sorry"); err != nil {
		t.Fatal(err)
	}
	if seen() != 1 || counted() != 1 || styleOf(t, db, style).State != StylePublished {
		t.Errorf("after that sees %d, counts %d", seen(), counted())
	}
	must(db.SignIn(t.Context(), Attempt{}, "rude", "correct horse staple", ""))
	checkCounters(t, db)
	for _, command := range []func(context.Context, string, string) error{db.Suspend, db.Reinstate} {
		if err = command(t.Context(), "nobody.here", ""); err != ErrNoSuchPerson { //nolint:errorlint // it is given as it is
			t.Error(err)
		}
	}
	if got := one[string](t, db, `select string_agg(action || ' ' || note, ', ' order by id) from moderation_log where author_id = ?`, author); got != "SUSPEND_USER because, SUSPEND_USER again, REINSTATE_USER sorry" {
		t.Errorf("the log says %s", got)
	}
}

func TestWhomNoModeratorSuspends(t *testing.T) {
	t.Parallel()
	db := open(t)
	reporter, judge, admin, colleague := person(t, db), moderator(t, db, RoleModerator), moderator(t, db, RoleAdmin), moderator(t, db, RoleModerator)
	for _, who := range []int64{judge, admin} {
		id := report(t, db, reporter, "User", who)
		_, err := db.ResolveReport(t.Context(), by(judge), id, ActionSuspendUser, "")
		refused(t, err, "action NOT_ALLOWED")
		if r := reportOf(t, db, id); r.State != ReportOpen {
			t.Error("a refused decision resolves nothing")
		}
	}
	resolve(t, db, admin, report(t, db, reporter, "User", colleague), ActionSuspendUser)
	if must(db.IsModerator(t.Context(), colleague)) {
		t.Error("who is suspended does not moderate")
	}
}

func TestTheModerationLogIsAppendOnly(t *testing.T) {
	t.Parallel()
	db := open(t)
	moderator(t, db, RoleModerator)
	for _, statement := range []string{`update moderation_log set note = ''`, `delete from moderation_log`, `truncate moderation_log`} {
		if _, err := db.NewRaw(statement).Exec(t.Context()); err == nil {
			t.Errorf("%s was done", statement)
		}
	}
	if n := one[int](t, db, `select count(*) from moderation_log`); n != 1 {
		t.Errorf("%d lines", n)
	}
}
