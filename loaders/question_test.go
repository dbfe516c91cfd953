package loaders_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"styleshare/internal/relay"
	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
)

func (r *rig) ask(t *testing.T, who int64, in models.QuestionInput) int64 {
	t.Helper()
	in.Body = "which one?"
	id, err := r.db.AskQuestion(t.Context(), models.Attempt{UserID: who}, in)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (r *rig) answer(t *testing.T, who, question int64, cited ...int64) int64 {
	t.Helper()
	id, err := r.db.AnswerQuestion(t.Context(), models.Attempt{UserID: who}, question, "this", cited)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (r *rig) accept(t *testing.T, asker, answer int64) {
	t.Helper()
	if _, err := r.db.AcceptAnswer(t.Context(), models.Attempt{UserID: asker}, answer); err != nil {
		t.Fatal(err)
	}
}

// look reads all that a list of questions shows.
func look(page *loaders.QuestionConnection) error {
	for _, q := range page.Nodes {
		author, err := q.Author()
		if err != nil {
			return err
		}
		_, flagErr := author.ViewerFollows()
		_, photoErr := q.Photos()
		_, styleErr := q.Style()
		accepted, err := q.AcceptedAnswer()
		if err = errors.Join(err, flagErr, photoErr, styleErr); err != nil {
			return err
		}
		if accepted == nil {
			return errors.New("no accepted answer")
		}
		answers, err := q.Answers(nil, nil)
		if err != nil {
			return err
		}
		for _, a := range append(answers.Nodes, accepted) {
			_, authorErr := a.Author()
			styles, styleErr := a.Styles()
			_, acceptedErr := a.IsAccepted()
			if err = errors.Join(authorErr, styleErr, acceptedErr); err != nil {
				return err
			}
			if len(styles) != 1 {
				return errors.New("the cited style is missing")
			}
		}
	}
	return nil
}

func TestQuestionsTakeAFixedNumberOfStatements(t *testing.T) {
	t.Parallel()
	r := newRig(t, testkit.Memcached(t))
	reader, styles := r.community(t, 3)
	for i := range 6 {
		asker, answerer := r.person(t, "asker"+string(rune('a'+i))), r.person(t, "answerer"+string(rune('a'+i)))
		q := r.ask(t, asker, models.QuestionInput{StyleID: styles[i]})
		r.accept(t, asker, r.answer(t, answerer, q, styles[5-i]))
	}
	count := func(first int) int64 {
		ctx, n := models.CountStatements(as(t, reader))
		page, err := r.loaders.Questions(ctx, &first, nil, false)
		if err != nil || len(page.Nodes) != first {
			t.Fatalf("%d questions, %v", len(page.Nodes), err)
		}
		if err = look(page); err != nil {
			t.Fatal(err)
		}
		if err = r.cache.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		return n.Load()
	}
	count(6)
	// questions, answers; who is followed; blocks, because accepted answers and cited looks come by their ids
	const warm = 4
	for _, first := range []int{6, 1, 3} {
		if n := count(first); n != warm {
			t.Errorf("%d statements warm for %d questions, want %d", n, first, warm)
		}
	}
}

// Whoever changes a question or an answer reads it changed, with a warm cache, in another process, too.
func TestReadsOfQuestionsFollowWrites(t *testing.T) {
	t.Parallel()
	memcached, database := testkit.Memcached(t), testkit.Database(t)
	here, there := newProcess(t, database, memcached), newProcess(t, database, memcached)
	asker, mina := here.person(t, "asker"), here.person(t, "mina")
	id := here.ask(t, asker, models.QuestionInput{})
	var accepted int64
	check := func(when string, wantCount int) {
		t.Helper()
		for _, r := range []*rig{here, there, here} {
			q, err := r.loaders.Question(as(t, mina), id)
			if err != nil || q == nil {
				t.Fatalf("%s: no question, %v", when, err)
			}
			answer, err := q.AcceptedAnswer()
			if err != nil || q.AnswerCount != wantCount || (answer == nil) != (accepted == 0) || answer != nil && answer.ID != accepted {
				t.Errorf("%s: %d answers, accepted %v, %v", when, q.AnswerCount, answer, err)
			}
			if err = r.cache.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	check("at first", 0)
	first, second := here.answer(t, mina, id), here.answer(t, asker, id)
	check("answered", 2)
	for _, accepted = range []int64{first, second, first} {
		here.accept(t, asker, accepted)
		check("accepted", 2)
	}
	remove := func(how func(*models.Tx, context.Context, int64) error, what int64) {
		t.Helper()
		if err := here.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error { return how(tx, ctx, what) }); err != nil {
			t.Fatal(err)
		}
	}
	remove((*models.Tx).RemoveAnswer, first)
	accepted = 0
	check("removed", 1)
	if a, err := there.loaders.Answer(as(t, asker), first); a != nil || err != nil {
		t.Errorf("a removed answer is there, %v", err)
	}
	if a, err := there.loaders.Answer(as(t, mina), first); a == nil || err != nil {
		t.Errorf("its author does not see it, %v", err)
	}
	remove((*models.Tx).RemoveQuestion, id)
	if q, err := there.loaders.Question(as(t, mina), id); q != nil || err != nil {
		t.Errorf("a removed question is there, %v", err)
	}
	if a, err := there.loaders.Answer(as(t, mina), second); a != nil || err != nil {
		t.Errorf("an answer to a removed question is there, %v", err)
	}
}

// What is hidden is hidden wherever it could be reached from.
func TestHiddenPartsOfQuestions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	asker, viewer, blocked, private := r.person(t, "asker"), r.person(t, "viewer"), r.person(t, "blocked"), r.person(t, "private")
	shown, hidden, secret := r.style(t, asker, ""), r.style(t, blocked, ""), r.style(t, private, "")
	q := r.ask(t, asker, models.QuestionInput{StyleID: hidden})
	theirs := r.ask(t, blocked, models.QuestionInput{})
	other := r.answer(t, private, q, shown, hidden, secret)
	accepted := r.answer(t, blocked, q)
	mine := r.answer(t, viewer, theirs)
	r.accept(t, asker, accepted)
	r.block(t, viewer, blocked)
	if _, err := r.db.NewRaw(`update users set is_private = true where username = 'private'`).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	for who, sees := range map[int64]bool{viewer: false, asker: true, 0: true} {
		nodes, err := r.loaders.Nodes(as(t, who), []string{relay.ID("Question", theirs), relay.ID("Answer", accepted), relay.ID("Answer", mine), relay.ID("Question", q), relay.ID("Answer", other)})
		if err != nil {
			t.Fatal(err)
		}
		if (nodes[0] != nil) != sees || (nodes[1] != nil) != sees || (nodes[2] != nil) != sees || nodes[3] == nil || nodes[4] == nil {
			t.Errorf("viewer %d: %v", who, nodes)
		}
		page, err := r.loaders.Questions(as(t, who), nil, nil, false)
		if err != nil || len(page.Nodes) != 1+btoi(sees) {
			t.Fatalf("viewer %d: %d questions, %v", who, len(page.Nodes), err)
		}
		question := page.Nodes[len(page.Nodes)-1]
		about, err1 := question.Style()
		best, err2 := question.AcceptedAnswer()
		answers, err3 := question.Answers(nil, nil)
		if err = errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		if (about != nil) != sees || (best != nil) != sees || len(answers.Nodes) != 1+btoi(sees) {
			t.Errorf("viewer %d: about %v, accepted %v, %d answers", who, about, best, len(answers.Nodes))
		}
		cited, err := answers.Nodes[len(answers.Nodes)-1].Styles()
		if err != nil || len(cited) != 1+btoi(sees) || slices.ContainsFunc(cited, func(s *loaders.Style) bool { return s.ID == secret }) {
			t.Errorf("viewer %d: %d styles cited, %v", who, len(cited), err)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A photo of a question is seen by whoever sees the question.
func TestPhotosOfQuestions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	asker, other := r.person(t, "asker"), r.person(t, "other")
	photo, err := r.db.CreatePhoto(t.Context(), models.Attempt{UserID: asker}, "image/jpeg", 100)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.db.CompletePhoto(t.Context(), models.Attempt{UserID: asker}, photo); err != nil {
		t.Fatal(err)
	}
	sees := func(want bool, what ...string) {
		t.Helper()
		nodes, err := r.loaders.Nodes(as(t, other), what)
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range nodes {
			if (node != nil) != want {
				t.Errorf("%v, want %v", node, want)
			}
		}
	}
	q := r.ask(t, asker, models.QuestionInput{PhotoIDs: []int64{photo}})
	sees(false, relay.ID("Photo", photo), relay.ID("Question", q))
	err = r.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error {
		_, err := tx.PhotoReady(ctx, photo, models.PhotoResult{Width: 3, Height: 4})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sees(true, relay.ID("Photo", photo), relay.ID("Question", q))
}

// Notifications lead to what they are about, all of one kind in one statement.
func TestNotificationsOfQuestions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	asker, mina := r.person(t, "asker"), r.person(t, "mina")
	q := r.ask(t, asker, models.QuestionInput{})
	a := r.answer(t, mina, q)
	r.accept(t, asker, a)
	for _, job := range []models.NotifyJob{
		{RecipientID: asker, Kind: models.QuestionAnswered, SubjectKind: "Question", SubjectID: q, ActorID: mina},
		{RecipientID: mina, Kind: models.AnswerAccepted, SubjectKind: "Answer", SubjectID: a, ActorID: asker},
	} {
		if err := r.db.InTx(t.Context(), func(ctx context.Context, tx *models.Tx) error { return tx.Fold(ctx, job) }); err != nil {
			t.Fatal(err)
		}
		page, err := r.loaders.Viewer(as(t, job.RecipientID)).Notifications(nil, nil)
		if err != nil || len(page.Nodes) != 1 {
			t.Fatalf("%d notifications, %v", len(page.Nodes), err)
		}
		subject, err := page.Nodes[0].Subject()
		if node, ok := subject.(loaders.Node); err != nil || !ok || node.GlobalID() != relay.ID(job.SubjectKind, job.SubjectID) {
			t.Errorf("%s is about %v, %v", job.Kind, subject, err)
		}
	}
}
