package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// RemoveQuestion takes a question down for a moderator; its author still sees it. Removing it again changes nothing.
func (tx *Tx) RemoveQuestion(ctx context.Context, questionID int64) error {
	q := new(Question)
	err := tx.NewRaw(`update questions set removed_at = ? where id = ? and removed_at is null returning id, author_id, accepted_answer_id`,
		tx.now, questionID).Scan(ctx, q)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove question %d: %w", questionID, err)
	}
	tx.changes.Questions = append(tx.changes.Questions, q.ID)
	if q.AcceptedAnswerID == nil {
		return nil
	}
	var answererID int64
	if err = tx.NewRaw(`select author_id from answers where id = ?`, *q.AcceptedAnswerID).Scan(ctx, &answererID); err != nil {
		return fmt.Errorf("remove question %d: %w", questionID, err)
	}
	return tx.notifyAccepted(ctx, q, *q.AcceptedAnswerID, answererID)
}

// RemoveAnswer takes an answer down for a moderator: it no longer counts and is no longer accepted, and only its author
// still sees it. Removing it again changes nothing.
func (tx *Tx) RemoveAnswer(ctx context.Context, answerID int64) error {
	a := new(Answer)
	err := tx.NewRaw(`update answers set removed_at = ? where id = ? and removed_at is null returning id, question_id, author_id`,
		tx.now, answerID).Scan(ctx, a)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove answer %d: %w", answerID, err)
	}
	tx.changes.Answers = append(tx.changes.Answers, a.ID)
	q := new(Question)
	err = tx.NewRaw(`update questions set accepted_answer_id = nullif(accepted_answer_id, ?) where id = ? returning id, author_id`,
		a.ID, a.QuestionID).Scan(ctx, q)
	if err != nil {
		return fmt.Errorf("remove answer %d: %w", answerID, err)
	}
	if err = tx.notifyAccepted(ctx, q, a.ID, a.AuthorID); err != nil {
		return err
	}
	return tx.countAnswer(ctx, q, a.AuthorID, -1)
}
