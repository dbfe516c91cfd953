package resolvers

import (
	"context"

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

// session makes the payload of a session that begins or goes on.
func (r mutation) session(ctx context.Context, grant *models.SessionGrant, err error, key *string) (*model.SessionPayload, error) {
	faults, err := userErrors(ctx, err)
	if err != nil || len(faults) > 0 {
		return &model.SessionPayload{ClientMutationID: key, UserErrors: faults}, err
	}
	token, expires, err := r.Keys.Sign(grant.UserID, grant.SessionID)
	if err != nil {
		return nil, err
	}
	viewer := r.Loaders.ViewerAs(ctx, grant.UserID, grant.SessionID)
	current, err := viewer.Session()
	if err != nil {
		return nil, err
	}
	return &model.SessionPayload{
		Viewer: viewer, Session: current, AccessToken: &token, AccessTokenExpiresAt: &expires,
		RefreshToken: &grant.RefreshToken, ClientMutationID: key, UserErrors: faults,
	}, nil
}

// SignUp makes an account.
func (r mutation) SignUp(ctx context.Context, input model.SignUpInput) (*model.SessionPayload, error) {
	if err := r.allow(ctx, signUpByAddress, signUpByLogin, input.Email); err != nil {
		return nil, err
	}
	caller := loaders.CallerOf(ctx)
	grant, err := r.DB.SignUp(ctx, models.SignUpInput{
		Username: input.Username, Email: input.Email, Password: input.Password, DisplayName: value(input.DisplayName, ""),
		Locale: value(input.Locale, string(caller.Language)), TimeZone: value(input.TimeZone, models.DefaultTimeZone), UserAgent: caller.UserAgent,
	})
	return r.session(ctx, grant, err, input.ClientMutationID)
}

func value[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// SignIn begins a session.
func (r mutation) SignIn(ctx context.Context, input model.SignInInput) (*model.SessionPayload, error) {
	if err := r.allow(ctx, signInByAddress, signInByLogin, input.Login); err != nil {
		return nil, err
	}
	grant, err := r.DB.SignIn(ctx, input.Login, input.Password, loaders.CallerOf(ctx).UserAgent)
	if err == nil {
		r.Limiter.Reset(ctx, signInByLogin, loginKey(input.Login))
	}
	return r.session(ctx, grant, err, input.ClientMutationID)
}

// RefreshSession rotates the refresh token.
func (r mutation) RefreshSession(ctx context.Context, input model.RefreshSessionInput) (*model.SessionPayload, error) {
	if err := r.allow(ctx, refreshByAddress, refreshByAddress, ""); err != nil {
		return nil, err
	}
	grant, err := r.DB.RefreshSession(ctx, input.RefreshToken, input.ClientMutationID)
	return r.session(ctx, grant, err, input.ClientMutationID)
}

// SignOut ends the caller's session.
func (r mutation) SignOut(ctx context.Context, input model.SignOutInput) (*model.SignOutPayload, error) {
	a, err := attempt(ctx, "signOut", nil, input)
	if err == nil {
		sessionID := loaders.CallerOf(ctx).SessionID
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
	userID, err := r.DB.VerifyEmail(ctx, input.Token)
	faults, err := userErrors(ctx, err)
	payload := &model.VerifyEmailPayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if len(faults) == 0 && userID == loaders.CallerOf(ctx).UserID {
		payload.Viewer = r.Loaders.Viewer(ctx)
	}
	return payload, err
}

// RequestPasswordReset has a link mailed.
func (r mutation) RequestPasswordReset(ctx context.Context, input model.RequestPasswordResetInput) (*model.RequestPasswordResetPayload, error) {
	if err := r.allow(ctx, resetByAddress, resetByLogin, input.Email); err != nil {
		return nil, err
	}
	err := r.DB.RequestPasswordReset(ctx, input.Email)
	return &model.RequestPasswordResetPayload{ClientMutationID: input.ClientMutationID, UserErrors: []*model.UserError{}}, err
}

// ResetPassword takes the token of the mailed link and sets the password.
func (r mutation) ResetPassword(ctx context.Context, input model.ResetPasswordInput) (*model.ResetPasswordPayload, error) {
	if err := r.allow(ctx, tokenByAddress, tokenByAddress, ""); err != nil {
		return nil, err
	}
	faults, err := userErrors(ctx, r.DB.ResetPassword(ctx, input.Token, input.NewPassword))
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
		Website: input.Website, Locale: input.Locale, TimeZone: input.TimeZone}
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
