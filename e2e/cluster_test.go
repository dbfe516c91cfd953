//go:build cluster

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"styleshare/models/migrations"
)

const fromReplica, inUse = `database_reads_total{reason="",target="replica-1"}`, `database_replica_state{replica="replica-1",state="in_use"}`

// The cases of the API, whichever way the database is reached.

func TestClusterWorldThroughPgbouncer(t *testing.T) {
	c := newCluster(t)
	b := c.pgbouncer(t)
	w := newWorld(t, Options{DatabaseURL: c.primary.url(c.name), Env: []string{"DATABASE_POOLER=true", "DATABASE_URL=" + b.url(c.name),
		"DATABASE_REPLICA_URLS=" + b.url(c.name+"_replica")}})
	w.test(t)
	if w.Servers[0].metric(t, fromReplica) == 0 {
		t.Error("the replica was read by nobody")
	}
}

func TestClusterWorldThroughPgpool(t *testing.T) {
	c := newCluster(t)
	w := newWorld(t, Options{DatabaseURL: c.primary.url(c.name), Env: []string{"DATABASE_URL=" + c.pgpool(t).url(c.name)}})
	w.test(t)
}

func TestClusterWorldWithReplica(t *testing.T) {
	c := newCluster(t)
	w := newWorld(t, Options{DatabaseURL: c.primary.url(c.name), Env: []string{"DATABASE_REPLICA_URLS=" + c.replica.url(c.name)}})
	w.test(t)
	if w.Servers[0].metric(t, fromReplica) == 0 {
		t.Error("the replica was read by nobody")
	}
}

