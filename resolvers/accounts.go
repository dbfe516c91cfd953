package resolvers

import (
	"context"
	"time"

	"styleshare/graph/model"
	"styleshare/internal/fault"
	"styleshare/internal/relay"
	"styleshare/loaders"
	"styleshare/models"
)

// Viewer is the signed-in person.
func (r query) Viewer(ctx context.Context) (*loaders.Viewer, error) {
	return r.Loaders.Viewer(ctx), nil
}

// User is a person by username.
func (r query) User(ctx context.Context, username string) (*loaders.User, error) {
	return r.Loaders.UserByUsername(ctx, username)
}

// SignOut ends the caller's session.
func (r mutation) SignOut(ctx context.Context, input model.SignOutInput) (*model.SignOutPayload, error) {
	caller := loaders.CallerOf(ctx)
	sessionID := caller.SessionID + caller.EndedSessionID // one of them is 0
	// Signing another phone out is another input.
	a, err := attempt(ctx, "signOut", input.ClientMutationID, sessionID)
	if err == nil {
		_, err = r.DB.RevokeSession(ctx, a, sessionID)
		r.Sessions.forget(sessionID)
	}
	faults, err := userErrors(ctx, err)
	return &model.SignOutPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

// RevokeSession ends another session of the caller.
func (r mutation) RevokeSession(ctx context.Context, input model.RevokeSessionInput) (*model.RevokeSessionPayload, error) {
	id, faults, err := changing(ctx, "Session", "sessionId", input.SessionID, "revokeSession", input.ClientMutationID, input, r.DB.RevokeSession)
	r.Sessions.forget(id)
	return &model.RevokeSessionPayload{SessionID: globalIDIf(faults, "Session", id), ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

// VerifyEmail takes the token of the mailed link.
func (r mutation) VerifyEmail(ctx context.Context, input model.VerifyEmailInput) (*model.VerifyEmailPayload, error) {
	if err := r.allow(ctx, tokenByAddress, tokenByAddress, ""); err != nil {
		return nil, err
	}
	a, err := models.NewAttempt(0, "verifyEmail", input.ClientMutationID, input)
	var userID int64
	if err == nil {
		userID, err = r.DB.VerifyEmail(ctx, a, input.Token)
	}
	faults, err := userErrors(ctx, err)
	payload := &model.VerifyEmailPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err == nil && len(faults) == 0 && userID == loaders.CallerOf(ctx).UserID {
		payload.Viewer = r.Loaders.Viewer(ctx)
	}
	return payload, err
}

// RequestPasswordReset has a link mailed.
func (r mutation) RequestPasswordReset(ctx context.Context, input model.RequestPasswordResetInput) (*model.RequestPasswordResetPayload, error) {
	if err := r.allow(ctx, resetByAddress, resetByLogin, input.Email); err != nil {
		return nil, err
	}
	a, err := models.NewAttempt(0, "requestPasswordReset", input.ClientMutationID, nil)
	if err == nil {
		err = r.DB.RequestPasswordReset(ctx, a, input.Email)
	}
	faults, err := userErrors(ctx, err)
	return &model.RequestPasswordResetPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

// ResetPassword takes the token of the mailed link and sets the password.
func (r mutation) ResetPassword(ctx context.Context, input model.ResetPasswordInput) (*model.ResetPasswordPayload, error) {
	if err := r.allow(ctx, tokenByAddress, tokenByAddress, ""); err != nil {
		return nil, err
	}
	a, err := models.NewAttempt(0, "resetPassword", input.ClientMutationID, input)
	if err == nil {
		err = r.DB.ResetPassword(ctx, a, input.Token, input.NewPassword)
	}
	faults, err := userErrors(ctx, err)
	return &model.ResetPasswordPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

// ChangePassword sets the password of somebody who knows the current one.
func (r mutation) ChangePassword(ctx context.Context, input model.ChangePasswordInput) (*model.ChangePasswordPayload, error) {
	a, err := attempt(ctx, "changePassword", input.ClientMutationID, input)
	if err == nil {
		if d := r.Limiter.Allow(ctx, passwordByUser, relay.ID("User", a.UserID)); !d.Allowed {
			return nil, tooMany(d)
		}
		err = r.DB.ChangePassword(ctx, a, loaders.CallerOf(ctx).SessionID, input.CurrentPassword, input.NewPassword)
	}
	faults, err := userErrors(ctx, err)
	return &model.ChangePasswordPayload{Viewer: r.viewerIf(ctx, faults, err), ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

func (r mutation) viewerIf(ctx context.Context, faults []*model.UserError, err error) *loaders.Viewer {
	if err != nil || len(faults) > 0 {
		return nil
	}
	return r.Loaders.Viewer(ctx)
}

// UpdateProfile changes the fields that are given.
func (r mutation) UpdateProfile(ctx context.Context, input model.UpdateProfileInput) (*model.UpdateProfilePayload, error) {
	a, err := attempt(ctx, "updateProfile", input.ClientMutationID, input)
	if err == nil {
		err = r.updateProfile(ctx, a, input)
	}
	faults, err := userErrors(ctx, err)
	return &model.UpdateProfilePayload{Viewer: r.viewerIf(ctx, faults, err), ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}

func (r mutation) updateProfile(ctx context.Context, a models.Attempt, input model.UpdateProfileInput) error {
	change := models.ProfileChange{Username: input.Username, DisplayName: input.DisplayName, Bio: input.Bio,
		Website: input.Website, Locale: input.Locale, TimeZone: input.TimeZone, IsPrivate: input.IsPrivate}
	if input.AvatarPhotoID != nil {
		id, err := idOf("Photo", "avatarPhotoId", *input.AvatarPhotoID)
		if err != nil {
			return err
		}
		change.AvatarPhotoID = &id
	}
	return r.DB.UpdateProfile(ctx, a, change)
}

// errRefused is the answer where a token came along that does not count.
func errRefused(cause error) error {
	return fault.Wrap(fault.Unauthenticated, cause, "the access token is expired, forged or of a session that has ended: refresh the session or sign in")
}

// DeleteAccount hides the caller at once and has everything erased later.
func (r mutation) DeleteAccount(ctx context.Context, input model.DeleteAccountInput) (*model.DeleteAccountPayload, error) {
	payload := &model.DeleteAccountPayload{ClientMutationID: input.ClientMutationID}
	a, err := attempt(ctx, "deleteAccount", input.ClientMutationID, input)
	if err == nil {
		if d := r.Limiter.Allow(ctx, passwordByUser, relay.ID("User", a.UserID)); !d.Allowed {
			return nil, tooMany(d)
		}
		sessionID := loaders.CallerOf(ctx).SessionID
		var erasedAt time.Time
		if erasedAt, err = r.DB.DeleteAccount(ctx, a, sessionID, input.Password); err == nil {
			payload.ErasedAt = &erasedAt
		}
		r.Sessions.forget(sessionID)
	}
	payload.UserErrors, err = userErrors(ctx, err)
	return payload, err
}

// ExportData has a link mailed to an archive of what is held about the caller.
func (r mutation) ExportData(ctx context.Context, input model.ExportDataInput) (*model.ExportDataPayload, error) {
	a, err := attempt(ctx, "exportData", input.ClientMutationID, nil)
	if err == nil {
		err = r.DB.RequestExport(ctx, a)
	}
	faults, err := userErrors(ctx, err)
	return &model.ExportDataPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}
