package resolvers

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"styleshare/graph/transport"
	"styleshare/internal/auth"
	"styleshare/internal/localize"
	"styleshare/internal/web"
	"styleshare/loaders"
)

// Identify finds out who asks: the access token, the language, the address. A token that does not count refuses each
// field that is not a way to a new one, not the request: apps send their old token along when they refresh it.
func (r *Resolver) Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx := req.Context()
		caller := loaders.Caller{
			Language:  localize.Match(req.Header.Get("Accept-Language")),
			UserAgent: req.UserAgent(),
			Address:   web.RateKey(web.ClientOf(ctx)),
		}
		if header := req.Header.Get("Authorization"); header != "" {
			look := func(ctx context.Context) { r.identify(ctx, &caller, header) }
			if wantsCost(req.Header) {
				ctx = countSession(ctx, look)
			} else {
				look(ctx)
			}
		}
		w.Header().Add("Vary", "Authorization, Accept-Language")
		next.ServeHTTP(w, req.WithContext(loaders.WithCaller(ctx, caller)))
	})
}

// IdentifyLater is Identify for an Authorization that comes when the request has become a connection.
func (r *Resolver) IdentifyLater(ctx context.Context, authorization string) context.Context {
	caller := loaders.CallerOf(ctx)
	r.identify(ctx, &caller, authorization)
	return loaders.WithCaller(ctx, caller)
}

// IdentityOf tells who a connection comes from.
func IdentityOf(ctx context.Context) transport.Identity {
	caller := loaders.CallerOf(ctx)
	return transport.Identity{Person: caller.UserID, Session: caller.SessionID, Address: caller.Address, Refused: caller.Refused}
}

func (r *Resolver) identify(ctx context.Context, caller *loaders.Caller, header string) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		caller.Refused = errRefused(errors.New("not a bearer token"))
		return
	}
	claims, err := r.Keys.Verify(ctx, strings.TrimSpace(token))
	if errors.Is(err, auth.ErrExpired) || errors.Is(err, auth.ErrInvalid) {
		err = errRefused(err)
	}
	active := false
	if err == nil {
		active, err = r.Sessions.active(ctx, claims.UserID, claims.SessionID)
	}
	switch {
	case err != nil:
		caller.Refused = err
	case active:
		caller.UserID, caller.SessionID = claims.UserID, claims.SessionID
	default:
		caller.Refused = errRefused(errors.New("the session has ended"))
		caller.EndedUserID, caller.EndedSessionID = claims.UserID, claims.SessionID
	}
}

// openFields are the ways to a session: a token that no longer counts must not be in their way.
var openFields = map[string]bool{
	"signUp": true, "signIn": true, "signInWithIdToken": true, "refreshSession": true, "verifyEmail": true, "requestPasswordReset": true, "resetPassword": true,
	"__schema": true, "__type": true, "__typename": true,
}

// endings may end the session that they come from: whoever lost the answer asks for it with a token that is refused.
var endings = map[string]bool{"signOut": true, "revokeSession": true, "deleteAccount": true}

// RefuseRootFields answers the root fields of a caller whose token does not count.
func RefuseRootFields(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	caller := loaders.CallerOf(ctx)
	if caller.Refused == nil {
		return next(ctx)
	}
	field := graphql.GetRootFieldContext(ctx).Field
	if openFields[field.Name] || caller.EndedUserID != 0 && endings[field.Name] {
		return next(ctx)
	}
	graphql.AddError(ctx, &gqlerror.Error{Err: caller.Refused, Path: ast.Path{ast.PathName(field.Alias)}})
	return graphql.Null
}
