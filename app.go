package main

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"time"

	"styleshare/graph/transport"
	"styleshare/internal/auth"
	"styleshare/internal/cache"
	"styleshare/internal/config"
	"styleshare/internal/mail"
	"styleshare/internal/oidc"
	"styleshare/internal/persisted"
	"styleshare/internal/push"
	"styleshare/internal/ratelimit"
	"styleshare/internal/realtime"
	"styleshare/internal/redisdb"
	"styleshare/internal/replicas"
	"styleshare/internal/storage"
	"styleshare/internal/telemetry"
	"styleshare/jobs"
	"styleshare/loaders"
	"styleshare/models"
	"styleshare/resolvers"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/redis/go-redis/v9"
)

// shutdownTimeout bounds how long requests and jobs in flight may take to end.
const shutdownTimeout = 20 * time.Second

// app is the parts of a process, connected.
type app struct {
	config   config.Config
	log      *slog.Logger
	metrics  *telemetry.Metrics
	db       *models.DB
	replicas *replicas.Set // nil without any
	redis    redis.UniversalClient
	cache    *cache.Cache
	store    *storage.Store
	loaders  *loaders.Loaders
	resolver *resolvers.Resolver
	jobs     *jobs.Jobs
	events   *realtime.Hub
	streams  *transport.Streams
	budget   *ratelimit.Budget
	usage    *transport.Usage   // which fields clients ask for
	trusted  persisted.Manifest // nil where whatever clients send is run
	linkKey  []byte

	closers []func()
}

// openApp connects what every process needs. The database must be there and migrated; the other parts may come later.
func openApp(ctx context.Context, c config.Config, r role) (_ *app, err error) {
	a := &app{config: c, usage: transport.NewUsage()}
	if c.TrustedDocuments != "" {
		if a.trusted, err = persisted.ReadManifest(c.TrustedDocuments); err != nil {
			return nil, fmt.Errorf("TRUSTED_DOCUMENTS: %w", err)
		}
	}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	if a.log, err = telemetry.NewLogger(os.Stderr, telemetry.Format(c.LogFormat), slog.LevelInfo); err != nil {
		return nil, err
	}
	a.metrics = telemetry.NewMetrics(routes, operationNames())
	if err = a.observe(ctx, r); err != nil {
		return nil, err
	}
	slog.SetDefault(a.log)
	limitMemory(ctx, a.log)
	redis.SetLogger(redisLogger{a.log})
	if a.db, err = models.Open(c.DatabaseURL, c.DatabaseMaxConns, models.BehindPooler(c.DatabasePooler)); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.db.Close)
	if err = a.metrics.Registry.Register(a.db); err != nil {
		return nil, err
	}
	if err = ping(ctx, a.db); err != nil {
		return nil, err
	}
	if a.redis, err = redisdb.Open(c.RedisURL); err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	a.closers = append(a.closers, func() { _ = a.redis.Close() })
	if err = a.useReplicas(c.DatabaseReplicaURLs); err != nil {
		return nil, err
	}
	if a.cache, err = openCache(ctx, a.db, cache.Config{Servers: c.MemcachedServers, LocalBytes: c.LocalCacheBytes, Redis: a.redis, Log: a.log}); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.cache.Close)
	if err = a.metrics.Registry.Register(a.cache); err != nil {
		return nil, err
	}
	if a.store, err = openStore(ctx, c); err != nil {
		return nil, err
	}
	return a, a.connect(ctx)
}

// openCache opens the caches of a database, in which all processes find its rows under the same keys.
func openCache(ctx context.Context, db *models.DB, c cache.Config) (_ *cache.Cache, err error) {
	if c.Namespace, err = db.CacheNamespace(ctx); err != nil {
		return nil, err
	}
	opened, err := cache.New(c)
	if err != nil {
		return nil, fmt.Errorf("MEMCACHED_SERVERS: %w", err)
	}
	return opened, nil
}

// useReplicas has queries read from replicas where there are any.
func (a *app) useReplicas(urls []string) (err error) {
	if len(urls) == 0 {
		return nil
	}
	if a.replicas, err = a.db.UseReplicas(urls, a.redis, a.log); err != nil {
		return fmt.Errorf("DATABASE_REPLICA_URLS: %w", err)
	}
	return a.metrics.Registry.Register(a.replicas)
}

// openStore opens the bucket. It asks nothing of it yet.
func openStore(ctx context.Context, c config.Config) (*storage.Store, error) {
	store, err := storage.New(ctx, storage.Config{Endpoint: c.S3Endpoint, Bucket: c.S3Bucket, PublicURL: c.S3PublicURL,
		Region: c.Region, AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey})
	if err != nil {
		return nil, fmt.Errorf("S3: %w", err)
	}
	return store, nil
}

// limitMemory has the garbage collector work harder before the process would be killed: at nine tenths of what its
// container may use. An operator's GOMEMLIMIT counts instead.
func limitMemory(ctx context.Context, log *slog.Logger) {
	switch limit, err := memlimit.Set(); {
	case err != nil: // of systems that have no control groups
		log.DebugContext(ctx, "memory is not limited", "error", err)
	case limit < math.MaxInt64:
		log.InfoContext(ctx, "memory is limited", "bytes", limit)
	}
}

// pingTimeout is how long PostgreSQL may take to answer a process that starts.
const pingTimeout = 10 * time.Second

func ping(ctx context.Context, db *models.DB) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if err := db.Pool.Ping(ctx); err != nil {
		return fmt.Errorf("DATABASE_URL: PostgreSQL does not answer: %w", err)
	}
	return nil
}

// redisLogger keeps what go-redis says of single connections out of the log: outages are reported by those who notice them.
type redisLogger struct{ log *slog.Logger }

