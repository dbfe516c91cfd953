package resolvers

import (
	"context"
	"errors"
	"log/slog"

	"styleshare/graph/model"
	"styleshare/internal/fault"
	"styleshare/internal/oidc"
	"styleshare/loaders"
	"styleshare/models"
)

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
	withoutPassword := input
	withoutPassword.Password = ""
	a, err := models.NewAttempt(0, "signUp", input.ClientMutationID, withoutPassword)
	if err != nil {
		return r.session(ctx, nil, err, input.ClientMutationID)
	}
	grant, err := r.DB.SignUp(ctx, models.SignUpInput{
		Attempt:  a,
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
	a, err := models.NewAttempt(0, "signIn", input.ClientMutationID, input.Login) // the password is compared, not remembered
	if err != nil {
		return r.session(ctx, nil, err, input.ClientMutationID)
	}
	grant, err := r.DB.SignIn(ctx, a, input.Login, input.Password, loaders.CallerOf(ctx).UserAgent)
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

// SignInWithIDToken begins a session by what an issuer says.
func (r mutation) SignInWithIDToken(ctx context.Context, input model.SignInWithIDTokenInput) (*model.SessionPayload, error) {
	if err := r.allow(ctx, signInByAddress, signInByAddress, ""); err != nil {
		return nil, err
	}
	a, err := models.NewAttempt(0, "signInWithIdToken", input.ClientMutationID, input)
	if err != nil {
		return r.session(ctx, nil, err, input.ClientMutationID)
	}
	who, err := r.IDTokens.Verify(ctx, input.Issuer, input.IDToken, value(input.Nonce, ""))
	if err != nil {
		return r.session(ctx, nil, refusedToken(ctx, input.Issuer, err), input.ClientMutationID)
	}
	caller := loaders.CallerOf(ctx)
	grant, err := r.DB.SignInWithIdentity(ctx, a, models.IdentityInput{
		Issuer: who.Issuer, Subject: who.Subject, Email: who.Email, EmailVerified: who.EmailVerified, Name: who.Name, Handle: who.Username,
		Username: input.Username, Locale: string(caller.Language), TimeZone: models.DefaultTimeZone, UserAgent: caller.UserAgent,
	})
	return r.session(ctx, grant, err, input.ClientMutationID)
}

// refusedToken says what is wrong with a token, as far as the person can put it right; the rest is for the log.
func refusedToken(ctx context.Context, issuer string, err error) error {
	switch {
	case errors.Is(err, oidc.ErrUnknownIssuer):
		return fault.Reject("issuer", fault.Invalid, "unknown_issuer")
	case errors.Is(err, oidc.ErrExpired):
		return fault.Reject("idToken", fault.Expired, "expired_id_token")
	case errors.Is(err, oidc.ErrInvalid):
		slog.InfoContext(ctx, "an ID token does not count", "issuer", issuer, "error", err)
		return fault.Reject("idToken", fault.WrongCredentials, "invalid_id_token")
	case errors.Is(err, oidc.ErrUnavailable):
		slog.WarnContext(ctx, "an OpenID issuer does not answer", "issuer", issuer, "error", err)
		return fault.Reject("issuer", fault.NotReady, "issuer_away")
	}
	return err
}
