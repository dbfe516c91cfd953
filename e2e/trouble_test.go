package e2e

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"styleshare/internal/devstack"
	"styleshare/models/migrations"
)

// promptly bounds what a person waits for an answer while a part is away, on a machine that is busy with other tests.
const promptly = 20 * time.Second

// DoPromptly is Do for a moment at which a part is away: the answer must not wait for the part to come back.
func (p *Person) DoPromptly(t testing.TB, operation string, variables Vars) Answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), promptly)
	defer cancel()
	a, err := p.stack.Servers[0].Try(ctx, p.Token, operation, variables, "X-Forwarded-For: "+p.Address)
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	return a
}

// Stop stops a part until Back.
func (s *Stack) Stop(t testing.TB, part *devstack.Part) {
	t.Helper()
	if err := part.Stop(); err != nil {
		t.Fatal(err)
	}
}

// Back starts a stopped part again, at the same address.
func (s *Stack) Back(t testing.TB, part *devstack.Part) {
	t.Helper()
	if err := part.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Also prepares another process beside those of the stack; env comes last, and counts.
func (s *Stack) Also(t testing.TB, command string, troubled bool, env ...string) *Process {
	t.Helper()
	p := &Process{command: command, binary: s.Worker.binary, environment: append(append([]string{}, s.Worker.environment...), env...)}
	t.Cleanup(func() { s.finish(t, p, troubled) })
	return p
}

// Command runs one of the binary's commands to its end and gives what it printed and its exit code.
func (s *Stack) Command(t testing.TB, args ...string) (out string, code int) {
	t.Helper()
	return runCommandIn(t, ".", s.Worker.environment, args...)
}

func runCommandIn(t testing.TB, dir string, environment []string, args ...string) (out string, code int) {
	t.Helper()
	binary := serverBinary(t) // built by whoever comes first, which takes its time
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir, cmd.Env = dir, environment
	text, err := cmd.CombinedOutput()
	if ctx.Err() != nil || cmd.ProcessState == nil {
		t.Fatalf("%v: %v\n%s", args, err, text)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// ownPostgreSQL starts a PostgreSQL that belongs to one test, with a migrated database.
func ownPostgreSQL(t testing.TB) *devstack.Part {
	t.Helper()
	stack, err := devstack.Start(t.Context(), devstack.Options{Dir: ".", Need: []devstack.Name{devstack.PostgreSQL}, Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stack.Stop)
	if err = migrations.Apply(t.Context(), stack.DatabaseURL); err != nil {
		t.Fatal(err)
	}
	return stack.Part(devstack.PostgreSQL)
}

// use has the stack's own look at the database go to another one.
func (s *Stack) use(t testing.TB, databaseURL string) {
	t.Helper()
	db, err := pgxpool.New(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s.DatabaseURL, s.db = databaseURL, db
}

// pidOf asks a memcached for its process id.
func pidOf(t testing.TB, memcached *devstack.Part) int {
	t.Helper()
	conn, err := net.Dial("tcp", memcached.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err = conn.Write([]byte("stats\r\n")); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "STAT pid "); ok {
			pid, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
	}
	t.Fatal("memcached does not tell its process id")
	return 0
}

// hang has a process take no notice of anything until the test ends or resume is called.
func hang(t testing.TB, pid int) (resume func()) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	resume = func() { _ = syscall.Kill(pid, syscall.SIGCONT) }
	t.Cleanup(resume)
	return resume
}

// gate stands before an object store and holds requests up until it is opened.
type gate struct {
	URL     string
	reached chan struct{} // one value for each request that is held up
	open    chan struct{} // closed to let all pass
	once    sync.Once
}

// Open lets all requests pass.
func (g *gate) Open() { g.once.Do(func() { close(g.open) }) }

// newGate makes a gate that holds up the requests for which held says so. The signatures stay good: the gateway sees the
// same host in the request as the one who signed it.
func newGate(t testing.TB, endpoint string, held func(*http.Request) bool) *gate {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{reached: make(chan struct{}, 100), open: make(chan struct{})}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // clients are killed here
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if held(r) {
			g.reached <- struct{}{}
			<-g.open
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		g.Open()
		server.Close()
	})
	g.URL = server.URL
	return g
}

// awaitHeld waits until a request is held up.
func (g *gate) awaitHeld(t testing.TB) {
	t.Helper()
	select {
	case <-g.reached:
	case <-time.After(patience):
		t.Fatal("nothing comes to the gate")
	}
}
