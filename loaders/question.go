package loaders

import (
	"context"

	"styleshare/internal/relay"
	"styleshare/models"
)

// Question is what somebody asks everybody, as the API shows it.
type Question struct {
	*models.Question
	cohort *cohort[Question]
}

// The pages of questions.
type (
	// QuestionConnection is a page of questions.
	QuestionConnection = Connection[Question]
	// QuestionEdge is a question in a list.
	QuestionEdge = Edge[Question]
)

// Question gives a question by id; nil where there is none or it is hidden from the viewer.
func (l *Loaders) Question(ctx context.Context, id int64) (*Question, error) {
	return one(l.request(ctx), id, (*request).visibleQuestions)
}

// Questions is a page of what is asked, or of what nobody has answered.
func (l *Loaders) Questions(ctx context.Context, first *int, after *string, unanswered bool) (*QuestionConnection, error) {
	list := models.Questions
	if unanswered {
		list = models.UnansweredQuestions
	}
	return rootPage(l.request(ctx), 0, list, arguments{first: first, after: after}, (*request).questionsByID)
}

// questionsByID gives the questions of lists, which have filtered them by what the viewer may see. Whoever brings an id
// from elsewhere uses visibleQuestions.
func (r *request) questionsByID(ids []int64) (map[int64]*Question, error) {
	found, err := r.anyQuestions(ids)
	for _, q := range found {
		r.unblocked([]int64{q.AuthorID})
	}
	return found, err
}

// anyQuestions gives the questions that exist, hidden or not.
func (r *request) anyQuestions(ids []int64) (map[int64]*Question, error) {
	rows, err := r.memos.questions.read(r.ctx, ids, r.questions, r.db.Questions)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.Question, c *cohort[Question]) *Question { return &Question{row, c} }), nil
}

// visibleQuestions gives those of the questions that the viewer may see.
func (r *request) visibleQuestions(ids []int64) (map[int64]*Question, error) {
	found, err := r.anyQuestions(ids)
	if err != nil {
		return nil, err
	}
	for id, q := range found {
		visible, err := q.visible()
		if err != nil {
			return nil, err
		}
		if !visible {
			delete(found, id)
		}
	}
	return found, nil
}

// visible applies the rule to a question that was brought by its id.
func (q *Question) visible() (bool, error) {
	author, err := q.Author()
	if err != nil || author == nil {
		return false, err
	}
	between, err := author.between()
	return models.QuestionVisible(q.Question, author.User, q.cohort.viewer(), between), err
}

// IsNode marks the type for gqlgen.
func (*Question) IsNode() {}

// IsNotificationSubject marks the type for gqlgen.
func (*Question) IsNotificationSubject() {}

// GlobalID is the Relay id.
func (q *Question) GlobalID() string { return relay.ID("Question", q.ID) }

func (q *Question) key() int64 { return q.ID }

// Author is who asks; nil where they are hidden.
func (q *Question) Author() (*User, error) {
	users, err := related(q.cohort, "author", func(all []*Question) (map[int64]*User, error) {
		return q.cohort.usersByID(keys(all, func(q *Question) int64 { return q.AuthorID }))
	})
	return users[q.AuthorID], err
}

// Photos are the pictures, in the author's order.
func (q *Question) Photos() ([]*Photo, error) {
	photos, err := related(q.cohort, "photos", func(all []*Question) (map[int64]*Photo, error) {
		return q.cohort.photosByID(allKeys(all, func(q *Question) []int64 { return q.PhotoIDs }))
	})
	return inOrder(q.PhotoIDs, photos), err
}

// Style is what it is about, nil where it is about nothing in particular, or that is gone or hidden.
func (q *Question) Style() (*Style, error) {
	if q.StyleID == nil {
		return nil, nil
	}
	styles, err := related(q.cohort, "style", func(all []*Question) (map[int64]*Style, error) {
		return q.cohort.visibleStyles(keys(all, func(q *Question) int64 { return optional(q.StyleID) }))
	})
	return styles[*q.StyleID], err
}

// AcceptedAnswer is the answer that the asker accepted, nil where there is none or it is hidden.
func (q *Question) AcceptedAnswer() (*Answer, error) {
	if q.AcceptedAnswerID == nil {
		return nil, nil
	}
	answers, err := related(q.cohort, "acceptedAnswer", func(all []*Question) (map[int64]*Answer, error) {
		return q.cohort.visibleAnswers(keys(all, func(q *Question) int64 { return optional(q.AcceptedAnswerID) }))
	})
	return answers[*q.AcceptedAnswerID], err
}

// Answers is a page of what was answered.
func (q *Question) Answers(first *int, after *string) (*AnswerConnection, error) {
	return pageOf(q.cohort, q, "answers", models.AnswersOfQuestion, arguments{first: first, after: after}, (*request).answersByID)
}
