package resolvers

import (
	"context"

	"styleshare/graph/model"
	"styleshare/models"
)

// AddComment comments on a style.
func (r mutation) AddComment(ctx context.Context, input model.AddCommentInput) (*model.AddCommentPayload, error) {
	result, faults, err := changing(ctx, "Style", "styleId", input.StyleID, "addComment", input.ClientMutationID, input,
		func(ctx context.Context, a models.Attempt, styleID int64) (models.CommentResult, error) {
			replyToID, err := optionalID("Comment", "replyToId", input.ReplyToID)
			if err != nil {
				return models.CommentResult{}, err
			}
			return r.DB.AddComment(ctx, a, styleID, input.Body, replyToID)
		})
	payload := &model.AddCommentPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err != nil {
		return payload, err
	}
	if payload.Comment, err = object(ctx, faults, result.CommentID, r.Loaders.Comment); err != nil {
		return payload, err
	}
	if payload.Comment != nil { // it has read the style already
		payload.Style, err = payload.Comment.Style()
	} else {
		payload.Style, err = object(ctx, faults, result.StyleID, r.Loaders.Style)
	}
	return payload, err
}

// DeleteComment deletes a comment.
func (r mutation) DeleteComment(ctx context.Context, input model.DeleteCommentInput) (*model.DeleteCommentPayload, error) {
	result, faults, err := changing(ctx, "Comment", "commentId", input.CommentID, "deleteComment", input.ClientMutationID, input, r.DB.DeleteComment)
	payload := &model.DeleteCommentPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults,
		DeletedCommentID: globalIDIf(faults, "Comment", result.CommentID)}
	if err == nil {
		payload.Style, err = object(ctx, faults, result.StyleID, r.Loaders.Style)
	}
	return payload, err
}