// Several processes may migrate through pgbouncer, and the second leader waits for the first, although sessions are shared.
func TestClusterMigrateThroughPgbouncer(t *testing.T) {
	c := newCluster(t)
	b := c.pgbouncer(t)
	exec1(t, c.primary.url(c.name), "drop schema public cascade; create schema public")
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := migrations.Apply(t.Context(), b.url(c.name)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s := Start(t, Options{DatabaseURL: c.primary.url(c.name), Env: []string{"DATABASE_POOLER=true", "DATABASE_URL=" + b.url(c.name)}})
	leads := func() int {
		return s.Number(t, `select count(*) from pg_locks where locktype = 'advisory' and objid = x'6a6f6273'::bigint and granted`)
	}
	WaitFor(t, "a leader", func() bool { return leads() == 1 })
	s.Worker.Kill(t)
	WaitFor(t, "the lock to end with the leader", func() bool { return leads() == 0 })
	s.Worker.Start(t)
	WaitFor(t, "another leader", func() bool { return leads() == 1 })
}

// replicated is a stack of two servers that read from a replica.
func replicated(t *testing.T) (*cluster, *Stack) {
	t.Helper()
	c := newCluster(t)
	s := Start(t, Options{Servers: 2, DatabaseURL: c.primary.url(c.name), Troubled: true,
		Env: []string{"LOCAL_CACHE_BYTES=0", "DATABASE_REPLICA_URLS=" + c.replica.url(c.name)}})
	s.awaitReplica(t, 1)
	return c, s
}

// awaitReplica waits until all servers use the replica, or none does.
func (s *Stack) awaitReplica(t *testing.T, used float64) {
	t.Helper()
	for _, server := range s.Servers {
		WaitFor(t, fmt.Sprintf("the replica to be in use: %v", used), func() bool { return server.metric(t, inUse) == used })
	}
}

// forgotten waits until nobody is remembered as somebody who has written.
func (s *Stack) forgotten(t *testing.T, people ...*Person) {
	t.Helper()
	for _, p := range people {
		for _, server := range s.Servers {
			WaitFor(t, p.Name+" to be one who has not written", func() bool {
				before := server.metric(t, fromReplica)
				p.At(t, server, `{ viewer { feed(first: 1) { nodes { id } } } }`, nil).OK(t)
				return server.metric(t, fromReplica) > before
			})
		}
	}
}

const (
	likersQuery  = `query ($id: ID!) { node(id: $id) { ... on Style { likers(first: 9) { nodes { username } } } } }`
	captionQuery = `query ($id: ID!) { style(id: $id) { caption } }`
)

// A replica that replays nothing for a while is what shows where reads go.
func TestClusterReadYourWrites(t *testing.T) {
	c, s := replicated(t)
	author, reader := s.SignUp(t, "author"), s.SignUp(t, "reader")
	style := author.Publish(t, "before")
	author.Published(t, style)
	s.Settle(t)
	s.forgotten(t, reader)
	one, two := s.Servers[0], s.Servers[1]
	stranger := func(server *Process) []string {
		return server.Do(t, "", likersQuery, Vars{"id": style}).OK(t).Each("node.likers.nodes", "username")
	}
	exec1(t, c.replica.url(c.name), "select pg_wal_replay_pause()")
	began := time.Now()
	reader.At(t, one, "Like", Vars{"input": Vars{"styleId": style}}).OK(t)
	if got := reader.At(t, two, likersQuery, Vars{"id": style}).OK(t).Each("node.likers.nodes", "username"); len(got) != 1 {
		t.Errorf("another process does not show the reader their own like: %v", got)
	}
	if got := stranger(two); len(got) != 0 {
		t.Errorf("a stranger was not answered by the replica, or it replays: %v", got)
	}
	// What the caches keep is never read from a replica: it would stay there.
	author.At(t, one, `mutation ($input: UpdateStyleInput!) { updateStyle(input: $input) { userErrors { code } } }`,
		Vars{"input": Vars{"styleId": style, "caption": "after"}}).OK(t)
	s.Forget(t)
	if got := two.Do(t, "", captionQuery, Vars{"id": style}).OK(t).Text("style.caption"); got != "after" {
		t.Errorf("a row that the caches keep was read from a replica: %q", got)
	}
	s.awaitReplica(t, 0)
	s.diagnosed(t, "replica-1 of DATABASE_REPLICA_URLS", "is left out: it does not show what the primary had 5s ago")
	t.Logf("left out %v after it stopped replaying", time.Since(began).Round(100*time.Millisecond))
	if got := stranger(two); len(got) != 1 {
		t.Errorf("the replica that lags is still read: %v", got)
	}
	exec1(t, c.replica.url(c.name), "select pg_wal_replay_resume()")
	s.awaitReplica(t, 1)
	if got := two.Do(t, "", captionQuery, Vars{"id": style}).OK(t).Text("style.caption"); got != "after" {
		t.Errorf("the caches kept what is old: %q", got)
	}
	if got := stranger(two); len(got) != 1 {
		t.Errorf("the replica that replays again shows %v", got)
	}
}

// Without Redis nobody knows who has written.
func TestClusterWithoutRedis(t *testing.T) {
	c, s := replicated(t)
	author := s.SignUp(t, "author")
	style := author.Publish(t, "before")
	author.Published(t, style)
	s.Settle(t)
	s.forgotten(t, author)
	if err := s.Redis.Stop(); err != nil {
		t.Fatal(err)
	}
	exec1(t, c.replica.url(c.name), "select pg_wal_replay_pause()")
	author.At(t, s.Servers[0], "Like", Vars{"input": Vars{"styleId": style}}).OK(t)
	if got := author.At(t, s.Servers[1], likersQuery, Vars{"id": style}).OK(t).Each("node.likers.nodes", "username"); len(got) != 1 {
		t.Errorf("the author's like is not shown: %v", got)
	}
}

// load has strangers read from both servers until it is told to stop, and counts what went wrong.
func (s *Stack) load(t *testing.T, style string) (stop func() (asked, failed int64)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var asked, failed atomic.Int64
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for ctx.Err() == nil {
				answer, err := s.Servers[i%2].Try(ctx, "", likersQuery, Vars{"id": style}, fmt.Sprintf("X-Forwarded-For: 198.18.0.%d", i))
				if ctx.Err() != nil {
					return
				}
				if asked.Add(1); err != nil || answer.Status != http.StatusOK || answer.Code() != "" {
					if failed.Add(1) == 1 {
						t.Logf("the first that failed: %v %s", err, answer.Body)
					}
				}
			}
		})
	}
	return func() (int64, int64) {
		cancel()
		all.Wait()
		return asked.Load(), failed.Load()
	}
}

func TestClusterKilledReplica(t *testing.T) {
	c, s := replicated(t)
	author := s.SignUp(t, "author")
	style := author.Publish(t, "look")
	author.Published(t, style)
	stop := s.load(t, style)
	WaitFor(t, "reads of the replica", func() bool {
		return s.Servers[0].metric(t, fromReplica) > 100 && s.Servers[1].metric(t, fromReplica) > 100
	})
	c.replica.kill(t)
	s.awaitReplica(t, 0)
	ready := Send(t, http.MethodGet, s.Servers[0].URL+"/readyz", nil)
	if ready.Status != http.StatusOK || !strings.Contains(string(ready.Body), `"postgresql-replica-1","state":"failing"`) {
		t.Errorf("status %d: %s", ready.Status, ready.Body)
	}
	c.replica.start(t)
	s.awaitReplica(t, 1)
	before := s.Servers[0].metric(t, fromReplica)
	WaitFor(t, "reads of the replica again", func() bool { return s.Servers[0].metric(t, fromReplica) > before })
	asked, failed := stop()
	t.Logf("%d requests while the replica was killed and came back, %d failed", asked, failed)
	if failed != 0 {
		t.Errorf("%d of %d requests failed", failed, asked)
	}
}

