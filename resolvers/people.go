package resolvers

import (
	"context"

	"styleshare/graph/model"
	"styleshare/models"
)

// Follow follows a person, or asks to.
func (r mutation) Follow(ctx context.Context, input model.FollowInput) (*model.FollowPayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "follow", input.ClientMutationID, input, r.DB.Follow)
	payload := &model.FollowPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.User)
	}
	return payload, err
}

// Unfollow ends a follow or the request for one.
func (r mutation) Unfollow(ctx context.Context, input model.UnfollowInput) (*model.UnfollowPayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "unfollow", input.ClientMutationID, input, r.DB.Unfollow)
	payload := &model.UnfollowPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.User)
	}
	return payload, err
}

// AnswerFollowRequest lets somebody in, or does not.
func (r mutation) AnswerFollowRequest(ctx context.Context, input model.AnswerFollowRequestInput) (*model.AnswerFollowRequestPayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "answerFollowRequest", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, userID int64) (int64, error) {
			return r.DB.AnswerFollowRequest(ctx, a, userID, input.Accept)
		})
	payload := &model.AnswerFollowRequestPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.User)
	}
	return payload, err
}

// Block hides two people from each other.
func (r mutation) Block(ctx context.Context, input model.BlockInput) (*model.BlockPayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "block", input.ClientMutationID, input, r.DB.Block)
	payload := &model.BlockPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.UserToUnblock)
	}
	return payload, err
}

// Unblock takes a block back.
func (r mutation) Unblock(ctx context.Context, input model.UnblockInput) (*model.UnblockPayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "unblock", input.ClientMutationID, input, r.DB.Unblock)
	payload := &model.UnblockPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.User)
	}
	return payload, err
}

// Mute keeps a person out of the viewer's feed and notifications.
func (r mutation) Mute(ctx context.Context, input model.MuteInput) (*model.MutePayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "mute", input.ClientMutationID, input, r.DB.Mute)
	payload := &model.MutePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.User)
	}
	return payload, err
}

// Unmute takes a mute back.
func (r mutation) Unmute(ctx context.Context, input model.UnmuteInput) (*model.UnmutePayload, error) {
	id, faults, err := changing(ctx, "User", "userId", input.UserID, "unmute", input.ClientMutationID, input, r.DB.Unmute)
	payload := &model.UnmutePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil {
		payload.User, err = object(ctx, faults, id, r.Loaders.User)
	}
	return payload, err
}
