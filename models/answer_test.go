package models

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func TestAnswersToQuestionsThatAreRefused(t *testing.T) {
	t.Parallel()
	db := open(t)
	asker, other := person(t, db), person(t, db)
	private := person(t, db)
	hidden := asked(t, db, private)
	hiddenStyle := published(t, db, private, "")
	exec(t, db, `update users set is_private = true where id = ?`, private)
	id, style := asked(t, db, asker), published(t, db, asker, "")
	waiting := asked(t, db, asker, photoIn(t, db, asker, PhotoProcessing))
	removed := asked(t, db, asker)
	remove(t, db, (*Tx).RemoveQuestion, removed)
	for name, c := range map[string]struct {
		question int64
		body     string
		cited    []int64
		want     []string
	}{
		"nothing":           {id, " ", nil, []string{"body REQUIRED"}},
		"too long":          {id, strings.Repeat("x", MaxAnswer+1), nil, []string{"body TOO_LONG"}},
		"unknown":           {1, "x", nil, []string{"questionId NOT_FOUND"}},
		"hidden":            {hidden, "x", nil, []string{"questionId NOT_FOUND"}},
		"waiting":           {waiting, "x", nil, []string{"questionId NOT_FOUND"}},
		"removed":           {removed, "x", nil, []string{"questionId NOT_FOUND"}},
		"a style twice":     {id, "x", []int64{style, style}, []string{"styleIds.1 INVALID"}},
		"eleven styles":     {id, "x", []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, []string{"styleIds TOO_MANY"}},
		"an unknown style":  {id, "x", []int64{1, style}, []string{"styleIds.0 NOT_FOUND"}},
		"styles hidden":     {id, "x", []int64{style, hiddenStyle, 2}, []string{"styleIds.1 NOT_FOUND", "styleIds.2 NOT_FOUND"}},
		"much at once":      {id, "", []int64{style, style}, []string{"body REQUIRED", "styleIds.1 INVALID"}},
		"an id of no style": {id, "x", []int64{id}, []string{"styleIds.0 NOT_FOUND"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := db.AnswerQuestion(t.Context(), by(other), c.question, c.body, c.cited)
			refused(t, err, c.want...)
		})
	}
}

func TestAnswersCiteWhatTheAnswererSees(t *testing.T) {
	t.Parallel()
	db := open(t)
	asker, other, private := person(t, db), person(t, db), person(t, db)
	id, style, hiddenStyle := asked(t, db, asker), published(t, db, asker, ""), published(t, db, private, "")
	follow(t, db, other, private)
	exec(t, db, `update users set is_private = true where id = ?`, private)
	answer := answered(t, db, other, id, style, hiddenStyle)
	if a := must(db.Answers(t.Context(), []int64{answer}))[answer]; !slices.Equal(a.StyleIDs, []int64{style, hiddenStyle}) {
		t.Errorf("%+v", a)
	}
	answered(t, db, asker, id)
	if q := questionOf(t, db, id); q.AnswerCount != 2 {
		t.Errorf("%+v", q)
	}
}

