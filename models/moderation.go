package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/fault"
)

// ReportAction is what a moderator does about a report.
type ReportAction string

// The actions, and what else stands in the log.
const (
	ActionDismiss       ReportAction = "DISMISS"
	ActionRemoveContent ReportAction = "REMOVE_CONTENT"
	ActionSuspendUser   ReportAction = "SUSPEND_USER"

	actionReinstateUser ReportAction = "REINSTATE_USER"
	actionGrantRole     ReportAction = "GRANT_ROLE"
	actionEraseUser     ReportAction = "ERASE_USER"
)

// moderationEntry is a line of the log, which nobody can change.
type moderationEntry struct {
	bun.BaseModel `bun:"table:moderation_log"`

	ID          int64  `bun:",pk,autoincrement"`
	ModeratorID *int64 // nil for a command
	Action      ReportAction
	SubjectKind string
	SubjectID   int64
	AuthorID    int64
	ReportID    *int64
	Note        string
	CreatedAt   time.Time
}

func (tx *Tx) logModeration(ctx context.Context, e moderationEntry) error {
	e.CreatedAt = tx.now
	if _, err := tx.NewInsert().Model(&e).ExcludeColumn("id").Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("log %s: %w", e.Action, err)
	}
	return nil
}

// ResolveReport does what a moderator decides about a report, and with it resolves all open reports on the same subject.
// Of moderators who decide at the same moment one does, the others get ALREADY_DONE. For everybody else there is no
// report.
func (db *DB) ResolveReport(ctx context.Context, a Attempt, reportID int64, action ReportAction, note string) (int64, error) {
	var faults fault.Users
	note = text(&faults, "note", note, 0, MaxReportDetail)
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		role, err := readRole(ctx, tx.NewRaw(roleSQL+` for share of r`, a.UserID))
		if err != nil {
			return 0, err
		}
		if role == RoleMember {
			return 0, fault.Reject("reportId", fault.UserNotFound, "not_found")
		}
		if err = faults.Err(); err != nil {
			return 0, err
		}
		r, err := tx.openReport(ctx, reportID)
		if err != nil {
			return 0, err
		}
		if err = tx.moderate(ctx, a.UserID, r, action); err != nil {
			return 0, err
		}
		_, err = tx.NewRaw(`update reports set state = 'RESOLVED', resolution = ?, resolved_by_id = ?, resolved_at = ?
			where subject_kind = ? and subject_id = ? and state = 'OPEN'`, action, a.UserID, tx.now, r.SubjectKind, r.SubjectID).Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("resolve reports: %w", err)
		}
		return r.ID, tx.logModeration(ctx, moderationEntry{ModeratorID: &a.UserID, Action: action, SubjectKind: r.SubjectKind, SubjectID: r.SubjectID,
			AuthorID: r.AuthorID, ReportID: &r.ID, Note: note})
	})
}

// openReport gives a report that is open, and keeps others from deciding about the same subject until the commit.
func (tx *Tx) openReport(ctx context.Context, id int64) (*Report, error) {
	r := new(Report)
	err := tx.NewSelect().Model(r).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Reject("reportId", fault.UserNotFound, "not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("look for report %d: %w", id, err)
	}
	_, err = tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, fmt.Sprintf("moderate/%s/%d", r.SubjectKind, r.SubjectID)).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the subject: %w", err)
	}
	// Whoever held the lock may have resolved it.
	if err = tx.NewRaw(`select state from reports where id = ?`, id).Scan(ctx, &r.State); err != nil {
		return nil, fmt.Errorf("look for report %d again: %w", id, err)
	}
	if r.State != ReportOpen {
		return nil, fault.Reject("reportId", fault.AlreadyDone, "already_done")
	}
	return r, nil
}

func (tx *Tx) moderate(ctx context.Context, moderatorID int64, r *Report, action ReportAction) error {
	switch action {
	case ActionRemoveContent:
		removed, err := removals[r.SubjectKind](tx, ctx, r.SubjectID)
		if err != nil || !removed {
			return err
		}
		return tx.notify(ctx, NotifyJob{RecipientID: r.AuthorID, Kind: Moderation, SubjectKind: r.SubjectKind, SubjectID: r.SubjectID, ActorID: r.AuthorID})
	case ActionSuspendUser:
		role, err := readRole(ctx, tx.NewRaw(roleSQL, r.AuthorID))
		if err != nil {
			return err
		}
		if role == RoleAdmin || r.AuthorID == moderatorID {
			return fault.Reject("action", fault.NotAllowed, "not_allowed")
		}
		return tx.suspend(ctx, r.AuthorID)
	default:
		return nil
	}
}
