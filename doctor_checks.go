package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"styleshare/internal/cache"
	"styleshare/internal/diagnosis"
	"styleshare/models/migrations"
)

func (d *doctor) checkConfiguration(_ context.Context, f *diagnosis.Found) error {
	if d.mistakes == nil {
		f.OK("every variable can be used")
		return nil
	}
	for mistake := range strings.Lines(d.mistakes.Error()) {
		f.Error("README.md explains the variable", "%s", strings.TrimSpace(mistake))
	}
	return nil
}

// oldestPostgreSQL is what the statements need, as a server tells it.
const oldestPostgreSQL = 150000

func (d *doctor) checkPostgreSQL(ctx context.Context, f *diagnosis.Found) error {
	s, err := d.db.ServerFacts(ctx)
	if err != nil {
		f.Error("start it, or put DATABASE_URL right", "PostgreSQL does not answer: %v", err)
		return nil
	}
	if s.VersionNum < oldestPostgreSQL {
		f.Error("upgrade the server", "PostgreSQL %s is too old: 15 is needed", s.Version)
	} else {
		f.OK("PostgreSQL %s", s.Version)
	}
	if s.Replica {
		f.Error("let DATABASE_URL name the primary", "this server is a replica, which takes no writes")
	}
	const anew = "dump it, create it with encoding UTF8 and LC_CTYPE C.UTF-8 or another UTF-8 locale, and restore it"
	switch {
	case s.Encoding != "UTF8":
		f.Error(anew, "the database is encoded in %s", s.Encoding)
	case !s.Hangul:
		f.Error(anew, "pg_trgm makes no trigrams of Korean: LC_CTYPE is %s, or the extension is missing", s.Ctype)
	default:
		f.OK("UTF-8, LC_CTYPE %s, trigrams of Korean", s.Ctype)
	}
	return nil
}

func (d *doctor) checkSchema(ctx context.Context, f *diagnosis.Found) error {
	s, err := d.db.ServerFacts(ctx)
	if err != nil {
		return err
	}
	known, there := migrations.Numbers(), map[int64]bool{}
	for _, n := range s.Migrations {
		there[n] = true
	}
	var missing []string
	for _, n := range known {
		if !there[n] {
			missing = append(missing, strconv.FormatInt(n, 10))
		}
		delete(there, n)
	}
	switch {
	case len(missing) > 0:
		f.Error("styleshare migrate", "the database lacks migrations: %s", strings.Join(missing, ", "))
	case len(there) > 0:
		f.Warn("bring this machine up to date: styleshare release deploy", "a newer release has migrated the database; this one keeps running on it")
	default:
		f.OK("migrated to %d, as this binary wants it", known[len(known)-1])
	}
	return nil
}

// oldestRedis knows streams.
const oldestRedis = 5

func (d *doctor) checkRedis(ctx context.Context, f *diagnosis.Found) error {
	text, err := d.redis.Info(ctx).Result()
	if err != nil {
		f.Error("start it, or put REDIS_URL right", "Redis does not answer: %v", err)
		return nil
	}
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	major, _, _ := strings.Cut(info["redis_version"], ".")
	if n, err := strconv.Atoi(major); err != nil || n < oldestRedis {
		f.Error("upgrade the server", "Redis %s is too old: %d is needed", info["redis_version"], oldestRedis)
	} else {
		f.OK("Redis %s, %s in use", info["redis_version"], info["used_memory_human"])
	}
	if policy := info["maxmemory_policy"]; policy != "noeviction" {
		f.Error("redis-cli config set maxmemory-policy noeviction, and the same in redis.conf", "maxmemory-policy is %s: jobs and limits would be lost", policy)
	} else {
		f.OK("maxmemory-policy noeviction")
	}
	return nil
}

const (
	// enoughLookups make a hit rate that means something.
	enoughLookups = 100_000
	goodHitRate   = 0.5
)

