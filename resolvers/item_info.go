package resolvers

import (
	"context"

	"styleshare/graph/model"
	"styleshare/models"
)

// RequestItemInfo asks what an item is.
func (r mutation) RequestItemInfo(ctx context.Context, input model.RequestItemInfoInput) (*model.RequestItemInfoPayload, error) {
	id, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "requestItemInfo", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, id int64) (int64, error) {
			at := models.ItemInfoPoint{X: input.X, Y: input.Y}
			if input.PhotoID != nil {
				photoID, err := idOf("Photo", "photoId", *input.PhotoID)
				if err != nil {
					return 0, err
				}
				at.PhotoID = &photoID
			}
			return r.DB.RequestItemInfo(ctx, a, id, at)
		})
	payload := &model.RequestItemInfoPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Style, err = object(ctx, faults, id, r.Loaders.Style)
	}
	return payload, err
}

// AnswerItemInfo says what items are.
func (r mutation) AnswerItemInfo(ctx context.Context, input model.AnswerItemInfoInput) (*model.AnswerItemInfoPayload, error) {
	answer, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "answerItemInfo", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, id int64) (models.ItemInfoAnswer, error) {
			items, err := itemInputs(input.Items)
			if err != nil {
				return models.ItemInfoAnswer{}, err
			}
			return r.DB.AnswerItemInfo(ctx, a, id, items)
		})
	payload := &model.AnswerItemInfoPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err != nil || len(faults) > 0 {
		return payload, err
	}
	payload.NotifiedCount = &answer.NotifiedCount
	payload.Style, err = r.Loaders.Style(ctx, answer.StyleID)
	return payload, err
}
