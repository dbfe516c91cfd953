// Package transport serves GraphQL over HTTP: POST and GET on gqlgen's executor, WebSockets and server-sent events, with
// bounds on everything a client may send and with errors that tell clients nothing but what they are meant to know.
package transport

import (
	"context"
	"log/slog"
	"time"

	"styleshare/graph/cost"
	"styleshare/internal/persisted"
	"styleshare/internal/ratelimit"
	"styleshare/internal/web"
)

// Config says how operations are served. Zero values take the defaults.
type Config struct {
	Limits Limits
	// Timeout bounds one operation; its resolvers see their context end. 15 s.
	// It must be shorter than the server's write time-out, or clients get a broken connection instead of an answer.
	Timeout time.Duration
	// CostPerRequest is what one operation may cost, see graph/cost; cost.DefaultPerRequest.
	CostPerRequest int
	// Pages are the sizes of a connection's page; 20, and 100 at most.
	Pages cost.Pages
	// Spend takes an operation's cost off the caller's budget, before it is executed. Where it is nil nobody is charged.
	Spend func(ctx context.Context, cost int) ratelimit.Balance
	// Persisted keeps the texts of automatic persisted queries; nil knows none. MayPersist counts against the caller each new
	// one, and says whether it is kept; all are where it is nil.
	Persisted  *persisted.Store
	MayPersist func(context.Context) bool
	// Trusted are the only documents that are run; nil for whatever clients send.
	Trusted persisted.Manifest
	// Introspection lets anyone read the schema. Without it errors suggest no names either.
	Introspection bool
	// Observe is told of each operation that did not come as an HTTP request of its own, with its duration. It may be nil.
	Observe func(web.Operation, time.Duration)
	// Usage counts which fields clients ask for; nil counts nothing.
	Usage *Usage
	// SlowAfter is how long an operation may take until it is logged with what it took; 0 logs none.
	SlowAfter time.Duration
	// Streams keeps WebSockets and server-sent events; nil serves none.
	Streams *Streams
	// Log gets the causes of internal errors. Its handler is expected to add the request id. slog.Default() where nil.
	Log *slog.Logger
}

// Limits bound what an operation may ask for before anything is validated or executed. Counts are taken with
// fragments expanded, as often as they are spread, and regardless of @skip and @include. Zero values take the defaults,
// which leave the largest screen of the apps and the introspection of schema explorers room to grow.
type Limits struct {
	BodyBytes  int64 // of a POST, or of a GET's query string; 256 KiB
	Tokens     int   // of a document; 10,000
	Operations int   // of a document; 50
	Fragments  int   // of a document, as written; 200
	Fields     int   // of a document's operations together; 500
	Depth      int   // of nested fields; 15
	RootFields int   // of an operation; 20
	Aliases    int   // of an operation; 50
	Directives int   // of an operation; 100
	Duplicates int   // fields of one selection that it has already, over all of an operation; 20
	Entries    int   // of lists that an operation has as arguments, and again of those in its variables; 1,000
}

func (c Config) withDefaults() Config {
	l := &c.Limits
	setDefault(&l.BodyBytes, 256<<10)
	setDefault(&l.Tokens, 10_000)
	setDefault(&l.Operations, 50)
	setDefault(&l.Fragments, 200)
	setDefault(&l.Fields, 500)
	setDefault(&l.Depth, 15)
	setDefault(&l.RootFields, 20)
	setDefault(&l.Aliases, 50)
	setDefault(&l.Directives, 100)
	setDefault(&l.Duplicates, 20)
	setDefault(&l.Entries, 1000)
	setDefault(&c.CostPerRequest, cost.DefaultPerRequest)
	setDefault(&c.Pages, cost.Pages{Default: 20, Max: 100})
	setDefault(&c.Timeout, 15*time.Second)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