// A replica that hangs is not one that is gone: nobody says that the connection has ended.
func TestClusterHangingReplica(t *testing.T) {
	c, s := replicated(t)
	author := s.SignUp(t, "author")
	style := author.Publish(t, "look")
	author.Published(t, style)
	stop := s.load(t, style)
	WaitFor(t, "reads of the replica", func() bool {
		return s.Servers[0].metric(t, fromReplica) > 100 && s.Servers[1].metric(t, fromReplica) > 100
	})
	c.replica.signal(t, syscall.SIGSTOP)
	s.awaitReplica(t, 0)
	c.replica.signal(t, syscall.SIGCONT)
	s.awaitReplica(t, 1)
	asked, failed := stop()
	t.Logf("%d requests while the replica hung, %d failed", asked, failed)
	if failed != 0 {
		t.Errorf("%d of %d requests failed", failed, asked)
	}
}

// diagnosed has the doctor look, who must say all that is wanted.
func (s *Stack) diagnosed(t *testing.T, wanted ...string) {
	t.Helper()
	out, _ := s.Command(t, "doctor")
	for _, want := range wanted {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

// A replica that is promoted while the primary lives is left out, because it shows another history from then on.
func TestClusterPromotedReplica(t *testing.T) {
	c, s := replicated(t)
	s.diagnosed(t, "can be read")
	exec1(t, c.replica.url(c.name), "alter system set primary_conninfo = 'host=127.0.0.1 port=1'")
	exec1(t, c.replica.url(c.name), "select pg_reload_conf()")
	WaitFor(t, "the replica to lose the primary", func() bool {
		out, _ := s.Command(t, "doctor")
		return strings.Contains(out, "is not streaming")
	})
	exec1(t, c.replica.url(c.name), "select pg_promote()")
	for _, server := range s.Servers {
		WaitFor(t, "the promoted replica to be left out", func() bool {
			return server.metric(t, `database_replica_state{replica="replica-1",state="promoted"}`) == 1
		})
	}
	s.diagnosed(t, "is left out: it follows no primary, and takes writes of its own", "no replica can be read")
	s.SignUp(t, "somebody").Feed(t)
}

// Both servers stand in both variables: whoever is the primary gets the writes, and the configuration never changes.
func TestClusterFailover(t *testing.T) {
	c := newCluster(t)
	both := fmt.Sprintf("postgres://styleshare@127.0.0.1:%d,127.0.0.1:%d/%s?sslmode=disable&target_session_attrs=read-write&connect_timeout=2",
		c.primary.port, c.replica.port, c.name)
	s := Start(t, Options{Servers: 2, DatabaseURL: c.primary.url(c.name), Troubled: true, Env: []string{"LOCAL_CACHE_BYTES=0",
		"DATABASE_URL=" + both, "DATABASE_REPLICA_URLS=" + c.primary.url(c.name) + "," + c.replica.url(c.name)}})
	author, reader := s.SignUp(t, "author"), s.SignUp(t, "reader")
	style := author.Publish(t, "look")
	author.Published(t, style)
	state := func(replica, state string) float64 {
		return s.Servers[0].metric(t, fmt.Sprintf(`database_replica_state{replica=%q,state=%q}`, replica, state))
	}
	WaitFor(t, "the roles", func() bool { return state("replica-1", "also_primary") == 1 && state("replica-2", "in_use") == 1 })
	WaitFor(t, "the replica to have it all", func() bool {
		return attempt(t.Context(), c.replica.url(c.name), "select 1 / (select count(*) from styles where state = 'PUBLISHED')") == nil
	})
	c.primary.kill(t)
	killed := time.Now()
	exec1(t, c.replica.url(c.name), "select pg_promote()")
	promoted := time.Since(killed)
	WaitFor(t, "the first mutation", func() bool {
		answer, err := s.Servers[0].Try(t.Context(), reader.Token, "Like", Vars{"input": Vars{"styleId": style}})
		return err == nil && answer.Status == http.StatusOK && answer.Data != nil && answer.Code() == ""
	})
	t.Logf("promoted %v after the primary was killed, the first mutation succeeded after %v",
		promoted.Round(time.Millisecond), time.Since(killed).Round(time.Millisecond))
	// The other process has connections left that ended with the primary: a request fails for each of them.
	WaitFor(t, "the other process to show it", func() bool {
		return len(reader.At(t, s.Servers[1], likersQuery, Vars{"id": style}).Each("node.likers.nodes", "username")) == 1
	})
	WaitFor(t, "the roles after it", func() bool { return state("replica-1", "away") == 1 && state("replica-2", "also_primary") == 1 })
}
