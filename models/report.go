package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"styleshare/internal/fault"
)

// ReportReason is what a report complains of.
type ReportReason string

// ReportState tells whether a moderator has dealt with a report.
type ReportState string

// The states of a report.
const (
	ReportOpen     ReportState = "OPEN"
	ReportResolved ReportState = "RESOLVED"
)

// MaxReportDetail is the longest detail of a report and the longest note of its resolution, in characters.
const MaxReportDetail = 1000

// Report is what somebody tells the moderators of a style, a comment, a person, a question or an answer. Only moderators
// see it.
type Report struct {
	bun.BaseModel `bun:"table:reports"`

	ID           int64 `bun:",pk,autoincrement"`
	ReporterID   int64
	SubjectKind  string
	SubjectID    int64
	AuthorID     int64 // whose the subject is
	Reason       ReportReason
	Detail       string
	State        ReportState
	CreatedAt    time.Time
	Resolution   *ReportAction
	ResolvedByID *int64
	ResolvedAt   *time.Time
}

// The queue of the moderators: newest first, without a parent.
var (
	AllReports      = newList("r.id", "r.id", "0", "reports r", "true")
	OpenReports     = newList("r.id", "r.id", "0", "reports r", "r.state = 'OPEN'")
	ResolvedReports = newList("r.id", "r.id", "0", "reports r", "r.state = 'RESOLVED'")
)

// reportableSQL finds, for each kind of what can be reported, whose the subject $2 is, where the viewer $1 may see it.
var reportableSQL = map[string]string{
	onUser:  `select u.id from users u where u.id = $2 and ` + userVisibleSQL,
	onStyle: `select s.author_id from styles s join users u on u.id = s.author_id where s.id = $2 and ` + styleVisibleSQL,
	onComment: `select c.author_id from comments c join styles s on s.id = c.style_id join users u on u.id = s.author_id
		join users w on w.id = c.author_id where c.id = $2 and ` + styleVisibleSQL + ` and ` + strings.ReplaceAll(userVisibleSQL, "u.", "w."),
	onQuestion: `select q.author_id from questions q join users u on u.id = q.author_id where q.id = $2 and ` + questionVisibleSQL,
	onAnswer:   `select a.author_id from ` + visibleAnswerSQL,
}

// Report tells the moderators of what the person may see and is not theirs. A subject that they have reported and nobody
// has dealt with yet is not reported again: the first report stays as it is.
func (db *DB) Report(ctx context.Context, a Attempt, subjectKind string, subjectID int64, reason ReportReason, detail string) (int64, error) {
	var faults fault.Users
	detail = text(&faults, "detail", detail, 0, MaxReportDetail)
	if err := faults.Err(); err != nil {
		return 0, err
	}
	subject, ok := reportableSQL[subjectKind]
	if !ok {
		return 0, fault.Reject("subjectId", fault.UserNotFound, "not_found")
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (id int64, err error) {
		var authorID int64
		err = tx.Tx.Tx.QueryRowContext(ctx, subject, a.UserID, subjectID).Scan(&authorID)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return 0, fault.Reject("subjectId", fault.UserNotFound, "not_found")
		case err != nil:
			return 0, fmt.Errorf("look for what is reported: %w", err)
		case authorID == a.UserID:
			return 0, fault.Reject("subjectId", fault.NotAllowed, "own_content")
		}
		err = tx.NewRaw(`insert into reports as r (reporter_id, subject_kind, subject_id, author_id, reason, detail, state, created_at)
			values (?, ?, ?, ?, ?, ?, 'OPEN', ?) on conflict (subject_kind, subject_id, reporter_id) where state = 'OPEN'
			do update set detail = r.detail returning id`, a.UserID, subjectKind, subjectID, authorID, reason, detail, tx.now).Scan(ctx, &id)
		if err != nil {
			return 0, fmt.Errorf("report: %w", err)
		}
		return id, nil
	})
}

// Reports reads reports by id, for moderators.
func (db *DB) Reports(ctx context.Context, ids []int64) (map[int64]*Report, error) {
	var rows []*Report
	if err := db.NewSelect().Model(&rows).Where("id = any(?)", pgdialect.Array(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	found := make(map[int64]*Report, len(rows))
	for _, row := range rows {
		found[row.ID] = row
	}
	return found, nil
}
