package resolvers

import (
	"context"

	"styleshare/graph/model"
	"styleshare/models"
)

// CreateCollection makes a collection.
func (r mutation) CreateCollection(ctx context.Context, input model.CreateCollectionInput) (*model.CreateCollectionPayload, error) {
	a, err := attempt(ctx, "createCollection", input.ClientMutationID, input)
	var id int64
	if err == nil {
		id, err = r.DB.CreateCollection(ctx, a, input.Name, value(input.IsPrivate, false))
	}
	faults, err := userErrors(ctx, err)
	payload := &model.CreateCollectionPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Collection, err = object(ctx, faults, id, r.Loaders.Collection)
	}
	return payload, err
}

// UpdateCollection changes the fields that are given.
func (r mutation) UpdateCollection(ctx context.Context, input model.UpdateCollectionInput) (*model.UpdateCollectionPayload, error) {
	id, faults, err := changing(ctx, "Collection", "collectionId", input.CollectionID, "updateCollection", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, id int64) (int64, error) {
			return r.DB.UpdateCollection(ctx, a, id, models.CollectionChange{Name: input.Name, IsPrivate: input.IsPrivate})
		})
	payload := &model.UpdateCollectionPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Collection, err = object(ctx, faults, id, r.Loaders.Collection)
	}
	return payload, err
}

// DeleteCollection deletes a collection.
func (r mutation) DeleteCollection(ctx context.Context, input model.DeleteCollectionInput) (*model.DeleteCollectionPayload, error) {
	id, faults, err := changing(ctx, "Collection", "collectionId", input.CollectionID, "deleteCollection", input.ClientMutationID, input, r.DB.DeleteCollection)
	return &model.DeleteCollectionPayload{DeletedCollectionID: globalIDIf(faults, "Collection", id), ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

// CollectStyle keeps a style.
func (r mutation) CollectStyle(ctx context.Context, input model.CollectStyleInput) (*model.CollectStylePayload, error) {
	result, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "collectStyle", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, styleID int64) (models.CollectResult, error) {
			collectionID, err := optionalID("Collection", "collectionId", input.CollectionID)
			if err != nil {
				return models.CollectResult{}, err
			}
			return r.DB.CollectStyle(ctx, a, styleID, collectionID)
		})
	payload := &model.CollectStylePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err != nil {
		return payload, err
	}
	if payload.Style, err = object(ctx, faults, result.StyleID, r.Loaders.Style); err == nil {
		payload.Collection, err = object(ctx, faults, result.CollectionID, r.Loaders.Collection)
	}
	return payload, err
}

// UncollectStyle keeps a style no longer.
func (r mutation) UncollectStyle(ctx context.Context, input model.UncollectStyleInput) (*model.UncollectStylePayload, error) {
	id, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "uncollectStyle", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, styleID int64) (int64, error) {
			collectionID, err := optionalID("Collection", "collectionId", input.CollectionID)
			if err != nil {
				return 0, err
			}
			return r.DB.UncollectStyle(ctx, a, styleID, collectionID)
		})
	payload := &model.UncollectStylePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Style, err = object(ctx, faults, id, r.Loaders.Style)
	}
	return payload, err
}
