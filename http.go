package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/url"
	"slices"
	"time"

	"styleshare/graph"
	"styleshare/graph/cost"
	"styleshare/graph/generated"
	"styleshare/graph/transport"
	"styleshare/internal/mail"
	"styleshare/internal/persisted"
	"styleshare/internal/playground"
	"styleshare/internal/tracing"
	"styleshare/internal/web"
	"styleshare/jobs"
	"styleshare/models"
	"styleshare/resolvers"
)

// routes are the paths that metrics tell apart.
var routes = []string{"/", "/graphql", web.PathAlive, web.PathReady, "/assets/", "/verify-email", "/reset-password", "/unsubscribe", "/export", "/open/"}

// operationNames are those of the apps: metrics tell them apart and call the rest "other".
func operationNames() []string { return graph.OperationNames() }

// executor is what runs GraphQL operations.
func (a *app) executor() *transport.Executor {
	schema := generated.Config{Resolvers: a.resolver}
	exec := transport.NewExecutor(generated.NewExecutableSchema(schema), transport.Config{
		CostPerRequest: a.config.CostPerRequest, Pages: cost.Pages{Default: models.DefaultPageSize, Max: models.MaxPageSize},
		Spend:     resolvers.Spend(a.budget),
		Persisted: persisted.New(a.redis, a.log), MayPersist: resolvers.MayPersist(a.resolver.Limiter), Trusted: a.trusted,
		Introspection: a.config.Introspection && a.trusted == nil,
		Usage:         a.usage,
		Streams:       a.streams, Observe: a.metrics.ObserveOperation, SlowAfter: a.config.SlowOperation, Log: a.log,
	})
	if ids := exec.Unservable(); len(ids) > 0 {
		a.log.Warn("trusted documents that this server cannot run", "count", len(ids), "first", ids[0])
	}
	exec.AroundRootFields(resolvers.RefuseRootFields)
	exec.AroundRootFields(generated.NewPlanner(schema))
	exec.AroundOperations(resolvers.ReportCost)
	if a.replicas != nil {
		exec.AroundOperations(resolvers.ReadReplicas(a.db))
	}
	if tracing.Enabled() {
		exec.AroundFields(transport.TraceFields)
	}
	return exec
}

// publicHandler is what LISTEN serves; demo is nil unless the demo people are there.
func (a *app) publicHandler(health *web.Health, demo *playground.Demo) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", a.resolver.Identify(transport.NewHandler(a.executor())))
	mux.Handle(web.PathAlive, health.Alive())
	mux.Handle(web.PathReady, health.Ready())
	a.resolver.Pages(mux)
	if a.config.Playground && a.trusted == nil { // whose documents are not among them
		mux.Handle("/", playground.Handler(playground.Config{Endpoint: "/graphql", PictureOrigin: a.store.PublicURL(""), Demo: demo}))
	}
	around := []web.Middleware{web.RequestID, web.AccessLog(a.log, a.metrics.Observe), a.metrics.CountInFlight, web.Recover(a.log),
		web.ClientAddress(a.config.TrustedProxies), web.SecurityHeaders, web.CORS(a.config.CORSOrigins)}
	if tracing.Enabled() {
		around = slices.Insert(around, 1, web.Trace)
	}
	return web.Chain(mux, around...)
}

// adminHandler is what ADMIN_LISTEN serves: it asks nobody for a password. sink is nil where mail is really sent.
func (a *app) adminHandler(health *web.Health, sink *mail.Sink) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", a.metrics.Handler())
	mux.Handle(jobs.DashboardPath, a.jobs.Dashboard())
	mux.Handle(web.PathAlive, health.Alive())
	mux.Handle(web.PathReady, health.Ready())
	mux.Handle("/doctor", a.doctorHandler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	if sink != nil {
		mux.Handle("/mail/", http.StripPrefix("/mail", sink.Handler()))
	}
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, `<!doctype html><title>styleshare admin</title><ul><li><a href="jobs/">jobs</a>`+
			`<li><a href="mail/">mail sink</a> (where SMTP_URL is not set)<li><a href="metrics">metrics</a><li><a href="doctor">doctor: what is wrong</a><li><a href="readyz">readiness</a><li><a href="debug/pprof/">profiles</a></ul>`)
	})
	return web.Chain(mux, web.Recover(a.log))
}

// health asks each part. Without PostgreSQL nothing can be served; without another part, some things wait or are slower.
func (a *app) health() *web.Health {
	checks := []web.Check{
		{Name: "postgresql", Required: true, Probe: a.db.Pool.Ping},
		// By a key: a Cluster that lacks a node refuses those, but answers PING.
		{Name: "redis", Probe: func(ctx context.Context) error { return a.redis.Exists(ctx, "ready").Err() }},
		{Name: "memcached", Probe: a.cache.Ping},
		{Name: "s3", Probe: a.store.Ping},
	}
	if a.replicas != nil {
		for _, r := range a.replicas.Replicas() {
			checks = append(checks, web.Check{Name: "postgresql-" + r.Name, Probe: func(context.Context) error { return a.replicas.Err(r) }})
		}
	}
	return web.NewHealth(a.log, checks...)
}

// listen opens an address, or the default one where the operator named none. Where orFree is true, a free port takes the
// place of a default that is taken.
func listen(ctx context.Context, variable, address, byDefault string, orFree bool) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", cmp.Or(address, byDefault))
	if err != nil && address == "" && orFree {
		l, err = config.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen on %s: choose another address: %w", variable, cmp.Or(address, byDefault), err)
	}
	return l, nil
}

// addressOf is the address of a listener as a browser takes it.
func addressOf(l net.Listener) string {
	return (&url.URL{Scheme: "http", Host: l.Addr().String()}).String()
}

// drain is how long a stopping `serve` still accepts requests: longer than nginx keeps an idle connection to it (1 s, in
// deploy/nginx), so that none is left when the process closes them.
const drain = 2 * time.Second
