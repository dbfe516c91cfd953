// Package loaders reads for whole cohorts at once: request → this process's memory → memcached → PostgreSQL.
//
// Objects that are loaded together know each other. The first touch of a relation that is not there yet (author,
// photos, viewer state, comments) loads it once for all of them, at any depth and under any alias; there is no waiting
// window. The GraphQL types are the types of this package: a row of models with the cohort it came with. Rows
// never carry what depends on who looks, and nobody changes one: requests share them.
package loaders

import (
	"context"

	lru "github.com/hashicorp/golang-lru/v2"

	"styleshare/internal/cache"
	"styleshare/internal/localize"
	"styleshare/models"
)

// Caller is who asks, in which language, and from which session.
type Caller struct {
	UserID    int64 // 0 for anonymous callers
	SessionID int64
	Language  localize.Language
	UserAgent string
	Address   string // the client's, for rate limits only
	// Refused is why the token that came along does not count; nil where there was none.
	Refused error
	// EndedUserID and EndedSessionID are of a token that is genuine, and is refused because its session has ended.
	EndedUserID, EndedSessionID int64
}

type callerKey struct{}

// WithCaller says who asks.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerOf tells who asks; the zero Caller is anonymous.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// Config is what the loaders read from.
type Config struct {
	DB    *models.DB
	Cache *cache.Cache
	// PublicURL is what the key of a rendition is appended to for its address.
	PublicURL string
}

// Loaders serves all requests of a process.
type Loaders struct {
	db          *models.DB
	publicURL   string
	users       *cache.Typed[models.User]
	styles      *cache.Typed[models.Style]
	photos      *cache.Typed[models.Photo]
	comments    *cache.Typed[models.Comment]
	heads       *cache.Typed[models.CommentHead]
	tags        *cache.Typed[models.Tag]
	brands      *cache.Typed[models.Brand]
	items       *cache.Typed[models.ItemTag]
	collections *cache.Typed[models.Collection]
	questions   *cache.Typed[models.Question]
	answers     *cache.Typed[models.Answer]
	cache       *cache.Cache
	// usernames are who had a name when it was last asked for.
	usernames *lru.Cache[string, int64]
}

// usernamesKept is how many usernames are kept: about 1 MB of them.
const usernamesKept = 10_000

// New makes loaders that drop from the cache whatever a committed transaction of db changed.
func New(c Config) *Loaders {
	usernames, err := lru.New[string, int64](usernamesKept)
	if err != nil {
		panic(err) // of a size below 1
	}
	l := &Loaders{
		db: c.DB, cache: c.Cache, publicURL: c.PublicURL, usernames: usernames,
		// The number in a prefix is the version of what the fields mean; other fields are known by themselves (cache.NewTyped).
		users:       cache.NewTyped(c.Cache, "u1:", models.UserFields),
		styles:      cache.NewTyped(c.Cache, "s1:", models.StyleFields),
		photos:      cache.NewTyped(c.Cache, "p2:", models.PhotoFields),
		comments:    cache.NewTyped(c.Cache, "c2:", models.CommentFields),
		heads:       cache.NewTyped(c.Cache, "h1:", models.CommentHeadFields),
		tags:        cache.NewTyped(c.Cache, "t1:", models.TagFields),
		brands:      cache.NewTyped(c.Cache, "b1:", models.BrandFields),
		items:       cache.NewTyped(c.Cache, "i1:", models.ItemTagFields),
		collections: cache.NewTyped(c.Cache, "k1:", models.CollectionFields),
		questions:   cache.NewTyped(c.Cache, "q1:", models.QuestionFields),
		answers:     cache.NewTyped(c.Cache, "a1:", models.AnswerFields),
	}
	c.DB.BeforeCommit(l.mark)
	c.DB.OnCommit(l.invalidateOrRecord)
	return l
}

// request is one root field's way to the loaders. The accessors that gqlgen calls take no context, so that it spends no
// goroutine on them; the context of the operation is kept here instead.
type request struct {
	*Loaders
	ctx    context.Context //nolint:containedctx // the accessors that gqlgen calls have no other way to it
	caller Caller
	ahead  *Ahead // nil where nothing is to be read ahead
	memos  *memos
	blocks *blocks
	// moderates is set for what is reached from a report, by a moderator: see models.Between.
	moderates bool
}

func (l *Loaders) request(ctx context.Context) *request {
	return &request{Loaders: l, ctx: ctx, caller: CallerOf(ctx), ahead: aheadOf(ctx), memos: new(memos), blocks: new(blocks)}
}

// viewer is the id of the signed-in person, 0 for nobody.
func (r *request) viewer() int64 { return r.caller.UserID }
