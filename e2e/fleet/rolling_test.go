//go:build fleet

package fleet

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestRollingRestart replaces every process, twice, while people use the app through nginx.
func TestRollingRestart(t *testing.T) {
	e := newEdge(t, 3)
	l := newLoad(t, e)
	l.begin(t.Context())
	for range 2 {
		roll(t, append([]*supervised{e.worker}, e.servers...))
	}
	l.end(t, e.stack)
}

// roll replaces processes by the command.
func roll(t testing.TB, all []*supervised) {
	t.Helper()
	before := map[int]bool{}
	args := []string{"roll"}
	for _, p := range all {
		before[p.process()] = true
		args = append(args, fmt.Sprintf("--process=%d=%s", p.process(), p.url))
	}
	began := time.Now()
	out, err := exec.CommandContext(t.Context(), binary(t), args...).CombinedOutput()
	if err != nil {
		t.Errorf("styleshare roll: %v", err)
	}
	t.Logf("rolled in %.1f s:\n%s", time.Since(began).Seconds(), out)
	for _, p := range all {
		if before[p.process()] {
			t.Errorf("%s at %s was not replaced", p.command, p.url)
		}
	}
}

// inFlight is how many reads, and how many writes, are under way when a server is lost.
const inFlight = 8

// TestKilledServer kills a server that has requests in flight: reads are asked of the other one, writes are not, and their
// clients repeat them.
func TestKilledServer(t *testing.T) {
	e := newEdge(t, 2)
	p := newPhone(e.url, 1)
	p.signUp(t, "author")
	style := p.publish(t, "look", e.picture)
	p.do(t, "{ viewer { user { username } } }", nil)

	// As long as the tables are locked, every request hangs in its server.
	lock, err := e.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback(context.Background()) }()
	if _, err := lock.Exec(t.Context(), "lock table comments, follows in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asking sync.WaitGroup
	reads, writes, lost := 0, 0, []vars{}
	for n := range inFlight {
		asking.Go(func() {
			a, err := p.send(t.Context(), http.MethodGet, e.url+"/graphql?query=%7Bviewer%7Bfeed(first:1)%7Bnodes%7Bid%7D%7D%7D%7D&n="+fmt.Sprint(n), nil)
			mu.Lock()
			defer mu.Unlock()
			if no := a.failure(); err != nil || no != "" {
				t.Errorf("a read failed: %v, %s", err, no)
			}
			reads++
		})
		asking.Go(func() {
			input := vars{"input": vars{"styleId": style, "body": fmt.Sprint("comment ", n), "clientMutationId": fmt.Sprint("killed-", n)}}
			a, err := p.ask(t.Context(), "Comment", input)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				t.Error(err)
			case a.status == http.StatusBadGateway:
				if !strings.Contains(string(a.body), `"code":"INTERNAL"`) || a.header.Get("Retry-After") == "" || a.header.Get("Content-Type") != "application/json" {
					t.Errorf("a lost write: %v %s", a.header, a.body)
				}
				lost = append(lost, input)
			case a.failure() != "":
				t.Error(a.failure())
			default:
				writes++
			}
		})
	}
	waitFor(t, "all requests hang", func() bool {
		return e.number(t, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") >= inFlight
	})
	if err := syscall.Kill(e.servers[0].process(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the clients of the lost server know", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(lost) > 0
	})
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	asking.Wait()
	for _, input := range lost {
		p.do(t, "Comment", input)
	}
	if n := e.number(t, "select count(distinct body) from comments"); n != inFlight || n != e.number(t, "select count(*) from comments") {
		t.Errorf("%d comments, want %d", n, inFlight)
	}
	t.Logf("%d of %d reads answered; %d of %d writes answered, %d lost with the server and done by their clients' second attempt",
		reads, inFlight, writes, inFlight, len(lost))
}
