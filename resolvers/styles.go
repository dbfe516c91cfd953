package resolvers

import (
	"context"
	"strconv"

	"styleshare/graph/model"
	"styleshare/internal/fault"
	"styleshare/internal/relay"
	"styleshare/loaders"
	"styleshare/models"
)

// Style is a style by its id.
func (r query) Style(ctx context.Context, id string) (*loaders.Style, error) {
	typeName, key, err := relay.ParseID(id)
	if err != nil {
		return nil, fault.New(fault.BadUserInput, "id is none of this server: pass ids as they were given")
	}
	if typeName != "Style" {
		return nil, nil
	}
	return r.Loaders.Style(ctx, key)
}

// Tag is a hashtag by name.
func (r query) Tag(ctx context.Context, name string) (*loaders.Tag, error) {
	return r.Loaders.TagByName(ctx, name)
}

// Brand is a brand by slug.
func (r query) Brand(ctx context.Context, slug string) (*loaders.Brand, error) {
	return r.Loaders.BrandBySlug(ctx, slug)
}

// Discover is what is rising.
func (r query) Discover(ctx context.Context, first *int, after *string) (*loaders.StyleConnection, error) {
	return r.Loaders.Discover(ctx, first, after)
}

// PublishStyle publishes photos.
func (r mutation) PublishStyle(ctx context.Context, input model.PublishStyleInput) (*model.PublishStylePayload, error) {
	a, err := attempt(ctx, "publishStyle", input.ClientMutationID, input)
	var id int64
	if err == nil {
		id, err = r.publishStyle(ctx, a, input)
	}
	faults, err := userErrors(ctx, err)
	payload := &model.PublishStylePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Style, err = object(ctx, faults, id, r.Loaders.Style)
	}
	return payload, err
}

func (r mutation) publishStyle(ctx context.Context, a models.Attempt, input model.PublishStyleInput) (int64, error) {
	in := models.StyleInput{Caption: input.Caption, WornOn: input.WornOn}
	var err error
	if in.PhotoIDs, err = idsOf("Photo", "photoIds", input.PhotoIds, models.MaxPhotos); err != nil {
		return 0, err
	}
	if in.Items, err = itemInputs(input.Items); err != nil {
		return 0, err
	}
	return r.DB.PublishStyle(ctx, a, in)
}

func itemInputs(inputs []*model.ItemTagInput) ([]models.ItemInput, error) {
	if len(inputs) > models.MaxItems {
		return nil, fault.Reject("items", fault.TooMany, "too_many", models.MaxItems)
	}
	items := make([]models.ItemInput, len(inputs))
	for i, in := range inputs {
		id, err := idOf("Photo", "items."+strconv.Itoa(i)+".photoId", in.PhotoID)
		if err != nil {
			return nil, err
		}
		items[i] = models.ItemInput{PhotoID: id, X: in.X, Y: in.Y, Brand: in.Brand, Name: in.Name,
			PriceMinor: in.PriceMinor, Currency: in.Currency, ShopURL: in.ShopURL}
	}
	return items, nil
}

// UpdateStyle changes the fields that are given.
func (r mutation) UpdateStyle(ctx context.Context, input model.UpdateStyleInput) (*model.UpdateStylePayload, error) {
	id, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "updateStyle", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, id int64) (int64, error) {
			change := models.StyleChange{Caption: input.Caption, WornOn: input.WornOn}
			if input.Items != nil {
				items, err := itemInputs(input.Items)
				if err != nil {
					return 0, err
				}
				change.Items = &items
			}
			return r.DB.UpdateStyle(ctx, a, id, change)
		})
	payload := &model.UpdateStylePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Style, err = object(ctx, faults, id, r.Loaders.Style)
	}
	return payload, err
}

// DeleteStyle hides a style at once.
func (r mutation) DeleteStyle(ctx context.Context, input model.DeleteStyleInput) (*model.DeleteStylePayload, error) {
	id, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "deleteStyle", input.ClientMutationID, input, r.DB.DeleteStyle)
	return &model.DeleteStylePayload{DeletedStyleID: globalIDIf(faults, "Style", id), ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

// LikeStyle likes a style.
func (r mutation) LikeStyle(ctx context.Context, input model.LikeStyleInput) (*model.LikeStylePayload, error) {
	liked, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "likeStyle", input.ClientMutationID, input, r.DB.LikeStyle)
	payload := &model.LikeStylePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Style, err = object(ctx, faults, liked, r.Loaders.LikedStyle)
	}
	return payload, err
}

// UnlikeStyle takes a like back.
func (r mutation) UnlikeStyle(ctx context.Context, input model.UnlikeStyleInput) (*model.UnlikeStylePayload, error) {
	liked, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "unlikeStyle", input.ClientMutationID, input, r.DB.UnlikeStyle)
	payload := &model.UnlikeStylePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.Style, err = object(ctx, faults, liked, r.Loaders.LikedStyle)
	}
	return payload, err
}
