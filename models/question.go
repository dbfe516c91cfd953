package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"styleshare/internal/fault"
)

// MaxQuestion is the longest question, in characters.
const MaxQuestion = 1000

// Question is what somebody asks everybody. It is cached, so it carries nothing that depends on who looks.
type Question struct {
	bun.BaseModel `bun:"table:questions"`

	ID               int64 `bun:",pk,autoincrement"`
	AuthorID         int64
	Body             string
	PhotoIDs         []int64 `bun:"photo_ids,array"`
	StyleID          *int64  // what it is about
	AnswerCount      int     // without those that moderators removed
	AcceptedAnswerID *int64
	CreatedAt        time.Time
	PublishedAt      *time.Time // nil while it waits for its photos
	RemovedAt        *time.Time // by a moderator
}

// QuestionInput is what a person asks.
type QuestionInput struct {
	Body     string
	PhotoIDs []int64
	StyleID  int64 // what it is about, 0 for nothing in particular
}

func (in *QuestionInput) check() error {
	var faults fault.Users
	in.Body = text(&faults, "body", in.Body, 1, MaxQuestion)
	if len(in.PhotoIDs) > MaxPhotos {
		faults.Add("photoIds", fault.TooMany, "too_many", MaxPhotos)
	}
	checkTwice(&faults, "photoIds", in.PhotoIDs, "photo_twice")
	return faults.Err()
}

// checkTwice checks that no id is there twice, and gives them as a set.
func checkTwice(faults *fault.Users, field string, ids []int64, complaint string) map[int64]bool {
	seen := make(map[int64]bool, len(ids))
	for i, id := range ids {
		if seen[id] {
			faults.Add(field+"."+strconv.Itoa(i), fault.Invalid, complaint)
		}
		seen[id] = true
	}
	return seen
}

// AskQuestion asks everybody something. Others see it at once where all its photos are READY, and as soon as they are
// otherwise. The error is fault.Users where the input can be put right.
func (db *DB) AskQuestion(ctx context.Context, a Attempt, in QuestionInput) (questionID int64, err error) {
	if err = in.check(); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		q := &Question{AuthorID: a.UserID, Body: in.Body, PhotoIDs: append([]int64{}, in.PhotoIDs...), CreatedAt: tx.now}
		if in.StyleID != 0 {
			if _, err := tx.visibleStyle(ctx, a.UserID, in.StyleID); err != nil {
				return 0, err
			}
			q.StyleID = &in.StyleID
		}
		if err := tx.takePhotos(ctx, a.UserID, in.PhotoIDs); err != nil {
			return 0, err
		}
		_, err := tx.NewInsert().Model(q).ExcludeColumn("id").Returning("id").Exec(ctx)
		if violates(err, "questions_style_id_fkey") {
			return 0, fault.Reject("styleId", fault.UserNotFound, "not_found")
		}
		if err != nil {
			return 0, fmt.Errorf("ask: %w", err)
		}
		_, err = tx.NewRaw(`update photos set question_id = ? where id = any(?)`, q.ID, pgdialect.Array(in.PhotoIDs)).Exec(ctx)
		if err != nil {
			return 0, fmt.Errorf("ask: %w", err)
		}
		tx.changes.Photos = append(tx.changes.Photos, in.PhotoIDs...)
		return q.ID, tx.showQuestion(ctx, q.ID)
	})
}

// showQuestion lets others see a question whose photos are all READY.
func (tx *Tx) showQuestion(ctx context.Context, questionID int64) error {
	_, err := tx.NewRaw(`update questions q set published_at = ? where q.id = ? and q.published_at is null
		and not exists (select from photos p where p.id = any(q.photo_ids) and p.state <> 'READY')`, tx.now, questionID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("show question %d: %w", questionID, err)
	}
	tx.changes.Questions = append(tx.changes.Questions, questionID)
	return nil
}

// questionPhotoDone shows the question that waited for a photo which is READY now, if it was the last.
func (tx *Tx) questionPhotoDone(ctx context.Context, photoID int64) error {
	var waiting []int64
	err := tx.NewRaw(`select id from questions where id in (select question_id from photos where id = ?) and published_at is null
		for update`, photoID).Scan(ctx, &waiting)
	if err != nil {
		return fmt.Errorf("look for questions that wait: %w", err)
	}
	for _, id := range waiting {
		if err = tx.showQuestion(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// visibleQuestion gives a question that the person may see, or the user error that it does not exist.
func (tx *Tx) visibleQuestion(ctx context.Context, viewerID, questionID int64) (*Question, error) {
	q := new(Question)
	err := tx.Tx.Tx.QueryRowContext(ctx, `select q.id, q.author_id from questions q join users u on u.id = q.author_id
		where q.id = $2 and `+questionVisibleSQL, viewerID, questionID).Scan(&q.ID, &q.AuthorID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.Reject("questionId", fault.UserNotFound, "not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("look for question %d: %w", questionID, err)
	}
	return q, nil
}
