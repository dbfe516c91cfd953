package cache

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"styleshare/internal/devstack"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// server is a memcached of its own for one test.
type server struct {
	t    *testing.T
	part *devstack.Part
	addr string
}

func startServer(t *testing.T) *server {
	t.Helper()
	part := testkit.OwnMemcached(t)
	return &server{t: t, part: part, addr: part.Addr()}
}

func (s *server) stop() {
	s.t.Helper()
	if err := s.part.Stop(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) start() {
	s.t.Helper()
	if err := s.part.Start(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) restart() { s.stop(); s.start() }

// hang stops the process as a frozen machine would, until the returned function is called or the test ends.
func (s *server) hang() (resume func()) {
	s.t.Helper()
	pid, err := strconv.Atoi(s.stat("pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	resume = sync.OnceFunc(func() { syscall.Kill(pid, syscall.SIGCONT) })
	s.t.Cleanup(resume)
	return resume
}

// stat asks past the cache.
func (s *server) stat(name string) string {
	s.t.Helper()
	for line := range strings.SplitSeq(s.talk("stats\r\n", "END\r\n"), "\r\n") {
		if value, ok := strings.CutPrefix(line, "STAT "+name+" "); ok {
			return value
		}
	}
	s.t.Fatalf("no statistic %s", name)
	return ""
}

// has tells whether memcached holds anything under a key, tombstones too.
func (s *server) has(key string) bool {
	s.t.Helper()
	return strings.HasPrefix(s.talk("get "+key+"\r\n", "END\r\n"), "VALUE")
}

func (s *server) talk(request, end string) string {
	s.t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		s.t.Fatal(err)
	}
	var all strings.Builder
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		all.WriteString(line)
		if line == end {
			return all.String()
		}
		if err != nil {
			s.t.Fatalf("%v after %q", err, all.String())
		}
	}
}

// proxy stands for the network between a process and memcached.
type proxy struct {
	listener net.Listener
	addr     string

	mu     sync.Mutex
	change *sync.Cond
	target string
	held   bool // what the client sends waits
	dead   bool // new connections are closed at once
	conns  map[net.Conn]bool
	fills  [][]byte // the latest that were sent
}

func startProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, addr: l.Addr().String(), target: target, conns: map[net.Conn]bool{}}
	p.change = sync.NewCond(&p.mu)
	go p.serve()
	t.Cleanup(func() { l.Close(); p.hold(false); p.cut(true) })
	return p
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.relay(client)
	}
}

func (p *proxy) relay(client net.Conn) {
	p.mu.Lock()
	target, dead := p.target, p.dead
	p.mu.Unlock()
	if dead {
		client.Close()
		return
	}
	server, err := net.Dial("tcp", target)
	if err != nil {
		client.Close()
		return
	}
	p.mu.Lock()
	p.conns[client], p.conns[server] = true, true
	p.mu.Unlock()
	go func() { io.Copy(client, server); client.Close() }()
	// What the client has sent arrives even when the client is gone by then, as bytes in a queue do.
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		p.mu.Lock()
		for p.held {
			p.change.Wait()
		}
		p.mu.Unlock()
		if n > 0 {
			p.remember(buf[:n])
			_, _ = server.Write(buf[:n]) // a server that is gone gets nothing
		}
		if err != nil {
			_ = server.(*net.TCPConn).CloseWrite()
			return
		}
	}
}

// remember keeps what may put a value there.
func (p *proxy) remember(request []byte) {
	if bytes.HasPrefix(request, []byte("add ")) || bytes.HasPrefix(request, []byte("cas ")) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.fills = append(p.fills[max(0, len(p.fills)-63):], bytes.Clone(request))
	}
}

// replay sends the latest fills once more, as a network may that has lost the answer.
func (p *proxy) replay() {
	p.mu.Lock()
	fills, target := bytes.Join(p.fills, nil), p.target
	p.mu.Unlock()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	server.SetDeadline(time.Now().Add(time.Second))
	if _, err = server.Write(append(fills, "mn\r\n"...)); err != nil {
		return
	}
	for r := bufio.NewReader(server); ; {
		if line, err := r.ReadString('\n'); err != nil || line == "MN\r\n" {
			return
		}
	}
}

// forget has nothing replayed that was meant for a process that is gone.
func (p *proxy) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fills = nil
}

func (p *proxy) hold(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = on
	p.change.Broadcast()
}

// cut breaks the connections there are, and new ones until it is called with false.
func (p *proxy) cut(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = on
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}

// lead makes the name lead to another server.
func (p *proxy) lead(target string) {
	p.mu.Lock()
	p.target = target
	p.mu.Unlock()
	p.cut(false)
}

// newCache gives the machine's other work time enough; tests of hung servers set a shorter one.
func newCache(t *testing.T, servers ...string) *Cache {
	t.Helper()
	return newCacheWith(t, Config{Servers: servers, Timeout: 5 * time.Second})
}

func newCacheWith(t *testing.T, cfg Config) *Cache {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func get(t *testing.T, c *Cache, key string) (string, bool) {
	t.Helper()
	hits, _ := c.GetMulti(t.Context(), []string{key})
	if countHits(hits) == 0 {
		return "", false
	}
	return string(hits[0]), true
}

// countHits tells how many of the keys were found.
func countHits(hits [][]byte) (n int) {
	for _, value := range hits {
		if value != nil {
			n++
		}
	}
	return n
}

func mustFlush(t *testing.T, c *Cache) {
	t.Helper()
	if err := c.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// fill does what a reader does who misses: it ends with value in memcached or not.
func fill(t *testing.T, c *Cache, key, value string) {
	t.Helper()
	_, f := c.GetMulti(t.Context(), []string{key})
	f.Put(key, []byte(value))
	mustFlush(t, c)
}

func wantHit(t *testing.T, c *Cache, key, want string) {
	t.Helper()
	if got, ok := get(t, c, key); !ok || got != want {
		t.Errorf("%q: got %.40q, %v; want %.40q; %+v", key, got, ok, want, c.Stats())
	}
}

func wantMiss(t *testing.T, c *Cache, key string) {
	t.Helper()
	if got, ok := get(t, c, key); ok {
		t.Errorf("%q: got %.40q, want a miss", key, got)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(60 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never happened: %s", what)
		}
	}
}

// keysOn gives n keys that a cache keeps on the named server.
func keysOn(c *Cache, name string, n int) []string {
	var keys []string
	for i := 0; len(keys) < n; i++ {
		if key := fmt.Sprint("key", i); c.nodes.pick(c.safeKey(key)).name == name {
			keys = append(keys, key)
		}
	}
	return keys
}
