// Package resolvers answers the fields of Query, Mutation and Subscription: arguments in, models and loaders asked, answer out.
// It has no SQL, no queue and no cache keys; one file per schema file.
package resolvers

import (
	"context"
	"errors"
	"strconv"

	"styleshare/graph/generated"
	"styleshare/graph/model"
	"styleshare/internal/auth"
	"styleshare/internal/fault"
	"styleshare/internal/oidc"
	"styleshare/internal/ratelimit"
	"styleshare/internal/realtime"
	"styleshare/internal/relay"
	"styleshare/internal/storage"
	"styleshare/loaders"
	"styleshare/models"
)

// Resolver holds what the fields ask.
type Resolver struct {
	DB      *models.DB
	Loaders *loaders.Loaders
	Keys    *auth.KeyRing
	Limiter *ratelimit.Limiter
	// IDTokens checks what OpenID Connect issuers say of people.
	IDTokens *oidc.Verifier
	Store    *storage.Store
	// Sessions is told of sessions that end here, so that this process refuses them at once.
	Sessions *Sessions
	// Events is what subscriptions listen to.
	Events *realtime.Hub
	// LinkKey signs the links of mails that work without a session.
	LinkKey []byte
}

// Query answers the fields of Query.
func (r *Resolver) Query() generated.QueryResolver { return query{r} }

// Mutation answers the fields of Mutation.
func (r *Resolver) Mutation() generated.MutationResolver { return mutation{r} }

// Subscription answers the fields of Subscription.
func (r *Resolver) Subscription() generated.SubscriptionResolver { return subscription{r} }

type (
	query        struct{ *Resolver }
	mutation     struct{ *Resolver }
	subscription struct{ *Resolver }
)

// errSignInFirst is the answer to anonymous callers where there is nothing for them.
var errSignInFirst = fault.New(fault.Unauthenticated, "sign in first: send Authorization: Bearer with an access token")

// attempt is the caller's try at a mutation, for callers that are signed in, or were when they tried it first.
func attempt(ctx context.Context, name string, key *string, input any) (models.Attempt, error) {
	caller := loaders.CallerOf(ctx)
	if endings[name] && caller.EndedUserID != 0 {
		a, err := models.NewAttempt(caller.EndedUserID, name, key, input)
		a.OnlyAgain = true
		return a, err
	}
	if caller.UserID == 0 {
		return models.Attempt{}, errSignInFirst
	}
	return models.NewAttempt(caller.UserID, name, key, input)
}

// userErrors puts what the person can put right into their language; any other error is given back.
func userErrors(ctx context.Context, err error) ([]*model.UserError, error) {
	if err == nil {
		return []*model.UserError{}, nil
	}
	if errors.Is(err, models.ErrNotAnswered) {
		return nil, loaders.CallerOf(ctx).Refused
	}
	faults, ok := errors.AsType[fault.Users](err)
	if !ok {
		return nil, err
	}
	language := loaders.CallerOf(ctx).Language
	all := make([]*model.UserError, len(faults))
	for i, f := range faults {
		all[i] = &model.UserError{Field: f.Field, Code: f.Code, Message: language.Text(f.Text, f.Args...)}
	}
	return all, nil
}

// idOf reads a global id of an input: one that this server never made is INVALID, one of another type NOT_FOUND.
func idOf(typeName, field, globalID string) (int64, error) {
	gotType, id, err := relay.ParseID(globalID)
	switch {
	case err != nil:
		return 0, fault.Reject(field, fault.Invalid, "invalid")
	case gotType != typeName:
		return 0, fault.Reject(field, fault.UserNotFound, "not_found")
	}
	return id, nil
}

// optionalID is idOf for an id that may be missing: 0 then.
func optionalID(typeName, field string, globalID *string) (int64, error) {
	if globalID == nil {
		return 0, nil
	}
	return idOf(typeName, field, *globalID)
}

// idsOf is idOf for a list of at most so many ids.
func idsOf(typeName, field string, globalIDs []string, atMost int) ([]int64, error) {
	if len(globalIDs) > atMost {
		return nil, fault.Reject(field, fault.TooMany, "too_many", atMost)
	}
	ids := make([]int64, len(globalIDs))
	for i, globalID := range globalIDs {
		id, err := idOf(typeName, field+"."+strconv.Itoa(i), globalID)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// changing is the way of the mutations that change one object: read the id, run the verb, and give what it changed. All
// errors that the person can put right come back as data.
func changing[R any](ctx context.Context, typeName, field, globalID, name string, key *string, input any,
	verb func(context.Context, models.Attempt, int64) (R, error)) (result R, faults []*model.UserError, err error) {
	a, err := attempt(ctx, name, key, input)
	if err == nil {
		var id int64
		if id, err = idOf(typeName, field, globalID); err == nil {
			result, err = verb(ctx, a, id)
		}
	}
	faults, err = userErrors(ctx, err)
	return result, faults, err
}

// object gives the object that a mutation changed, and nothing where it was refused.
func object[R, T any](ctx context.Context, faults []*model.UserError, result R, find func(context.Context, R) (*T, error)) (*T, error) {
	if len(faults) > 0 {
		return nil, nil
	}
	return find(ctx, result)
}

// globalIDIf is the global id of what was deleted, nil where it was refused.
func globalIDIf(faults []*model.UserError, typeName string, id int64) *string {
	if len(faults) > 0 {
		return nil
	}
	global := relay.ID(typeName, id)
	return &global
}
