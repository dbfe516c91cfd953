package resolvers

import (
	"context"

	"styleshare/graph/model"
)

// Follow follows a person.
func (r mutation) Follow(ctx context.Context, input model.FollowInput) (*model.FollowPayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "follow", input.ClientMutationID, input, r.DB.Follow)
	payload := &model.FollowPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.User)
	}
	return payload, err
}

// Unfollow ends a follow.
func (r mutation) Unfollow(ctx context.Context, input model.UnfollowInput) (*model.UnfollowPayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "unfollow", input.ClientMutationID, input, r.DB.Unfollow)
	payload := &model.UnfollowPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.User)
	}
	return payload, err
}
