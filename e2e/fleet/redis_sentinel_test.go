//go:build fleet

package fleet

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const primaryName = "styleshare"

// watched is a primary with a replica, and three Sentinels that watch them.
type watched struct {
	primary, replica *redisNode
	sentinels        []*redisNode
}

func startWatched(t testing.TB) *watched {
	t.Helper()
	w := &watched{primary: startRedis(t)}
	w.replica = w.addReplica(t)
	for range 3 {
		w.sentinels = append(w.sentinels, startSentinel(t, primaryName, w.primary))
	}
	w.awaitReady(t)
	return w
}

func (w *watched) addReplica(t testing.TB) *redisNode {
	t.Helper()
	host, port, err := net.SplitHostPort(w.primary.addr)
	if err != nil {
		t.Fatal(err)
	}
	return startRedis(t, "replicaof "+host+" "+port)
}

// awaitReady waits until the replica has everything and all Sentinels know of it and of each other.
func (w *watched) awaitReady(t testing.TB) {
	t.Helper()
	waitFor(t, "the replica follows", func() bool { return w.replica.reports(t, "replication", "master_link_status:up") })
	for _, s := range w.sentinels {
		sentinel := redis.NewSentinelClient(&redis.Options{Addr: s.addr})
		t.Cleanup(func() { _ = sentinel.Close() })
		waitFor(t, "a Sentinel knows the others", func() bool {
			primary, err := sentinel.Master(t.Context(), primaryName).Result()
			return err == nil && primary["num-other-sentinels"] == "2" && primary["flags"] == "master" && knowsReplica(t, sentinel, w.replica.addr)
		})
	}
}

// knowsReplica tells whether a Sentinel would promote it.
func knowsReplica(t testing.TB, sentinel *redis.SentinelClient, addr string) bool {
	t.Helper()
	replicas, err := sentinel.Replicas(t.Context(), primaryName).Result()
	for _, r := range replicas {
		if r["name"] == addr && r["flags"] == "slave" && r["master-link-status"] == "ok" {
			return err == nil
		}
	}
	return false
}

func (w *watched) url() string {
	var hosts []string
	for _, s := range w.sentinels {
		hosts = append(hosts, s.addr)
	}
	return "redis-sentinel://:" + redisPassword + "@" + strings.Join(hosts, ",") + "/0?master=" + primaryName
}

// awaitFailOver waits for the replica's promotion, which takes the place of the primary then.
func (w *watched) awaitFailOver(t testing.TB) {
	t.Helper()
	waitFor(t, "the replica is promoted", func() bool { return w.replica.reports(t, "replication", "role:master") })
	w.primary, w.replica = w.replica, nil
}

// TestRedisSentinel kills the primary while people use the app, and once more with tasks that only it has.
func TestRedisSentinel(t *testing.T) {
	w, s := startWatched(t), newStack(t)
	s.redisURL = w.url()
	e := newEdgeOn(t, s, 2)
	l := newLoad(t, e)
	settle(t, s)

	l.begin(t.Context())
	states := watchReadiness(t, e)
	waitFor(t, "the load is on", func() bool { return l.mutations.Load() > 100 })
	began := time.Now()
	w.primary.kill()
	w.awaitFailOver(t)
	t.Logf("promoted after %.1f s", time.Since(began).Seconds())
	jobs := s.number(t, "select count(*) from outbox where done_at is not null and enqueued_at is not null")
	newPhone(e.url, 90).signUp(t, "newcomer") // a mail
	waitFor(t, "jobs run by Redis are done", func() bool {
		return s.number(t, "select count(*) from outbox where done_at is not null and enqueued_at is not null") > jobs
	})
	t.Logf("jobs run again after %.1f s", time.Since(began).Seconds())
	said := l.mutations.Load()
	waitFor(t, "the load goes on", func() bool { return l.mutations.Load() > said+100 })
	l.end(t, s)
	settle(t, s)
	for state, n := range states() {
		t.Logf("/readyz of the servers: %d times %s", n, state)
		if state != "ready" && state != "degraded" {
			t.Errorf("a server was %s", state)
		}
	}
	t.Run("LostTasks", func(t *testing.T) { testLostTasks(t, w, e) })
}

// testLostTasks has the primary die with a task that it has acknowledged, and nobody else has.
func testLostTasks(t *testing.T, w *watched, e *edge) {
	t.Helper()
	w.replica = w.addReplica(t)
	w.awaitReady(t)
	p := newPhone(e.url, 91)
	p.signUp(t, "uploader")
	settle(t, e.stack)
	if err := syscall.Kill(e.worker.process(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// The replica hangs, and what its socket would keep for it until it goes on has no connection to come by.
	thaw := w.replica.freeze(t)
	if n, err := w.primary.client.ClientKillByFilter(t.Context(), "TYPE", "replica").Result(); n != 1 || err != nil {
		t.Fatalf("%d connections of replicas ended, %v", n, err)
	}
	photo := p.upload(t, e.picture)
	waitFor(t, "Redis has the task", func() bool {
		return e.number(t, "select count(*) from outbox where kind = 'photo.process' and enqueued_at is not null and done_at is null") == 1
	})
	w.primary.kill()
	thaw()
	w.awaitFailOver(t)
	// The leader looks for tasks that should have ended some minutes ago: those minutes are over, and the worker, who is
	// replaced, begins with a look.
	if _, err := e.db.Exec(t.Context(), "update outbox set enqueued_at = enqueued_at - interval '1 hour' where done_at is null"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(e.worker.process(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the photo is ready", func() bool {
		return p.do(t, `query ($id: ID!) { node(id: $id) { ... on Photo { state } } }`, vars{"id": photo}).text("node.state") == "READY"
	})
	if n := e.number(t, "select max(generation) from outbox where kind = 'photo.process'"); n != 1 {
		t.Errorf("generation %d: the task was not lost, the test proves nothing", n)
	}
	settle(t, e.stack)
}

// settle waits until all recorded work is done.
func settle(t testing.TB, s *stack) {
	t.Helper()
	waitFor(t, "all jobs to be done", func() bool {
		return s.number(t, "select count(*) from outbox where done_at is null and dead_at is null") == 0
	})
	if n := s.number(t, "select count(*) from outbox where dead_at is not null"); n > 0 {
		t.Errorf("%d jobs are dead", n)
	}
}

// watchReadiness asks the servers themselves how they are until the returned function is called, which counts the answers.
func watchReadiness(t testing.TB, e *edge) (states func() map[string]int) {
	t.Helper()
	counts, stop := map[string]int{}, make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			for _, server := range e.servers {
				counts[readiness(t, server.url)]++
			}
		}
	})
	end := sync.OnceFunc(func() { close(stop); asking.Wait() })
	t.Cleanup(end)
	return func() map[string]int { end(); return counts }
}

// readiness is the state that /readyz names, or what is wrong with its answer.
func readiness(t testing.TB, url string) string {
	t.Helper()
	p := newPhone(url, 92)
	a, err := p.send(t.Context(), http.MethodGet, url+"/readyz", nil)
	if err != nil || a.status != http.StatusOK {
		return fmt.Sprintf("unreachable: %v, status %d", err, a.status)
	}
	for _, state := range []string{"ready", "degraded"} {
		if bytes.Contains(a.body, []byte(`"state":"`+state+`"`)) {
			return state
		}
	}
	return string(a.body)
}
