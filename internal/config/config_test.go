package config_test

import (
	"strings"
	"testing"

	"styleshare/internal/config"
)

// good is a configuration of production without mistakes.
var good = []string{
	"DATABASE_URL=postgres://a:b@db/styleshare", "REDIS_URL=redis://redis:6379/0", "MEMCACHED_SERVERS=m1:11211,m2:11211",
	"PUBLIC_URL=https://api.example.com", "SMTP_URL=smtps://a:b@mail.example.com", "MAIL_FROM=Styleshare <no-reply@example.com>",
	"TRUSTED_PROXIES=10.0.0.0/8", "CORS_ORIGINS=https://app.example.com",
	"OIDC_ISSUERS=https://appleid.apple.com=com.example.app,https://accounts.google.com=web.example,https://appleid.apple.com=com.example.web",
}

func problems(t *testing.T, more ...string) string {
	t.Helper()
	c, err := config.Load(append(good[:len(good):len(good)], more...))
	if err == nil {
		err = c.Validate()
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestAGoodConfigurationHasNoMistakes(t *testing.T) {
	t.Parallel()
	if p := problems(t); p != "" {
		t.Error(p)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{
		"DATABASE_URL=", "DATABASE_URL=postgres://a:secret@db:port/x", "REDIS_URL=", "REDIS_URL=http://redis", "REDIS_URL=redis-sentinel://:secret@a,b", "REDIS_URL=redis-cluster://:secret@a,b/1", "MEMCACHED_SERVERS=m1", "MEMCACHED_SERVERS=m1:1,m2:1,m1:1",
		"PUBLIC_URL=", "PUBLIC_URL=example.com", "PUBLIC_URL=http://example.com", "PUBLIC_URL=https://example.com/",
		"S3_ENDPOINT=ftp://x", "S3_PUBLIC_URL=x", "SMTP_URL=", "MAIL_FROM=nobody", "TRUSTED_PROXIES=10.0.0.1.2/8",
		"CORS_ORIGINS=example.com", "CORS_ORIGINS=https://example.com/", "LOG_FORMAT=xml", "FEED_CAP=0", "FEED_FAN_OUT_BELOW=many", "LOCAL_CACHE_BYTES=-1", "LOCAL_CACHE_BYTES=32MB",
		"OIDC_ISSUERS=accounts.google.com=web", "OIDC_ISSUERS=https://accounts.google.com", "OIDC_ISSUERS=https://a.example=x,http://b.example=y", "VAPID_SUBJECT=x",
		"WORKER_CONCURRENCY=-1", "TRUSTED_DOCUMENTS=/nowhere", "COST_PER_REQUEST=0", "COST_PER_MINUTE=10", "DATABASE_MAX_CONNS=0", "PLAYGROUND=perhaps",
		"SENTRY_DSN=https://secret.example.com", "SENTRY_DSN=not an address", "SLOW_OPERATION=fast", "SLOW_OPERATION=-1s",
		"OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4318", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_TRACES_SAMPLER=often", "OTEL_TRACES_SAMPLER_ARG=2",
		"CLOUDWATCH_NAMESPACE=AWS/EC2", "CLOUDWATCH_NAMESPACE=two words", "RELEASE_SIGNING_KEY=c2VjcmV0", "RELEASE_PUBLIC_KEY=x",
	} {
		name, value, _ := strings.Cut(wrong, "=")
		got := problems(t, wrong)
		if name == "VAPID_SUBJECT" {
			name = "VAPID_" // it is the two keys beside it that are missing
		}
		if !strings.Contains(got, name) {
			t.Errorf("%s: %q does not name it", wrong, got)
		}
		if strings.Contains(value, "secret") && strings.Contains(got, "secret") {
			t.Errorf("%s: the password is shown", name)
		}
	}
}

func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	got := problems(t, "DATABASE_URL=", "LOG_FORMAT=xml", "FEED_CAP=0")
	for _, name := range []string{"DATABASE_URL", "LOG_FORMAT", "FEED_CAP"} {
		if !strings.Contains(got, name) {
			t.Errorf("%s is not in %q", name, got)
		}
	}
}