// Printf implements the interface that redis.SetLogger takes.
func (l redisLogger) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "go-redis", "text", fmt.Sprintf(format, v...))
}

// connect makes the rooms of the house out of the parts.
func (a *app) connect(ctx context.Context) (err error) {
	a.loaders = loaders.New(loaders.Config{DB: a.db, Cache: a.cache, PublicURL: a.store.PublicURL("")})
	a.jobs, err = jobs.New(jobs.Config{DB: a.db, RedisURL: a.config.RedisURL, Concurrency: a.config.WorkerConcurrency,
		ShutdownTimeout: shutdownTimeout, Logger: a.log, Registerer: a.metrics.Registry})
	if err != nil {
		return fmt.Errorf("REDIS_URL: %w", err)
	}
	a.closers = append(a.closers, func() { _ = a.jobs.Close() })
	if c := a.config.Backup; c.Bucket != "" {
		a.jobs.Schedule(jobs.Tick{Kind: models.JobBackup, Every: 24 * time.Hour, After: c.At()})
	}
	a.events = realtime.New(a.redis, a.log)
	a.jobs.RelayDirectly(models.JobEvent, jobs.Event(a.events))
	if err = a.db.EnsureSigningKey(ctx); err != nil {
		return err
	}
	keys, err := auth.NewKeyRing(ctx, a.db.SigningKeys, time.Now, a.log)
	if err != nil {
		return err
	}
	if a.linkKey, err = a.db.Secret(ctx, "links"); err != nil {
		return err
	}
	limitKey, err := a.db.Secret(ctx, "rate-limits")
	if err != nil {
		return err
	}
	a.budget = ratelimit.NewBudget(a.redis, limitKey, a.config.CostPerMinute, a.log)
	a.closers = append(a.closers, a.budget.Close)
	issuers, _ := oidc.ParseIssuers(a.config.OIDCIssuers) // mistakes were reported when the configuration was checked
	a.resolver = &resolvers.Resolver{DB: a.db, Loaders: a.loaders, Keys: keys, Limiter: ratelimit.New(a.redis, limitKey, a.log),
		IDTokens: oidc.New(issuers, nil),
		Store:    a.store, Sessions: resolvers.NewSessions(a.db), Events: a.events, LinkKey: a.linkKey}
	a.streams, err = transport.NewStreams(transport.StreamsConfig{
		IdentityOf: resolvers.IdentityOf, Identify: a.resolver.IdentifyLater, ActiveSessions: a.db.ActiveSessions,
		Origins: a.config.CORSOrigins, Registerer: a.metrics.Registry, InFlight: a.metrics.InFlight, Log: a.log,
	})
	return err
}

// registerJobs says what runs the jobs, for processes that work.
func (a *app) registerJobs(ctx context.Context) error {
	senders, err := push.Open(a.config.Push, a.log)
	if err != nil {
		return err
	}
	sender, err := mail.NewSender(a.config.Mail)
	if err != nil {
		return err
	}
	mailer := jobs.Mailer{DB: a.db, Sender: sender, PublicURL: a.config.PublicURL, LinkKey: a.linkKey, PictureURL: a.store.PublicURL}
	limits := models.FeedLimits{Cap: a.config.FeedCap, FanOutBelow: a.config.FeedFanOutBelow}
	a.jobs.Register(models.JobProcessPhoto, jobs.Thumbnails(a.db, a.store))
	a.jobs.Register(models.JobErasePhoto, jobs.ErasePhoto(a.store))
	a.jobs.Register(models.JobFanOutStyle, jobs.FanOutStyle(a.db, limits))
	a.jobs.Register(models.JobEraseStyle, jobs.EraseStyle(a.db))
	a.jobs.Register(models.JobSettlePerson, jobs.SettlePerson(a.db))
	a.jobs.Register(models.JobEvent, jobs.Event(a.events).One())
	a.jobs.Register(models.JobExport, jobs.Export(a.db, a.store))
	a.jobs.Register(models.JobCleanUpExports, jobs.CleanUpExports(a.db, a.store))
	a.jobs.Register(models.JobErasePerson, jobs.ErasePerson(a.db))
	a.jobs.RelayDirectly(models.JobNotify, jobs.NotifyTogether(a.db))
	a.jobs.Register(models.JobNotify, jobs.Notify(a.db))
	a.jobs.Register(models.JobPush, jobs.Push(a.db, senders, a.config.PublicURL, sender.Service()))
	a.jobs.Register(models.JobMail, jobs.Mail(mailer))
	a.jobs.Register(models.JobDigest, jobs.Digest(mailer))
	a.jobs.Register(models.JobDigestBatch, jobs.PickDigests(a.db))
	a.jobs.Register(models.JobBeginDigests, jobs.BeginDigests(a.db))
	a.jobs.Register(models.JobInvalidate, jobs.Invalidate(a.loaders.Invalidate))
	a.jobs.Register(models.JobCleanUpPhotos, jobs.CleanUpPhotos(a.db))
	a.jobs.Register(models.JobIndexStale, jobs.IndexStale(a.db))
	a.jobs.Register(models.JobCleanUpRows, jobs.CleanUpRows(a.db))
	a.jobs.Register(models.JobReconcile, jobs.Reconcile(a.db, limits))
	if a.config.Backup.Bucket == "" {
		return nil
	}
	backups, err := openBackups(ctx, a.config)
	if err != nil {
		return err
	}
	if err = backups.CanCreate(ctx); err != nil {
		a.log.ErrorContext(ctx, "this process cannot make backups", "error", err) // its other work it can do
	}
	a.jobs.Register(models.JobBackup, jobs.Backup(a.db, backups))
	return nil
}

// close ends the connections, the last one first.
func (a *app) close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
}
