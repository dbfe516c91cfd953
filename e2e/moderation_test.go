package e2e

import (
	"strings"
	"testing"
)

const (
	reportQuery  = `mutation ($input: ReportInput!) { report(input: $input) { reportId userErrors { field code } } }`
	resolveQuery = `mutation ($input: ResolveReportInput!) { resolveReport(input: $input) { report { state resolution resolvedBy { username } } userErrors { field code } } }`
	queueQuery   = `query ($state: ReportState) { moderation { reports(state: $state) { nodes { id reporter { username } reason detail state
		subject { __typename ... on Style { id author { username } } ... on Comment { id } ... on User { id } } } } } }`
	personQuery = `query ($username: String!) { user(username: $username) { id styles { nodes { id } } } }`
)

// report has a person report something, and gives the report's id.
func (p *Person) report(t *testing.T, subject string) string {
	t.Helper()
	return p.Do(t, reportQuery, Vars{"input": Vars{"subjectId": subject, "reason": "SPAM", "detail": "look"}}).OK(t).Text("report.reportId")
}

func (p *Person) resolve(t *testing.T, report, action string) Answer {
	t.Helper()
	return p.Do(t, resolveQuery, Vars{"input": Vars{"reportId": report, "action": action, "note": "because"}})
}

func (s *Stack) mustCommand(t *testing.T, args ...string) {
	t.Helper()
	if out, code := s.Command(t, args...); code != 0 {
		t.Fatalf("%v: %s", args, out)
	}
}

// TestModeration has a moderator take a style down, and suspend somebody on every server; a command lets them in again.
func TestModeration(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Servers: 2})
	minji, jiho, sora := s.SignUp(t, "minji"), s.SignUp(t, "jiho"), s.SignUp(t, "sora")
	publish := func(caption string) string {
		id := jiho.Publish(t, caption, jiho.Upload(t, picture(t, 20, 20), "image/jpeg"))
		jiho.Published(t, id)
		return id
	}
	s.Exec(t, `update accounts set email_verified_at = now()`)
	rude, fine := publish("rude #ootd"), publish("fine #ootd")
	first, second := minji.report(t, rude), minji.report(t, fine)

	if a := sora.Do(t, queueQuery, nil).OK(t); a.At("moderation") != nil {
		t.Errorf("a member sees %s", a.Body)
	}
	sora.resolve(t, first, "DISMISS").Refused(t, "NOT_FOUND")
	s.mustCommand(t, "roles", "grant", "sora", "moderator")
	if got := sora.Do(t, queueQuery, Vars{"state": "OPEN"}).OK(t).Each("moderation.reports.nodes", "id"); len(got) != 2 || got[0] != second {
		t.Errorf("the queue has %v", got)
	}

	if got := sora.resolve(t, first, "REMOVE_CONTENT").OK(t).Text("resolveReport.report.resolvedBy.username"); got != "sora" {
		t.Errorf("resolved by %s", got)
	}
	sora.resolve(t, first, "DISMISS").Refused(t, "ALREADY_DONE")
	if got := minji.Do(t, personQuery, Vars{"username": "jiho"}).OK(t).Each("user.styles.nodes", "id"); len(got) != 1 || got[0] != fine {
		t.Errorf("others see %v", got)
	}
	if got := jiho.Do(t, personQuery, Vars{"username": "jiho"}).OK(t).Each("user.styles.nodes", "id"); len(got) != 2 {
		t.Errorf("its author sees %v", got)
	}
	jiho.awaitNotified(t, "MODERATION", 0)
	if m := s.Mail(t, jiho.Email, "Your style was taken down"); strings.Contains(m.Text, "sora") || strings.Contains(m.Text, "minji") {
		t.Errorf("the mail names who reported or decided:\n%s", m.Text)
	}

	jiho.At(t, s.Servers[1], viewerQuery, nil).OK(t)
	sora.resolve(t, second, "SUSPEND_USER").OK(t)
	for _, server := range s.Servers {
		WaitFor(t, "the server to refuse the session", func() bool { return jiho.At(t, server, viewerQuery, nil).Code() == "UNAUTHENTICATED" })
	}
	credentials := Vars{"input": Vars{"login": "jiho", "password": password}}
	s.Do(t, "", "SignIn", credentials).Refused(t, "SUSPENDED")
	if a := minji.Do(t, personQuery, Vars{"username": "jiho"}).OK(t); a.At("user") != nil {
		t.Errorf("others see %s", a.Body)
	}
	s.mustCommand(t, "people", "reinstate", "jiho", "--note", "sorry")
	s.Do(t, "", "SignIn", credentials).OK(t)
	if got := minji.Do(t, personQuery, Vars{"username": "jiho"}).OK(t).Each("user.styles.nodes", "id"); len(got) != 1 {
		t.Errorf("after that others see %v", got)
	}
	s.mustCommand(t, "people", "suspend", "jiho", "--note", "again")
	if a := minji.Do(t, personQuery, Vars{"username": "jiho"}).OK(t); a.At("user") != nil {
		t.Errorf("others see %s", a.Body)
	}
	for _, args := range [][]string{{"roles", "grant", "nobody.here", "admin"}, {"roles", "grant", "sora", "king"}, {"people", "suspend", "nobody.here"}} {
		if out, code := s.Command(t, args...); code == 0 {
			t.Errorf("%v: %s", args, out)
		}
	}
	if n := s.Number(t, `select count(*) from moderation_log`); n != 5 {
		t.Errorf("%d lines in the log", n)
	}
}

// moderation has taeyang moderate, and two things reported.
func (w *world) moderation(t *testing.T) {
	t.Helper()
	w.mustCommand(t, "roles", "grant", "taeyang", "moderator")
	w.ids["report"] = w.people["minji"].report(t, w.ids["style 2"])
	w.ids["report comment"] = w.people["yuna"].report(t, w.ids["comment 5.1"])
}
