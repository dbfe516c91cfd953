// Package config reads the variables and reports every mistake in them at once, by name.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"time"

	"github.com/caarlos0/env/v11"

	"styleshare/internal/backup"
	"styleshare/internal/mail"
	"styleshare/internal/push"
)

// Config is what an operator may set; the README lists the variables.
type Config struct {
	// Listen and AdminListen are addresses; empty ones take the defaults below, or a free port where that is taken (Listen
	// under `run` only).
	Listen      string `env:"LISTEN"`
	AdminListen string `env:"ADMIN_LISTEN"`
	PublicURL   string `env:"PUBLIC_URL"`

	DatabaseURL      string `env:"DATABASE_URL"`
	DatabaseMaxConns int32  `env:"DATABASE_MAX_CONNS" envDefault:"16"`
	// DatabaseReplicaURLs are streaming replicas of it, for reads that may be a little old.
	DatabaseReplicaURLs []string `env:"DATABASE_REPLICA_URLS"`
	// DatabasePooler says that all these lead to poolers: nothing is prepared or set for a session.
	DatabasePooler bool `env:"DATABASE_POOLER"`

	RedisURL         string   `env:"REDIS_URL"`
	MemcachedServers []string `env:"MEMCACHED_SERVERS"`
	// LocalCacheBytes is about how much memory a process keeps rows in, in front of memcached.
	LocalCacheBytes int64 `env:"LOCAL_CACHE_BYTES" envDefault:"33554432"`

	S3Endpoint      string `env:"S3_ENDPOINT"`
	S3Bucket        string `env:"S3_BUCKET" envDefault:"styleshare"`
	S3PublicURL     string `env:"S3_PUBLIC_URL"`
	Region          string `env:"AWS_REGION" envDefault:"us-east-1"`
	AccessKeyID     string `env:"AWS_ACCESS_KEY_ID"`
	SecretAccessKey string `env:"AWS_SECRET_ACCESS_KEY"`

	// CloudWatchNamespace is where the load signals go; empty sends none.
	CloudWatchNamespace string `env:"CLOUDWATCH_NAMESPACE"`

	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix `env:"TRUSTED_PROXIES"`
	// CORSOrigins are the origins whose pages may call the API.
	CORSOrigins []string `env:"CORS_ORIGINS"`
	Playground  bool     `env:"PLAYGROUND" envDefault:"true"`
	// Introspection lets anyone read the schema; the playground needs it.
	Introspection bool `env:"INTROSPECTION" envDefault:"true"`
	// TrustedDocuments is the path of a manifest: no other documents are run, and the playground and introspection are off.
	TrustedDocuments string `env:"TRUSTED_DOCUMENTS"`
	LogFormat        string `env:"LOG_FORMAT" envDefault:"json"`
	// SlowOperation is how long an operation may take until it is logged with what it took; 0 logs none.
	SlowOperation time.Duration `env:"SLOW_OPERATION" envDefault:"1s"`
	// SentryDSN is where errors are reported, and SentryEnvironment what they say of where they come from.
	SentryDSN         string `env:"SENTRY_DSN"`
	SentryEnvironment string `env:"SENTRY_ENVIRONMENT" envDefault:"production"`
	// OpenTelemetry's SDK reads these by itself, and more of its own; here they are only checked.
	OTLPEndpoint     string `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	OTLPProtocol     string `env:"OTEL_EXPORTER_OTLP_PROTOCOL"`
	TracesSampler    string `env:"OTEL_TRACES_SAMPLER"`
	TracesSamplerArg string `env:"OTEL_TRACES_SAMPLER_ARG"`

	// CostPerRequest is what one operation may cost, CostPerMinute what one person, or one address of strangers, may spend in a
	// minute; see graph/cost.
	CostPerRequest int `env:"COST_PER_REQUEST" envDefault:"5000"`
	CostPerMinute  int `env:"COST_PER_MINUTE" envDefault:"100000"`
	// OIDCIssuers are the issuers whose ID tokens count, each as issuer=client-id.
	OIDCIssuers []string `env:"OIDC_ISSUERS"`

	FeedCap         int `env:"FEED_CAP" envDefault:"1000"`
	FeedFanOutBelow int `env:"FEED_FAN_OUT_BELOW" envDefault:"10000"`
	// WorkerConcurrency is how many jobs a process runs at the same time, besides one photo for each core.
	WorkerConcurrency int `env:"WORKER_CONCURRENCY" envDefault:"32"`

	// ReleaseSigningKey signs what `release push` stores, ReleasePublicKey is what `release deploy` believes; see internal/release.
	ReleaseSigningKey string `env:"RELEASE_SIGNING_KEY"`
	ReleasePublicKey  string `env:"RELEASE_PUBLIC_KEY"`

	Backup backup.Config
	Mail   mail.Config
	Push   push.Config
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
	for _, in := range []reflect.Type{reflect.TypeFor[Config](), reflect.TypeFor[backup.Config](), reflect.TypeFor[mail.Config](), reflect.TypeFor[push.Config]()} {
		if f, ok := in.FieldByName(field); ok {
			return f.Tag.Get("env")
		}
	}
	return field
}
