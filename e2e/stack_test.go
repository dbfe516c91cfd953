package e2e

import (
	"bufio"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"styleshare/internal/devstack"
	"styleshare/internal/mail"
	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

// Options say what a Stack is made of.
type Options struct {
	// Servers is the number of `serve` processes; 0 is 1.
	Servers int
	// NoWorker leaves the `worker` process out; StartWorker starts it later.
	NoWorker bool
	// OwnS3 gives the stack a gateway of its own, to stop and to start again; otherwise it has a bucket in a shared one.
	OwnS3 bool
	// DatabaseURL is a migrated, empty database; without it, one is made.
	DatabaseURL string
	// Env are variables (NAME=value) beside those that name the parts. By default proxies on loopback are trusted, so that
	// each person can have an address of their own.
	Env []string
	// Troubled says that the test does harm, and that errors in the logs are expected.
	Troubled bool
}

// Stack is everything that the product needs, for one test, with its processes running.
type Stack struct {
	Redis, Memcached *devstack.Part
	S3               *devstack.Part // nil without Options.OwnS3
	Sink             *mail.Sink
	Servers          []*Process
	Worker           *Process
	// DatabaseURL names the database, for what no client may see.
	DatabaseURL string
	Bucket      storage.Config

	people atomic.Int64
	db     *pgxpool.Pool
}

// publicURL is what links begin with; Open finds the server behind it.
const publicURL = "https://styleshare.test"

// Start starts a stack that ends with the test. A test whose processes log errors fails, unless it said that it would.
func Start(t testing.TB, o Options) *Stack {
	t.Helper()
	if o.DatabaseURL == "" {
		o.DatabaseURL = testkit.Database(t)
	}
	s := &Stack{DatabaseURL: o.DatabaseURL, Redis: testkit.OwnRedis(t), Memcached: testkit.OwnMemcached(t)}
	if o.OwnS3 {
		s.S3, s.Bucket = testkit.OwnS3(t)
	} else {
		s.Bucket = testkit.S3(t)
	}
	var err error
	if s.Sink, err = mail.NewSink("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Sink.Close() })
	if s.db, err = pgxpool.New(t.Context(), s.DatabaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.db.Close)
	program := serverBinary(t)
	environment := append(s.environment(), o.Env...)
	add := func(command string) *Process {
		p := &Process{command: command, binary: program, environment: environment}
		t.Cleanup(func() { s.finish(t, p, o.Troubled) })
		return p
	}
	for range max(o.Servers, 1) {
		s.Servers = append(s.Servers, add("serve"))
	}
	s.Worker = add("worker")
	for _, p := range s.Servers {
		p.Start(t)
	}
	if !o.NoWorker {
		s.Worker.Start(t)
	}
	return s
}

func (s *Stack) environment() []string {
	return append(baseEnvironment(),
		"LISTEN=127.0.0.1:0", "ADMIN_LISTEN=127.0.0.1:0", "PUBLIC_URL="+publicURL, "LOG_FORMAT=json",
		"COST_PER_MINUTE=100000000", // the tests ask more than anybody does
		"DATABASE_URL="+s.DatabaseURL, "DATABASE_MAX_CONNS=8", "REDIS_URL="+s.Redis.URL(), "MEMCACHED_SERVERS="+s.Memcached.URL(),
		"S3_ENDPOINT="+s.Bucket.Endpoint, "S3_BUCKET="+s.Bucket.Bucket, "S3_PUBLIC_URL="+s.Bucket.PublicURL,
		"AWS_REGION="+s.Bucket.Region, "AWS_ACCESS_KEY_ID="+s.Bucket.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+s.Bucket.SecretAccessKey,
		"SMTP_URL="+s.Sink.URL(), "MAIL_FROM=Styleshare <no-reply@styleshare.test>", "TRUSTED_PROXIES=127.0.0.1/32")
}

// finish ends a process and looks through its log.
func (s *Stack) finish(t testing.TB, p *Process, troubled bool) {
	t.Helper()
	p.Kill(t)
	for _, line := range p.mistakes() {
		if !troubled || strings.Contains(line, "DATA RACE") || strings.Contains(line, "panic") {
			t.Errorf("%s wrote: %s", p.command, line)
		}
	}
	if t.Failed() {
		t.Logf("the log of %s, without its requests:\n%s", p.command, p.events())
	}
}

// WaitFor asks again and again until the answer is yes, and fails the test after a while.
func WaitFor(t testing.TB, what string, is func() bool) {
	t.Helper()
	late := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// Number reads one number from the database, for what no client may see.
func (s *Stack) Number(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Exec changes the database behind the server's back.
func (s *Stack) Exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// Settle waits until all work that was recorded is done.
func (s *Stack) Settle(t testing.TB) {
	t.Helper()
	WaitFor(t, "all jobs to be done", func() bool {
		return s.Number(t, `select count(*) from outbox where done_at is null and dead_at is null`) == 0
	})
}

// Forget empties memcached. What servers have in their memory ends by itself: those of a test that calls it are best started
// with LOCAL_CACHE_BYTES=0.
func (s *Stack) Forget(t testing.TB) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", s.Memcached.Addr(), patience)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err = conn.Write([]byte("flush_all\r\n")); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || line != "OK\r\n" {
		t.Fatalf("memcached says %q, %v", line, err)
	}
}

// Mail waits for a mail to an address whose subject or text has a text, and gives the newest.
func (s *Stack) Mail(t testing.TB, to, with string) (found mail.SinkMessage) {
	t.Helper()
	WaitFor(t, "a mail to "+to+" with "+with, func() bool {
		for _, m := range s.Sink.Messages() {
			if m.To[0] == to && (strings.Contains(m.Subject, with) || strings.Contains(m.Text, with)) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// Link is the first link of a mail that has a text, as an address of the first server.
func (s *Stack) Link(t testing.TB, m mail.SinkMessage, with string) string {
	t.Helper()
	for _, link := range m.Links {
		if strings.Contains(link, with) {
			path, ok := strings.CutPrefix(link, publicURL)
			if !ok {
				t.Fatalf("the link %s leads somewhere else", link)
			}
			return s.Servers[0].URL + path
		}
	}
	t.Fatalf("no link with %s in:\n%s", with, m.Text)
	return ""
}