func TestAccepting(t *testing.T) {
	t.Parallel()
	db := open(t)
	asker, mina, jun := person(t, db), person(t, db), person(t, db)
	id := asked(t, db, asker)
	first, second, own := answered(t, db, mina, id), answered(t, db, jun, id), answered(t, db, asker, id)
	accept := func(answer int64) {
		t.Helper()
		if got, err := db.AcceptAnswer(t.Context(), by(asker), answer); got != id || err != nil {
			t.Fatalf("question %d, %v", got, err)
		}
		if q := questionOf(t, db, id); *q.AcceptedAnswerID != answer {
			t.Errorf("%+v", q)
		}
		runNotifyJobs(t, db)
	}
	for who, want := range map[int64]string{mina: "answerId NOT_ALLOWED", person(t, db): "answerId NOT_ALLOWED"} {
		_, err := db.AcceptAnswer(t.Context(), by(who), first)
		refused(t, err, want)
	}
	_, err := db.AcceptAnswer(t.Context(), by(asker), 1)
	refused(t, err, "answerId NOT_FOUND")
	accept(first)
	before := jobs(t, db, JobNotify)
	accept(first)
	if jobs(t, db, JobNotify) != before {
		t.Error("accepting again is no news")
	}
	wantFold(t, onlyFold(t, db, mina), AnswerAccepted, first, 1, asker)
	accept(second)
	if n := listFolds(t, db, mina); len(n) != 0 {
		t.Errorf("%+v", n)
	}
	wantFold(t, onlyFold(t, db, jun), AnswerAccepted, second, 1, asker)
	wantFold(t, onlyFold(t, db, asker), QuestionAnswered, id, 2, jun, mina)
	remove(t, db, (*Tx).RemoveAnswer, second)
	remove(t, db, (*Tx).RemoveAnswer, second)
	_, err = db.AcceptAnswer(t.Context(), by(asker), second)
	refused(t, err, "answerId NOT_FOUND")
	runNotifyJobs(t, db)
	if n := listFolds(t, db, jun); len(n) != 0 {
		t.Errorf("%+v", n)
	}
	wantFold(t, onlyFold(t, db, asker), QuestionAnswered, id, 1, mina)
	if q := questionOf(t, db, id); q.AcceptedAnswerID != nil || q.AnswerCount != 2 {
		t.Errorf("%+v", q)
	}
	accept(own)
	checkCounters(t, db)
	exec(t, db, `update users set suspended_at = now() where id = ?`, mina)
	_, err = db.AcceptAnswer(t.Context(), by(asker), first)
	refused(t, err, "answerId NOT_FOUND")
	remove(t, db, (*Tx).RemoveAnswer, own) // its author still sees it, and may not have it accepted
	if _, err = db.AcceptAnswer(t.Context(), by(asker), own); err != nil || questionOf(t, db, id).AcceptedAnswerID != nil {
		t.Errorf("%v", err)
	}
}

func TestARemovedQuestionIsNoLongerTalkedOf(t *testing.T) {
	t.Parallel()
	db := open(t)
	asker, mina := person(t, db), person(t, db)
	id := asked(t, db, asker)
	answer := answered(t, db, mina, id)
	must(db.AcceptAnswer(t.Context(), by(asker), answer))
	runNotifyJobs(t, db)
	for range 2 {
		remove(t, db, (*Tx).RemoveQuestion, id)
	}
	runNotifyJobs(t, db)
	if n := listFolds(t, db, mina); len(n) != 0 {
		t.Errorf("%+v", n)
	}
	wantFold(t, onlyFold(t, db, asker), QuestionAnswered, id, 1, mina)
	if got := walk(t, db, Questions, mina, 0, 10, false, nil); len(got) != 0 {
		t.Error("others see it")
	}
}

// Answers, their acceptance and their removal at one moment.
func TestAnsweringAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	asker, others := person(t, db), people(t, db, 3)
	id := asked(t, db, asker)
	var answers []int64
	for i := range 6 {
		answers = append(answers, answered(t, db, others[i%3], id))
	}
	for _, err := range atOnce(18, func(i int) error {
		switch i % 3 {
		case 0:
			_, err := db.AnswerQuestion(t.Context(), by(others[i/6]), id, "x", nil)
			return err
		case 1:
			_, err := db.AcceptAnswer(t.Context(), by(asker), answers[i/3])
			if err != nil {
				refused(t, err, "answerId NOT_FOUND")
			}
			return nil
		default:
			return db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error { return tx.RemoveAnswer(ctx, answers[i/3]) })
		}
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	checkCounters(t, db)
	if q := questionOf(t, db, id); q.AnswerCount != 6 || q.AcceptedAnswerID != nil {
		t.Errorf("%+v", q)
	}
}

func TestAnswersOfAQuestion(t *testing.T) {
	t.Parallel()
	db := open(t)
	asker, mina, jun := person(t, db), person(t, db), person(t, db)
	id := asked(t, db, asker)
	first, second, third := answered(t, db, mina, id), answered(t, db, jun, id), answered(t, db, mina, id)
	remove(t, db, (*Tx).RemoveAnswer, third)
	exec(t, db, `update users set is_private = true where id = ?`, mina) // who answers in public says it in public
	check := func(viewer int64, want ...int64) {
		t.Helper()
		if got := walk(t, db, AnswersOfQuestion, viewer, id, 1, false, nil); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	check(0, second, first)
	check(asker, second, first)
	check(mina, third, second, first)
	exec(t, db, `update users set suspended_at = now() where id = ?`, jun)
	check(asker, first)
}
