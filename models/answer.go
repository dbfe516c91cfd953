package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"styleshare/internal/fault"
)

// The limits of an answer.
const (
	MaxAnswer      = 1000 // characters
	MaxCitedStyles = 10
)

// Answer is what somebody says to a question. It is cached, so it carries nothing that depends on who looks.
type Answer struct {
	bun.BaseModel `bun:"table:answers"`

	ID         int64 `bun:",pk,autoincrement"`
	QuestionID int64
	AuthorID   int64
	Body       string
	StyleIDs   []int64 `bun:"style_ids,array"` // looks cited as the answer, gone ones included
	CreatedAt  time.Time
	RemovedAt  *time.Time // by a moderator
}

// AnswerQuestion answers a question that the person may see, with looks that they may see.
func (db *DB) AnswerQuestion(ctx context.Context, a Attempt, questionID int64, body string, styleIDs []int64) (int64, error) {
	var faults fault.Users
	body = text(&faults, "body", body, 1, MaxAnswer)
	if len(styleIDs) > MaxCitedStyles {
		faults.Add("styleIds", fault.TooMany, "too_many", MaxCitedStyles)
	}
	checkTwice(&faults, "styleIds", styleIDs, "style_twice")
	if err := faults.Err(); err != nil {
		return 0, err
	}
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		q, err := tx.visibleQuestion(ctx, a.UserID, questionID)
		if err != nil {
			return 0, err
		}
		if err = tx.checkCited(ctx, a.UserID, styleIDs); err != nil {
			return 0, err
		}
		answer := &Answer{QuestionID: q.ID, AuthorID: a.UserID, Body: body, StyleIDs: append([]int64{}, styleIDs...), CreatedAt: tx.now}
		_, err = tx.NewInsert().Model(answer).ExcludeColumn("id").Returning("id").Exec(ctx)
		if violates(err, "answers_question_id_fkey") {
			return 0, fault.Reject("questionId", fault.UserNotFound, "not_found")
		}
		if err != nil {
			return 0, fmt.Errorf("answer: %w", err)
		}
		return answer.ID, tx.countAnswer(ctx, q, a.UserID, +1)
	})
}

// checkCited checks that the person may see the styles that they cite.
func (tx *Tx) checkCited(ctx context.Context, viewerID int64, styleIDs []int64) error {
	if len(styleIDs) == 0 {
		return nil
	}
	rows, err := tx.Tx.Tx.QueryContext(ctx, `select x.n from unnest($2::bigint[]) with ordinality x(id, n) where not exists (
		select from styles s join users u on u.id = s.author_id where s.id = x.id and `+styleVisibleSQL+`) and $1::bigint is not null order by x.n`,
		viewerID, styleIDs)
	if err != nil {
		return fmt.Errorf("look for cited styles: %w", err)
	}
	defer rows.Close()
	var faults fault.Users
	for rows.Next() {
		var place int
		if err = rows.Scan(&place); err != nil {
			return fmt.Errorf("look for cited styles: %w", err)
		}
		faults.Add("styleIds."+strconv.Itoa(place-1), fault.UserNotFound, "not_found")
	}
	if err = rows.Err(); err != nil {
		return fmt.Errorf("look for cited styles: %w", err)
	}
	return faults.Err()
}

// countAnswer has the counter and the notification follow an answer that came (+1) or went (-1).
func (tx *Tx) countAnswer(ctx context.Context, q *Question, answererID int64, by int) error {
	if _, err := tx.NewRaw(`update questions set answer_count = answer_count + ? where id = ?`, by, q.ID).Exec(ctx); err != nil {
		return fmt.Errorf("count answer: %w", err)
	}
	tx.changes.Questions = append(tx.changes.Questions, q.ID)
	return tx.notify(ctx, NotifyJob{RecipientID: q.AuthorID, Kind: QuestionAnswered, SubjectKind: onQuestion, SubjectID: q.ID, ActorID: answererID})
}

// AcceptAnswer has the asker say which answer it is, and gives the question. They may change their mind: the last one
// counts. Accepting the same again changes nothing.
func (db *DB) AcceptAnswer(ctx context.Context, a Attempt, answerID int64) (int64, error) {
	return Once(ctx, db, a, func(ctx context.Context, tx *Tx) (int64, error) {
		answer, q, err := tx.visibleAnswer(ctx, a.UserID, answerID)
		if err != nil {
			return 0, err
		}
		if q.AuthorID != a.UserID {
			return 0, fault.Reject("answerId", fault.NotAllowed, "not_allowed")
		}
		return q.ID, tx.accept(ctx, q, answer)
	})
}

// visibleAnswerSQL finds an answer ($2) and its question where the viewer ($1) may see both.
var visibleAnswerSQL = `answers a join users u on u.id = a.author_id join questions q on q.id = a.question_id join users o on o.id = q.author_id
	where a.id = $2 and ` + answerVisibleSQL + ` and ` + strings.ReplaceAll(questionVisibleSQL, "u.", "o.")

// visibleAnswer gives an answer that the person may see and its question, locked, or the user error that there is none.
func (tx *Tx) visibleAnswer(ctx context.Context, viewerID, answerID int64) (*Answer, *Question, error) {
	a, q := new(Answer), new(Question)
	err := tx.Tx.Tx.QueryRowContext(ctx, `select a.id, a.author_id, q.id, q.author_id
		from `+visibleAnswerSQL+` for no key update of q`, viewerID, answerID).Scan(&a.ID, &a.AuthorID, &q.ID, &q.AuthorID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, fault.Reject("answerId", fault.UserNotFound, "not_found")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("look for answer %d: %w", answerID, err)
	}
	return a, q, nil
}

// accept changes which answer of a locked question is the accepted one; both people concerned hear of it. An answer that
// a moderator removed is none.
func (tx *Tx) accept(ctx context.Context, q *Question, answer *Answer) error {
	var before []Answer
	err := tx.NewRaw(`select a.id, a.author_id from questions q join answers a on a.id = q.accepted_answer_id where q.id = ?`, q.ID).Scan(ctx, &before)
	if err != nil {
		return fmt.Errorf("read accepted answer: %w", err)
	}
	n, err := affected(tx.NewRaw(`update questions q set accepted_answer_id = a.id from answers a
		where q.id = ? and a.id = ? and a.removed_at is null and q.accepted_answer_id is distinct from a.id`, q.ID, answer.ID).Exec(ctx))
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	if n == 0 {
		return nil
	}
	tx.changes.Questions = append(tx.changes.Questions, q.ID)
	for _, concerned := range append(before, *answer) {
		if err = tx.notifyAccepted(ctx, q, concerned.ID, concerned.AuthorID); err != nil {
			return err
		}
	}
	return nil
}

// notifyAccepted records that an answer became the accepted one, or no longer is.
func (tx *Tx) notifyAccepted(ctx context.Context, q *Question, answerID, answererID int64) error {
	return tx.notify(ctx, NotifyJob{RecipientID: answererID, Kind: AnswerAccepted, SubjectKind: onAnswer, SubjectID: answerID, ActorID: q.AuthorID})
}
