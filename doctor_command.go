package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/cache"
	"styleshare/internal/config"
	"styleshare/internal/diagnosis"
	"styleshare/internal/redisdb"
	"styleshare/internal/storage"
	"styleshare/jobs"
	"styleshare/models"
)

type doctorCommand struct {
	JSON   bool `help:"For programs."`
	Repair bool `help:"Compare all counters, photos in work and feeds with the rows, and show what would be mended."`
	Yes    bool `help:"Mend it."`
}

// checkTimeout is how long one check may take. All of them together end before the admin address gives up.
const checkTimeout = 5 * time.Second

// Run says what is wrong, or mends it. It exits with 1 where there are warnings, with 2 where there are errors.
func (c doctorCommand) Run(ctx context.Context) error {
	switch {
	case c.Repair && c.JSON, c.Yes && !c.Repair:
		return errors.New("--yes goes with --repair, and --json without it")
	case c.Repair:
		return repair(ctx, c.Yes)
	}
	d := openDoctor(ctx)
	defer d.close()
	report := d.examine(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.JSON {
		if err := report.WriteJSON(os.Stdout); err != nil {
			return err
		}
	} else {
		report.WriteText(os.Stdout)
	}
	if report.Worst == diagnosis.OK {
		return nil
	}
	return exitCode(report.Worst)
}

// doctor is what a doctor can look at. Parts that could not be opened are nil.
type doctor struct {
	config   config.Config
	mistakes error
	db       *models.DB
	redis    redis.UniversalClient
	jobs     *jobs.Jobs
	store    *storage.Store
	// cacheStats are this process's; nil where it has no cache of its own.
	cacheStats func() cache.Stats

	closers []func()
}

// openDoctor opens what can be opened, whatever is wrong with the rest.
func openDoctor(ctx context.Context) *doctor {
	redis.SetLogger(redisLogger{slog.New(slog.DiscardHandler)}) // what does not answer is a finding
	d := new(doctor)
	var unread error
	d.config, unread = config.Load(os.Environ())
	d.mistakes = errors.Join(unread, d.config.Validate())
	var err error
	if d.config.DatabaseURL != "" {
		if d.db, err = models.Open(d.config.DatabaseURL, 2, models.BehindPooler(d.config.DatabasePooler)); err == nil {
			d.closers = append(d.closers, d.db.Close)
		}
	}
	if d.config.RedisURL != "" {
		if d.redis, err = redisdb.Open(d.config.RedisURL); err == nil {
			d.closers = append(d.closers, func() { _ = d.redis.Close() })
		} else {
			d.redis = nil
		}
	}
	if d.db != nil && d.redis != nil {
		d.jobs, err = jobs.New(jobs.Config{DB: d.db, RedisURL: d.config.RedisURL, Concurrency: 1, ShutdownTimeout: time.Second,
			Logger: slog.New(slog.DiscardHandler)})
		if err == nil {
			d.closers = append(d.closers, func() { _ = d.jobs.Close() })
		}
	}
	d.store, _ = openStore(ctx, d.config) // asks nothing yet: what is wrong shows when it is asked
	return d
}

func (d *doctor) close() {
	for _, f := range d.closers {
		f()
	}
}

// examine makes all checks that the parts allow.
func (d *doctor) examine(ctx context.Context) diagnosis.Report {
	checks := []diagnosis.Check{{Name: "configuration", Run: d.checkConfiguration}}
	var answers bool
	add := func(name string, run func(context.Context, *diagnosis.Found) error) {
		checks = append(checks, diagnosis.Check{Name: name, Run: run})
	}
	if d.db != nil {
		pingCtx, cancel := context.WithTimeout(ctx, checkTimeout)
		answers = d.db.Pool.Ping(pingCtx) == nil
		cancel()
		add("postgresql", d.checkPostgreSQL)
	}
	if d.redis != nil {
		add("redis", d.checkRedis)
	}
	add("memcached", d.checkMemcached)
	if answers {
		add("schema", d.checkSchema)
		add("clocks", d.checkClocks)
		add("replicas", d.checkReplicas)
		add("keys", d.checkKeys)
		add("outbox", d.checkOutbox)
		if d.jobs != nil {
			add("queues", d.checkQueues)
		}
		for _, part := range models.Parts() {
			add(part, d.checkPart(part))
		}
		add("nightly", d.checkNightly)
		add("uploads", d.checkUploads)
	}
	if d.store != nil {
		add("store", d.checkStore(answers))
	}
	add("backups", d.checkBackups)
	if strings.HasPrefix(d.config.PublicURL, "https://") {
		add("certificate", d.checkCertificate)
	}
	return diagnosis.Run(ctx, checkTimeout, checks)
}

// doctorHandler shows on the admin address what the command says. One examination runs at a time.
func (a *app) doctorHandler() http.Handler {
	d := &doctor{config: a.config, db: a.db, redis: a.redis, jobs: a.jobs, store: a.store, cacheStats: a.cache.Stats}
	var one sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one.Lock()
		defer one.Unlock()
		report := d.examine(r.Context())
		write, media := report.WriteHTML, "text/html; charset=utf-8"
		if strings.Contains(r.Header.Get("Accept"), "application/json") {
			write, media = report.WriteJSON, "application/json"
		}
		w.Header().Set("Content-Type", media)
		_ = write(w) // nobody listens any more
	})
}

// exitCode ends the process with a code of its own, after all was said.
type exitCode int

// Error implements error.
func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// shownOf is how many things of a part a repair lists.
const shownOf = 20

// repair walks through all parts. Without mend it only shows what it would do, and exits with 1 where that is something.
func repair(ctx context.Context, mend bool) error {
	c, err := config.Load(os.Environ())
	if err != nil {
		return fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	limits := models.FeedLimits{Cap: c.FeedCap, FanOutBelow: c.FeedFanOutBelow}
	total := 0
	err = withCache(ctx, func(db *models.DB) error {
		for _, part := range models.Parts() {
			n, err := repairPart(ctx, db, part, limits, mend)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case mend:
		fmt.Fprintf(os.Stdout, "\n%d mended\n", total)
	case total > 0:
		fmt.Fprintf(os.Stdout, "\n%d would be mended by: styleshare doctor --repair --yes\n", total)
		return exitCode(diagnosis.Warning)
	default:
		fmt.Fprintln(os.Stdout, "\nnothing to mend")
	}
	return nil
}

func repairPart(ctx context.Context, db *models.DB, part string, limits models.FeedLimits, mend bool) (found int, err error) {
	rows := int64(0)
	for after := int64(0); ; {
		looked, err := db.LookAt(ctx, part, after, limits, mend)
		for _, f := range looked.Findings {
			if found++; found <= shownOf {
				fmt.Fprintln(os.Stdout, f.What)
			}
		}
		if err != nil {
			return found, err
		}
		rows += looked.Rows
		if after = looked.Next; after == 0 {
			break
		}
	}
	if found > shownOf {
		fmt.Fprintf(os.Stdout, "… and %d more\n", found-shownOf)
	}
	fmt.Fprintf(os.Stdout, "%s: %d rows, %d not as they should be\n", part, rows, found)
	return found, nil
}