func (d *doctor) checkMemcached(ctx context.Context, f *diagnosis.Found) error {
	if len(d.config.MemcachedServers) == 0 {
		f.Warn("set MEMCACHED_SERVERS", "there is no memcached: every read goes to PostgreSQL")
		return nil
	}
	stats, errs := cache.AskServers(ctx, d.config.MemcachedServers)
	for i, s := range stats {
		if errs[i] != nil {
			f.Error("start it; until then what it had is read from PostgreSQL", "%v", errs[i])
			continue
		}
		rate := hitRate(s.Hits, s.Misses)
		what := fmt.Sprintf("%s: memcached %s, hit rate %.0f %% of %d look-ups since it started, %d of %d MB in use, %d evictions",
			s.Name, s.Version, 100*rate, s.Hits+s.Misses, s.Bytes>>20, s.MaxBytes>>20, s.Evictions)
		if s.Hits+s.Misses > enoughLookups && rate < goodHitRate {
			f.Warn("give it more memory where it evicts (-m)", "%s", what)
		} else {
			f.OK("%s", what)
		}
	}
	if d.cacheStats != nil {
		s := d.cacheStats()
		f.OK("this process: %.0f %% of %d look-ups hit its memory, %.0f %% of the rest memcached; %d failed, %d nodes left alone",
			100*hitRate(s.LocalHits, s.LocalMisses), s.LocalHits+s.LocalMisses, 100*hitRate(s.Hits, s.Misses), s.Errors, s.OpenNodes)
	}
	return nil
}

func hitRate(hits, misses uint64) float64 { return float64(hits) / float64(max(1, hits+misses)) }

const (
	// skewNoticed and skewHarmful are how far clocks may be apart: caches allow 2 seconds, signatures and schedules more.
	skewNoticed = time.Second
	skewHarmful = 2 * time.Second
)

func (d *doctor) checkClocks(ctx context.Context, f *diagnosis.Found) error {
	begun := time.Now()
	s, err := d.db.ServerFacts(ctx)
	if err != nil {
		return err
	}
	compareClock(f, "PostgreSQL", s.Now, begun)
	if d.redis == nil {
		return nil
	}
	begun = time.Now()
	if now, err := d.redis.Time(ctx).Result(); err == nil { // otherwise it is a finding already
		compareClock(f, "Redis", now, begun)
	}
	return nil
}

// compareClock takes what the other clock said between begun and now.
func compareClock(f *diagnosis.Found, whose string, other, begun time.Time) {
	skew := max(0, begun.Sub(other), time.Until(other))
	const do = "let chrony or systemd-timesyncd keep the clocks of all machines"
	what := fmt.Sprintf("the clock of %s and this machine's are %s apart", whose, skew.Round(time.Millisecond))
	switch {
	case skew >= skewHarmful:
		f.Error(do, "%s", what)
	case skew >= skewNoticed:
		f.Warn(do, "%s", what)
	default:
		f.OK("%s", what)
	}
}

const (
	certificateSoon = 14 * 24 * time.Hour
	keyOld          = 365 * 24 * time.Hour
)

func (d *doctor) checkKeys(ctx context.Context, f *diagnosis.Found) error {
	keys, err := d.db.SigningKeys(ctx)
	if err != nil {
		return err
	}
	var newest time.Time
	for _, k := range keys {
		if k.RetiredAt.IsZero() && k.CreatedAt.After(newest) {
			newest = k.CreatedAt
		}
	}
	age := time.Since(newest).Round(time.Hour)
	switch {
	case newest.IsZero():
		f.Error("styleshare keys rotate", "no key signs access tokens: nobody can sign in")
	case age > keyOld:
		f.Warn("styleshare keys rotate", "the key that signs access tokens is %d days old", int(age.Hours()/24))
	default:
		f.OK("%d keys; the one that signs access tokens is %d days old", len(keys), int(age.Hours()/24))
	}
	return nil
}

func (d *doctor) checkCertificate(ctx context.Context, f *diagnosis.Found) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, d.config.PublicURL, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		f.Warn("look at DNS, nginx and its certificate", "PUBLIC_URL cannot be reached from here: %v", errors.Unwrap(err))
		return nil
	}
	defer response.Body.Close()
	left := time.Until(response.TLS.PeerCertificates[0].NotAfter)
	what := fmt.Sprintf("the certificate of %s ends in %d days", request.URL.Host, int(left.Hours()/24))
	if left < certificateSoon {
		f.Warn("renew it", "%s", what)
	} else {
		f.OK("%s", what)
	}
	return nil
}
