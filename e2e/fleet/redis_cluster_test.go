//go:build fleet

package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"styleshare/internal/mail"
)

const clusterNodes = 3

// startCluster starts primaries without replicas and makes a Cluster of them. It gives its address.
func startCluster(t testing.TB) (nodes []*redisNode, address string) {
	t.Helper()
	var hosts []string
	for range clusterNodes {
		_, port, err := net.SplitHostPort(reserve(t))
		if err != nil {
			t.Fatal(err)
		}
		n := startRedis(t, "cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-port "+port)
		nodes, hosts = append(nodes, n), append(hosts, n.addr)
	}
	args := append([]string{"-a", redisPassword, "--no-auth-warning", "--cluster", "create"}, hosts...)
	if out, err := exec.CommandContext(t.Context(), program(t, "redis-cli"), append(args, "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("redis-cli: %v\n%s", err, out)
	}
	for _, n := range nodes {
		waitFor(t, "the Cluster is whole", func() bool {
			info, err := n.client.ClusterInfo(t.Context()).Result()
			return err == nil && strings.Contains(info, "cluster_state:ok\r\n") && strings.Contains(info, "cluster_known_nodes:3\r\n")
		})
	}
	return nodes, "redis-cluster://:" + redisPassword + "@" + strings.Join(hosts[:2], ",")
}

// TestRedisCluster has everything that uses Redis do so on a Cluster.
func TestRedisCluster(t *testing.T) {
	nodes, address := startCluster(t)
	s := newStack(t)
	s.redisURL = address
	_ = s.sink.Close() // mails fail for a while
	e := newEdgeOn(t, s, 2)

	t.Run("RetriedJobs", func(t *testing.T) { testRetriedMail(t, e) })
	t.Run("Load", func(t *testing.T) { // comments, notifications and subscriptions across servers, each event once
		l := newLoad(t, e)
		l.begin(t.Context())
		waitFor(t, "the load is on", func() bool { return l.mutations.Load() > 300 })
		l.end(t, s)
	})
	t.Run("Notifications", func(t *testing.T) {
		author, fan := newPhone(e.url, 61), newPhone(e.url, 62)
		author.signUp(t, "author")
		fan.signUp(t, "fan")
		fan.do(t, "Like", vars{"input": vars{"styleId": author.publish(t, "look", e.picture)}})
		waitFor(t, "the author is notified", func() bool {
			return author.do(t, "{ viewer { notifications(first: 1) { nodes { kind } } } }", nil).text("viewer.notifications.nodes.0.kind") != ""
		})
	})
	t.Run("RateLimits", func(t *testing.T) { testClientAddresses(t, e) })
	t.Run("PersistedQueries", func(t *testing.T) { testPersisted(t, e) })
	settle(t, s)
	t.Run("Spread", func(t *testing.T) {
		for _, n := range nodes {
			size, err := n.client.DBSize(t.Context()).Result()
			if err != nil || size == 0 {
				t.Errorf("%s has %d keys, %v", n.addr, size, err)
			}
			t.Logf("%s has %d keys", n.addr, size)
		}
		for _, p := range append([]*supervised{e.worker}, e.servers...) {
			for _, mistake := range []string{"CROSSSLOT", "MOVED", "same slot", `"level":"ERROR"`} {
				if strings.Contains(p.events(), mistake) {
					t.Errorf("%s wrote of %s", p.command, mistake)
				}
			}
		}
	})
	t.Run("LostNode", func(t *testing.T) {
		nodes[0].kill()
		for _, server := range e.servers {
			waitFor(t, "the server knows that something is missing", func() bool { return readiness(t, server.url) == "degraded" })
		}
		p := newPhone(e.url, 63)
		p.signUp(t, "late") // as without Redis
		p.do(t, "HomeFeed", nil)
	})
}

// testRetriedMail has a mail fail, and go out when it is tried again.
func testRetriedMail(t *testing.T, e *edge) {
	t.Helper()
	newPhone(e.url, 60).signUp(t, "impatient")
	waitFor(t, "the mail has failed", func() bool {
		return e.number(t, "select count(*) from outbox where kind = 'mail' and attempts > 0") > 0
	})
	address, err := url.Parse(e.sink.URL())
	if err != nil {
		t.Fatal(err)
	}
	if e.sink, err = mail.NewSink(address.Host); err != nil { // the stack closes it
		t.Fatal(err)
	}
	waitFor(t, "the mail is there", func() bool { return len(e.sink.Messages()) > 0 })
}

// testPersisted tells one server a query and asks the other for it by its hash.
func testPersisted(t *testing.T, e *edge) {
	t.Helper()
	const query = "{ viewer { user { id } } __typename }"
	sum := sha256.Sum256([]byte(query))
	p := newPhone(e.url, 64)
	p.signUp(t, "persistent")
	ask := func(server *supervised, withText bool) answer {
		request := vars{"extensions": vars{"persistedQuery": vars{"version": 1, "sha256Hash": hex.EncodeToString(sum[:])}}}
		if withText {
			request["query"] = query
		}
		body, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		at := *p
		at.url = server.url
		a, err := at.send(t.Context(), http.MethodPost, server.url+"/graphql", body, "Content-Type: application/json")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := ask(e.servers[1], false); !strings.Contains(string(a.body), "PERSISTED_QUERY_NOT_FOUND") {
		t.Errorf("before: %s", a.body)
	}
	if no := ask(e.servers[0], true).failure(); no != "" {
		t.Error(no)
	}
	if a := ask(e.servers[1], false); a.failure() != "" || a.text("viewer.user.id") != p.userID {
		t.Errorf("the other server: %s", a.body)
	}
}
