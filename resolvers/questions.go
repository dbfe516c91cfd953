package resolvers

import (
	"context"

	"styleshare/graph/model"
	"styleshare/loaders"
	"styleshare/models"
)

// Questions is a page of what people ask.
func (r query) Questions(ctx context.Context, first *int, after *string, unanswered *bool) (*loaders.QuestionConnection, error) {
	return r.Loaders.Questions(ctx, first, after, value(unanswered, false))
}

// AskQuestion asks everybody something.
func (r mutation) AskQuestion(ctx context.Context, input model.AskQuestionInput) (*model.AskQuestionPayload, error) {
	a, err := attempt(ctx, "askQuestion", input.ClientMutationID, input)
	var id int64
	if err == nil {
		id, err = r.askQuestion(ctx, a, input)
	}
	faults, err := userErrors(ctx, err)
	payload := &model.AskQuestionPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Question, err = object(ctx, faults, id, r.Loaders.Question)
	}
	return payload, err
}

func (r mutation) askQuestion(ctx context.Context, a models.Attempt, input model.AskQuestionInput) (int64, error) {
	in := models.QuestionInput{Body: input.Body}
	var err error
	if in.PhotoIDs, err = idsOf("Photo", "photoIds", input.PhotoIds, models.MaxPhotos); err != nil {
		return 0, err
	}
	if in.StyleID, err = optionalID("Style", "styleId", input.StyleID); err != nil {
		return 0, err
	}
	return r.DB.AskQuestion(ctx, a, in)
}

// AnswerQuestion answers a question.
func (r mutation) AnswerQuestion(ctx context.Context, input model.AnswerQuestionInput) (*model.AnswerQuestionPayload, error) {
	id, faults, err := changing(ctx, "Question", "questionId", input.QuestionID, "answerQuestion", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, id int64) (int64, error) {
			styleIDs, err := idsOf("Style", "styleIds", input.StyleIds, models.MaxCitedStyles)
			if err != nil {
				return 0, err
			}
			return r.DB.AnswerQuestion(ctx, a, id, input.Body, styleIDs)
		})
	payload := &model.AnswerQuestionPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Answer, err = object(ctx, faults, id, r.Loaders.Answer)
	}
	return payload, err
}

// AcceptAnswer says which answer it is.
func (r mutation) AcceptAnswer(ctx context.Context, input model.AcceptAnswerInput) (*model.AcceptAnswerPayload, error) {
	id, faults, err := changing(ctx, "Answer", "answerId", input.AnswerID, "acceptAnswer", input.ClientMutationID, input, r.DB.AcceptAnswer)
	payload := &model.AcceptAnswerPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Question, err = object(ctx, faults, id, r.Loaders.Question)
	}
	return payload, err
}
