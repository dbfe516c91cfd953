// Package config reads the variables and reports every mistake in them at once, by name.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/jackc/pgx/v5/pgconn"

	"styleshare/internal/mail"
	"styleshare/internal/push"
	"styleshare/internal/redisdb"
)

// Config is what an operator may set; the README lists the variables.
type Config struct {
	// Listen and AdminListen are addresses; empty ones take the defaults below, or a free port where that is taken (Listen
	// under `run` only).
	Listen      string `env:"LISTEN"`
	AdminListen string `env:"ADMIN_LISTEN"`
	PublicURL   string `env:"PUBLIC_URL"`

	DatabaseURL      string   `env:"DATABASE_URL"`
	DatabaseMaxConns int32    `env:"DATABASE_MAX_CONNS" envDefault:"16"`
	RedisURL         string   `env:"REDIS_URL"`
	MemcachedServers []string `env:"MEMCACHED_SERVERS"`

	S3Endpoint      string `env:"S3_ENDPOINT"`
	S3Bucket        string `env:"S3_BUCKET" envDefault:"styleshare"`
	S3PublicURL     string `env:"S3_PUBLIC_URL"`
	Region          string `env:"AWS_REGION" envDefault:"us-east-1"`
	AccessKeyID     string `env:"AWS_ACCESS_KEY_ID"`
	SecretAccessKey string `env:"AWS_SECRET_ACCESS_KEY"`

	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix `env:"TRUSTED_PROXIES"`
	// CORSOrigins are the origins whose pages may call the API.
	CORSOrigins []string `env:"CORS_ORIGINS"`
	Playground  bool     `env:"PLAYGROUND" envDefault:"true"`
	// Introspection lets anyone read the schema; the playground needs it.
	Introspection bool   `env:"INTROSPECTION" envDefault:"true"`
	LogFormat     string `env:"LOG_FORMAT" envDefault:"json"`

	FeedCap         int `env:"FEED_CAP" envDefault:"1000"`
	FeedFanOutBelow int `env:"FEED_FAN_OUT_BELOW" envDefault:"10000"`
	// WorkerConcurrency is how many jobs a process runs at the same time, besides one photo for each core.
	WorkerConcurrency int `env:"WORKER_CONCURRENCY" envDefault:"16"`

	Mail mail.Config
	Push push.Config
}

// Defaults under `run`, and of the admin address.
const (
	DefaultListen      = "127.0.0.1:8080"
	DefaultAdminListen = "127.0.0.1:8081"
)

// Load reads the variables. environment has one NAME=value each; the last one of a name counts.
func Load(environment []string) (Config, error) {
	var c Config
	err := env.ParseWithOptions(&c, env.Options{Environment: env.ToMap(environment)})
	aggregate, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return c, err
	}
	var mistakes []error
	for _, err := range aggregate.Errors {
		if parse, ok := errors.AsType[env.ParseError](err); ok {
			err = fmt.Errorf("%s: %w", variableOf(parse.Name), plain(parse.Err))
		}
		mistakes = append(mistakes, err)
	}
	return c, errors.Join(mistakes...)
}

// plain leaves out which function did not take the value.
func plain(err error) error {
	if number, ok := errors.AsType[*strconv.NumError](err); ok {
		return fmt.Errorf("%q: %w", number.Num, number.Err)
	}
	return err
}

// variableOf is the variable that a field is read from. Operators know no fields.
func variableOf(field string) string {
	for _, in := range []reflect.Type{reflect.TypeFor[Config](), reflect.TypeFor[mail.Config](), reflect.TypeFor[push.Config]()} {
		if f, ok := in.FieldByName(field); ok {
			return f.Tag.Get("env")
		}
	}
	return field
}

// checkPublicURL refuses what would make links that do not work, or mails that nobody may send.
func checkPublicURL(u *url.URL, wrong func(string, ...any)) {
	if u.Scheme != "https" && !mail.IsOwnNetwork(u.Hostname()) {
		wrong("PUBLIC_URL: must begin with https://, because links in mails lead there")
	}
	if strings.HasSuffix(u.Path, "/") || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		wrong("PUBLIC_URL: must be like https://example.com, with nothing behind the name and no slash at the end")
	}
}

// Validate finds every mistake and names the variable it is in.
func (c Config) Validate() error {
	var mistakes []error
	wrong := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	for name, value := range map[string]string{"DATABASE_URL": c.DatabaseURL, "REDIS_URL": c.RedisURL, "S3_BUCKET": c.S3Bucket, "PUBLIC_URL": c.PublicURL} {
		if value == "" {
			wrong("%s: must be set", name)
		}
	}
	for name, value := range map[string]string{"PUBLIC_URL": c.PublicURL, "S3_ENDPOINT": c.S3Endpoint, "S3_PUBLIC_URL": c.S3PublicURL} {
		if u, err := url.Parse(value); value != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
			wrong("%s: must be an address like https://example.com", name)
		} else if name == "PUBLIC_URL" && value != "" {
			checkPublicURL(u, wrong)
		}
	}
	if _, err := pgconn.ParseConfig(c.DatabaseURL); err != nil {
		wrong("DATABASE_URL: must be an address like postgres://user:password@host:5432/name") // the parser's words hold the password
	}
	if c.RedisURL != "" {
		if client, err := redisdb.Open(c.RedisURL); err != nil {
			wrong("REDIS_URL: %w", err)
		} else {
			_ = client.Close()
		}
	}
	for _, server := range c.MemcachedServers {
		if _, _, err := net.SplitHostPort(server); err != nil && !strings.HasPrefix(server, "/") {
			wrong("MEMCACHED_SERVERS: %q must be host:port, or the path of a socket", server)
		}
	}
	if c.LogFormat != "json" && c.LogFormat != "text" {
		wrong("LOG_FORMAT: must be json or text")
	}
	for name, value := range map[string]int{"FEED_CAP": c.FeedCap, "FEED_FAN_OUT_BELOW": c.FeedFanOutBelow,
		"WORKER_CONCURRENCY": c.WorkerConcurrency, "DATABASE_MAX_CONNS": int(c.DatabaseMaxConns)} {
		if value < 1 {
			wrong("%s: must be at least 1", name)
		}
	}
	for _, origin := range c.CORSOrigins {
		if origin != "*" && (!strings.Contains(origin, "://") || strings.HasSuffix(origin, "/")) {
			wrong("CORS_ORIGINS: %q must be like https://app.example.com, without a slash at the end", origin)
		}
	}
	mistakes = append(mistakes, c.Mail.Validate()...)
	mistakes = append(mistakes, c.Push.Validate()...)
	slices.SortFunc(mistakes, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(mistakes...)
}
