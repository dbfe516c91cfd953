package loaders

import (
	"context"

	"styleshare/internal/relay"
	"styleshare/models"
)

// Moderation is what moderators see.
type Moderation struct{ *request }

// Report is what somebody told the moderators, as they see it.
type Report struct {
	*models.Report
	cohort *cohort[Report]
}

// The pages of reports.
type (
	// ReportConnection is a page of reports.
	ReportConnection = Connection[Report]
	// ReportEdge is a report in a list.
	ReportEdge = Edge[Report]
)

// ReportSubject is what a report is about.
type ReportSubject interface{ IsReportSubject() }

// moderating is the same request, which sees what is hidden: for what was reported, and only for moderators.
func (r *request) moderating() *request {
	m := *r
	m.moderates = true
	return &m
}

// isModerator tells whether the viewer moderates.
func (r *request) isModerator() (bool, error) {
	if r.viewer() == 0 {
		return false, nil
	}
	return r.db.IsModerator(r.ctx, r.viewer())
}

// Moderation is nil for everybody but moderators.
func (l *Loaders) Moderation(ctx context.Context) (*Moderation, error) {
	r := l.request(ctx)
	moderator, err := r.isModerator()
	if err != nil || !moderator {
		return nil, err
	}
	return &Moderation{r}, nil
}

// Reports is a page of what was reported, newest first; of all of it where state is nil.
func (m *Moderation) Reports(first *int, after *string, state *models.ReportState) (*ReportConnection, error) {
	list := models.AllReports
	if state != nil {
		list = map[models.ReportState]models.List{models.ReportOpen: models.OpenReports, models.ReportResolved: models.ResolvedReports}[*state]
	}
	return rootPage(m.request, 0, list, arguments{first: first, after: after}, (*request).reportsByID)
}

// reportsByID gives reports to moderators: whoever asks must be one.
func (r *request) reportsByID(ids []int64) (map[int64]*Report, error) {
	rows, err := r.db.Reports(r.ctx, ids)
	if err != nil {
		return nil, err
	}
	return gather(r.moderating(), ids, parallel(ids, rows), func(row *models.Report, c *cohort[Report]) *Report { return &Report{row, c} }), nil
}

// visibleReports gives the reports to moderators, and nothing to everybody else.
func (r *request) visibleReports(ids []int64) (map[int64]*Report, error) {
	moderator, err := r.isModerator()
	if err != nil || !moderator {
		return nil, err
	}
	return r.reportsByID(ids)
}

// Report gives a report by id; nil where there is none or the viewer does not moderate.
func (l *Loaders) Report(ctx context.Context, id int64) (*Report, error) {
	return one(l.request(ctx), id, (*request).visibleReports)
}

// IsNode marks the type for gqlgen.
func (*Report) IsNode() {}

// IsReportSubject marks the type for gqlgen.
func (*User) IsReportSubject() {}

// IsReportSubject marks the type for gqlgen.
func (*Style) IsReportSubject() {}

// IsReportSubject marks the type for gqlgen.
func (*Comment) IsReportSubject() {}

// IsReportSubject marks the type for gqlgen.
func (*Question) IsReportSubject() {}

// IsReportSubject marks the type for gqlgen.
func (*Answer) IsReportSubject() {}

// GlobalID is the Relay id.
func (r *Report) GlobalID() string { return relay.ID("Report", r.ID) }

// Reporter is who reported it.
func (r *Report) Reporter() (*User, error) {
	people, err := r.people()
	return people[r.ReporterID], err
}

// ResolvedBy is the moderator who dealt with it, nil while it is open or where they are gone.
func (r *Report) ResolvedBy() (*User, error) {
	if r.ResolvedByID == nil {
		return nil, nil
	}
	people, err := r.people()
	return people[*r.ResolvedByID], err
}

func (r *Report) people() (map[int64]*User, error) {
	return related(r.cohort, "people", func(all []*Report) (map[int64]*User, error) {
		return r.cohort.usersByID(allKeys(all, func(r *Report) []int64 { return []int64{r.ReporterID, optional(r.ResolvedByID)} }))
	})
}

// Subject is what was reported, hidden or not; nil where it is gone.
func (r *Report) Subject() (ReportSubject, error) {
	switch r.SubjectKind {
	case "Style":
		return reported(r, (*request).visibleStyles)
	case "Comment":
		return reported(r, (*request).visibleComments)
	case "Question":
		return reported(r, (*request).visibleQuestions)
	case "Answer":
		return reported(r, (*request).visibleAnswers)
	default:
		return reported(r, (*request).usersByID)
	}
}

// reported has all subjects of one kind loaded for the cohort.
func reported[T any, P interface {
	*T
	ReportSubject
}](r *Report, find func(*request, []int64) (map[int64]*T, error)) (ReportSubject, error) {
	found, err := related(r.cohort, "subject/"+r.SubjectKind, func(all []*Report) (map[int64]*T, error) {
		return find(r.cohort.request, keys(all, func(other *Report) int64 {
			if other.SubjectKind != r.SubjectKind {
				return 0
			}
			return other.SubjectID
		}))
	})
	if object := found[r.SubjectID]; object != nil && err == nil {
		return P(object), nil
	}
	return nil, err
}
