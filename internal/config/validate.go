package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"styleshare/internal/mail"
	"styleshare/internal/oidc"
	"styleshare/internal/persisted"
	"styleshare/internal/redisdb"
	"styleshare/internal/release"
)

// mistakes collects what is wrong.
type mistakes []error

func (m *mistakes) add(format string, args ...any) { *m = append(*m, fmt.Errorf(format, args...)) }

// Validate finds every mistake and names the variable it is in.
func (c Config) Validate() error {
	var m mistakes
	for name, value := range map[string]string{"DATABASE_URL": c.DatabaseURL, "REDIS_URL": c.RedisURL, "PUBLIC_URL": c.PublicURL} {
		if value == "" {
			m.add("%s: must be set", name)
		}
	}
	c.checkServers(&m)
	c.checkAddresses(&m)
	c.checkSettings(&m)
	m = append(m, c.Backup.Validate(c.S3Bucket)...)
	c.checkTelemetry(&m)
	m = append(m, c.Mail.Validate()...)
	m = append(m, c.Push.Validate()...)
	slices.SortFunc(m, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(m...)
}

// checkServers is about what the process connects to.
func (c Config) checkServers(m *mistakes) {
	if _, err := pgconn.ParseConfig(c.DatabaseURL); err != nil {
		m.add("DATABASE_URL: must be an address like postgres://user:password@host:5432/name") // the parser's words hold the password
	}
	for i, address := range c.DatabaseReplicaURLs {
		if _, err := pgconn.ParseConfig(address); err != nil || !strings.Contains(address, "://") {
			m.add("DATABASE_REPLICA_URLS: the address number %d must be like postgres://user:password@host:5432/name, with a comma in a password as %%2C", i+1)
		}
	}
	if c.RedisURL != "" {
		if client, err := redisdb.Open(c.RedisURL); err != nil {
			m.add("REDIS_URL: %w", err)
		} else {
			_ = client.Close()
		}
	}
	for i, server := range c.MemcachedServers {
		if slices.Contains(c.MemcachedServers[:i], server) {
			m.add("MEMCACHED_SERVERS: %q is listed twice", server)
		}
		if _, _, err := net.SplitHostPort(server); err != nil && !strings.HasPrefix(server, "/") {
			m.add("MEMCACHED_SERVERS: %q must be host:port, or the path of a socket", server)
		}
	}
}

// checkAddresses is about what others connect to.
func (c Config) checkAddresses(m *mistakes) {
	for name, value := range map[string]string{"PUBLIC_URL": c.PublicURL, "S3_ENDPOINT": c.S3Endpoint, "S3_PUBLIC_URL": c.S3PublicURL} {
		if u, err := url.Parse(value); value != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
			m.add("%s: must be an address like https://example.com", name)
		} else if name == "PUBLIC_URL" && value != "" {
			checkPublicURL(u, m)
		}
	}
	for _, origin := range c.CORSOrigins {
		if origin != "*" && (!strings.Contains(origin, "://") || strings.HasSuffix(origin, "/")) {
			m.add("CORS_ORIGINS: %q must be like https://app.example.com, without a slash at the end", origin)
		}
	}
	_, wrong := oidc.ParseIssuers(c.OIDCIssuers)
	for _, err := range wrong {
		m.add("OIDC_ISSUERS: %w", err)
	}
}

// checkPublicURL refuses what would make links that do not work, or mails that nobody may send.
func checkPublicURL(u *url.URL, m *mistakes) {
	if u.Scheme != "https" && !mail.IsOwnNetwork(u.Hostname()) {
		m.add("PUBLIC_URL: must begin with https://, because links in mails lead there")
	}
	if strings.HasSuffix(u.Path, "/") || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		m.add("PUBLIC_URL: must be like https://example.com, with nothing behind the name and no slash at the end")
	}
}

// cloudWatchNamespace is what CloudWatch takes.
var cloudWatchNamespace = regexp.MustCompile(`^[0-9A-Za-z._/#-]{1,255}$`)

// checkSettings is about the rest.
func (c Config) checkSettings(m *mistakes) {
	if c.LogFormat != "json" && c.LogFormat != "text" {
		m.add("LOG_FORMAT: must be json or text")
	}
	if c.LocalCacheBytes < 0 {
		m.add("LOCAL_CACHE_BYTES: must not be negative")
	}
	for name, value := range map[string]int{"FEED_CAP": c.FeedCap, "FEED_FAN_OUT_BELOW": c.FeedFanOutBelow,
		"COST_PER_REQUEST": c.CostPerRequest, "WORKER_CONCURRENCY": c.WorkerConcurrency, "DATABASE_MAX_CONNS": int(c.DatabaseMaxConns)} {
		if value < 1 {
			m.add("%s: must be at least 1", name)
		}
	}
	if c.TrustedDocuments != "" {
		if _, err := persisted.ReadManifest(c.TrustedDocuments); err != nil {
			m.add("TRUSTED_DOCUMENTS: %w", err)
		}
	}
	if _, err := release.ParseSigningKey(c.ReleaseSigningKey); c.ReleaseSigningKey != "" && err != nil {
		m.add("RELEASE_SIGNING_KEY: %w", err)
	}
	if _, err := release.ParsePublicKey(c.ReleasePublicKey); c.ReleasePublicKey != "" && err != nil {
		m.add("RELEASE_PUBLIC_KEY: %w", err)
	}
	if name := c.CloudWatchNamespace; name != "" && !cloudWatchNamespace.MatchString(name) || strings.HasPrefix(name, "AWS/") {
		m.add("CLOUDWATCH_NAMESPACE: must be a name like StyleShare/production, not of AWS's own")
	}
	if c.CostPerMinute < c.CostPerRequest {
		m.add("COST_PER_MINUTE: must be at least COST_PER_REQUEST, or the dearest operation would never run")
	}
}
