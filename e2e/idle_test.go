package e2e

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// sockets is how many idle subscriptions TestIdleSubscriptions holds, each on a WebSocket of its own.
var sockets = flag.Int("sockets", 500, "WebSockets that TestIdleSubscriptions holds open")

// perAddress is how many of them come from one address: as many as strangers may have.
const perAddress = 100

// TestIdleSubscriptions has many people look at one style, waits until all are idle, and tells what that takes in the
// server. Then somebody comments, and all hear of it.
//
//	go test ./e2e -run TestIdleSubscriptions -sockets 10000 -v
func TestIdleSubscriptions(t *testing.T) { // not beside others: it measures
	s := Start(t, Options{})
	server := s.Servers[0]
	minji := s.SignUp(t, "minji")
	style := minji.Publish(t, "look")
	minji.Published(t, style)
	before := memoryOf(t, server)
	var heard, lost atomic.Int64
	var listening sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer listening.Wait()
	defer stop()
	start := time.Now()
	open := make(chan int)
	var opening sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		opening.Go(func() {
			for n := range open {
				conn := dialAs(t, server, fmt.Sprintf("198.18.%d.%d", n/perAddress/250, n/perAddress%250+1), style)
				listening.Go(func() { listen(ctx, conn, &heard, &lost) })
			}
		})
	}
	for n := range *sockets {
		open <- n
	}
	close(open)
	opening.Wait()
	awaitListening(t, server, *sockets)
	t.Logf("%d sockets opened in %s", *sockets, time.Since(start).Round(time.Millisecond))
	after := memoryOf(t, server)
	t.Logf("memory of the server in KiB for each idle subscription: %.1f resident (%.0f MiB in all), %.1f of heap in use, %.1f of stacks; %.1f goroutines",
		(after.resident-before.resident)/float64(*sockets)/1024, after.resident/1024/1024, (after.heap-before.heap)/float64(*sockets)/1024,
		(after.stacks-before.stacks)/float64(*sockets)/1024, (after.goroutines-before.goroutines)/float64(*sockets))
	start = time.Now()
	minji.Do(t, "Comment", Vars{"input": Vars{"styleId": style, "body": "hello, all of you"}}).OK(t)
	WaitFor(t, "all to hear of the comment", func() bool { return heard.Load() == int64(*sockets) })
	t.Logf("all heard of a comment after %s", time.Since(start).Round(time.Millisecond))
	if lost.Load() != 0 {
		t.Errorf("%d connections were lost", lost.Load())
	}
}

func dialAs(t *testing.T, server *Process, address, style string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), strings.Replace(server.URL, "http", "ws", 1)+"/graphql", &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"X-Forwarded-For": {address}}})
	if err != nil {
		t.Error(err)
		return nil
	}
	subscriber := &Subscriber{Conn: conn}
	subscriber.send(t, map[string]any{"type": "connection_init"})
	if m := subscriber.message(t); m.Type != "connection_ack" {
		t.Errorf("got %+v", m)
	}
	subscriber.Subscribe(t, "Thread", Vars{"styleId": style})
	return conn
}

// listen reads, which also answers pings, until ctx ends.
func listen(ctx context.Context, conn *websocket.Conn, heard, lost *atomic.Int64) {
	if conn == nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	for {
		_, data, err := conn.Read(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			lost.Add(1)
			return
		case strings.Contains(string(data), "hello, all of you"):
			heard.Add(1)
		}
	}
}

// memory is what a process has, in bytes.
type memory struct{ resident, heap, stacks, goroutines float64 }

func memoryOf(t *testing.T, p *Process) memory {
	t.Helper()
	text := string(Send(t, http.MethodGet, p.AdminURL+"/metrics", nil).Body)
	value := func(name string) float64 {
		found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text)
		if found == nil {
			return 0 // the resident memory is not known everywhere
		}
		n, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return memory{value("process_resident_memory_bytes"), value("go_memstats_heap_inuse_bytes"), value("go_memstats_stack_inuse_bytes"), value("go_goroutines")}
}
