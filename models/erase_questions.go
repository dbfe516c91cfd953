package models

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// eraseAnswers takes what the person has answered; a question whose accepted answer goes has none.
func eraseAnswers(ctx context.Context, tx *Tx, userID int64) (int, error) {
	return tx.eraseAnswersBy(ctx, "author_id", userID)
}

// eraseQuestions takes one question, with what others have answered; its photos go with the person's others.
func eraseQuestions(ctx context.Context, tx *Tx, userID int64) (int, error) {
	q := new(Question)
	err := tx.NewSelect().Model(q).Where("author_id = ?", userID).OrderExpr("id").Limit(1).For("update").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if n, err := tx.eraseAnswersBy(ctx, "question_id", q.ID); err != nil || n > 0 {
		return 1, err
	}
	tx.changes.Questions = append(tx.changes.Questions, q.ID)
	tx.changes.Photos = append(tx.changes.Photos, q.PhotoIDs...)
	return 1, tx.execFor(ctx, userID, []int64{q.ID},
		`delete from notifications where subject_kind = 'Question' and subject_id = any(?1) and ?0 > 0`,
		`delete from questions where author_id = ?0 and id = any(?1)`)
}

// eraseAnswersBy takes a batch of the answers of a person or to a question.
func (tx *Tx) eraseAnswersBy(ctx context.Context, column string, id int64) (int, error) {
	batch, err := tx.ids(ctx, `select id from answers where `+column+` = ? order by id limit ?`, id, eraseBatch)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	// Answers wait for the question, and only then is looked which are there.
	questions, err := tx.ids(ctx, `select id from questions where id in (select question_id from answers where id = any(?)) order by id for no key update`, pgdialect.Array(batch))
	if err != nil {
		return 0, err
	}
	tx.changes.Answers, tx.changes.Questions = append(tx.changes.Answers, batch...), append(tx.changes.Questions, questions...)
	return len(batch), tx.execFor(ctx, id, batch,
		`delete from notifications where subject_kind = 'Answer' and subject_id = any(?1) and ?0 > 0`,
		`with gone as (delete from answers where id = any(?1) and ?0 > 0 returning question_id, removed_at)
			update questions q set answer_count = answer_count - g.n
			from (select question_id, count(*) filter (where removed_at is null) as n from gone group by 1) g where q.id = g.question_id`)
}
