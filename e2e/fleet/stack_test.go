//go:build fleet

package fleet

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"styleshare/internal/mail"
	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

// stack is what the processes of one test use: PostgreSQL, Redis, memcached, an object store and a mail sink.
type stack struct {
	databaseURL string
	redisURL    string
	memcached   string
	bucket      storage.Config
	sink        *mail.Sink
	db          *pgxpool.Pool
}

func newStack(t testing.TB) *stack {
	t.Helper()
	s := &stack{databaseURL: testkit.Database(t), redisURL: testkit.Redis(t), memcached: testkit.Memcached(t), bucket: testkit.S3(t)}
	var err error
	if s.sink, err = mail.NewSink("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.sink.Close() })
	if s.db, err = pgxpool.New(t.Context(), s.databaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.db.Close)
	return s
}

// environment are the variables of a process; more of them (NAME=value) count instead of these.
func (s *stack) environment(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LOG_FORMAT=json", "PUBLIC_URL=https://styleshare.test",
		"COST_PER_MINUTE=100000000", // the tests ask more than anybody does
		"DATABASE_URL=" + s.databaseURL, "DATABASE_MAX_CONNS=8", "REDIS_URL=" + s.redisURL, "MEMCACHED_SERVERS=" + s.memcached,
		"S3_ENDPOINT=" + s.bucket.Endpoint, "S3_BUCKET=" + s.bucket.Bucket, "S3_PUBLIC_URL=" + s.bucket.PublicURL,
		"AWS_REGION=" + s.bucket.Region, "AWS_ACCESS_KEY_ID=" + s.bucket.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + s.bucket.SecretAccessKey,
		"SMTP_URL=" + s.sink.URL(), "MAIL_FROM=Styleshare <no-reply@styleshare.test>",
	}, more...)
}

// number reads one number from the database.
func (s *stack) number(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
