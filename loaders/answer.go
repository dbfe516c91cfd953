package loaders

import (
	"context"

	"styleshare/internal/relay"
	"styleshare/models"
)

// Answer is what somebody says to a question, as the API shows it.
type Answer struct {
	*models.Answer
	cohort *cohort[Answer]
}

// The pages of answers.
type (
	// AnswerConnection is a page of answers.
	AnswerConnection = Connection[Answer]
	// AnswerEdge is an answer in a list.
	AnswerEdge = Edge[Answer]
)

// Answer gives an answer by id; nil where there is none or it is hidden from the viewer.
func (l *Loaders) Answer(ctx context.Context, id int64) (*Answer, error) {
	return one(l.request(ctx), id, (*request).visibleAnswers)
}

// answersByID gives the answers of lists, which have filtered them by what the viewer may see. Whoever brings an id from
// elsewhere uses visibleAnswers.
func (r *request) answersByID(ids []int64) (map[int64]*Answer, error) {
	found, err := r.anyAnswers(ids)
	for _, a := range found {
		r.unblocked([]int64{a.AuthorID})
	}
	return found, err
}

// anyAnswers gives the answers that exist, hidden or not.
func (r *request) anyAnswers(ids []int64) (map[int64]*Answer, error) {
	rows, err := r.memos.answers.read(r.ctx, ids, r.answers, r.db.Answers)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.Answer, c *cohort[Answer]) *Answer { return &Answer{row, c} }), nil
}

// visibleAnswers gives those of the answers that the viewer may see: author and question must be visible, too.
func (r *request) visibleAnswers(ids []int64) (map[int64]*Answer, error) {
	found, err := r.anyAnswers(ids)
	if err != nil {
		return nil, err
	}
	for id, a := range found {
		author, err := a.Author()
		if err != nil {
			return nil, err
		}
		question, err := a.Question()
		if err != nil {
			return nil, err
		}
		if author == nil || question == nil || !models.AnswerVisible(a.Answer, r.viewer(), models.Between{Moderates: r.moderates}) {
			delete(found, id)
		}
	}
	return found, nil
}

// IsNode marks the type for gqlgen.
func (*Answer) IsNode() {}

// IsNotificationSubject marks the type for gqlgen.
func (*Answer) IsNotificationSubject() {}

// GlobalID is the Relay id.
func (a *Answer) GlobalID() string { return relay.ID("Answer", a.ID) }

// Author is who answers; nil where they are hidden.
func (a *Answer) Author() (*User, error) {
	users, err := related(a.cohort, "author", func(all []*Answer) (map[int64]*User, error) {
		return a.cohort.usersByID(keys(all, func(a *Answer) int64 { return a.AuthorID }))
	})
	return users[a.AuthorID], err
}

// Question is what it answers.
func (a *Answer) Question() (*Question, error) {
	questions, err := related(a.cohort, "question", func(all []*Answer) (map[int64]*Question, error) {
		return a.cohort.visibleQuestions(keys(all, func(a *Answer) int64 { return a.QuestionID }))
	})
	return questions[a.QuestionID], err
}

// Styles are the looks cited, without those that are gone or hidden.
func (a *Answer) Styles() ([]*Style, error) {
	styles, err := related(a.cohort, "styles", func(all []*Answer) (map[int64]*Style, error) {
		return a.cohort.visibleStyles(allKeys(all, func(a *Answer) []int64 { return a.StyleIDs }))
	})
	return inOrder(a.StyleIDs, styles), err
}

// IsAccepted tells whether the asker accepted it.
func (a *Answer) IsAccepted() (bool, error) {
	q, err := a.Question()
	return q != nil && optional(q.AcceptedAnswerID) == a.ID, err
}
