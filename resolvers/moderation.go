package resolvers

import (
	"context"

	"styleshare/graph/model"
	"styleshare/internal/fault"
	"styleshare/internal/relay"
	"styleshare/loaders"
	"styleshare/models"
)

// Moderation is what moderators see.
func (r query) Moderation(ctx context.Context) (*loaders.Moderation, error) {
	return r.Loaders.Moderation(ctx)
}

// Report tells the moderators of something.
func (r mutation) Report(ctx context.Context, input model.ReportInput) (*model.ReportPayload, error) {
	a, err := attempt(ctx, "report", input.ClientMutationID, input)
	var id int64
	if err == nil {
		if d := r.Limiter.Allow(ctx, reportByUser, relay.ID("User", a.UserID)); !d.Allowed {
			return nil, tooMany(d)
		}
		id, err = r.report(ctx, a, input)
	}
	faults, err := userErrors(ctx, err)
	return &model.ReportPayload{ReportID: globalIDIf(faults, "Report", id), ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

func (r mutation) report(ctx context.Context, a models.Attempt, input model.ReportInput) (int64, error) {
	kind, subjectID, err := relay.ParseID(input.SubjectID)
	if err != nil {
		return 0, fault.Reject("subjectId", fault.Invalid, "invalid")
	}
	return r.DB.Report(ctx, a, kind, subjectID, input.Reason, value(input.Detail, ""))
}

// ResolveReport decides about a report.
func (r mutation) ResolveReport(ctx context.Context, input model.ResolveReportInput) (*model.ResolveReportPayload, error) {
	id, faults, err := changing(ctx, "Report", "reportId", input.ReportID, "resolveReport", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, id int64) (int64, error) {
			return r.DB.ResolveReport(ctx, a, id, input.Action, value(input.Note, ""))
		})
	payload := &model.ResolveReportPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Report, err = object(ctx, faults, id, r.Loaders.Report)
	}
	return payload, err
}
