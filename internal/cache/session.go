package cache

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

var (
	errOtherProcess = errors.New("cache: another memcached process answers now")
	errNotMemcached = errors.New("cache: no memcached answers there")
)

// session is the connections to one memcached process: after a restart, or when the name leads elsewhere, a dial
// finds another process and a new session takes over. Whoever holds a session can only reach its process.
type session struct {
	node   *node
	client *memcache.Client
	pipes  chan *pipe // that wait

	mu      sync.Mutex
	process string       // pid and start; "" before the first dial
	ahead   atomic.Int64 // seconds that memcached's clock is ahead of ours
}

func newSession(n *node) *session {
	s := &session{node: n, pipes: make(chan *pipe, maxPipes)}
	s.client = memcache.NewFromSelector(address(n.name))
	s.client.Timeout = n.cfg.Timeout
	s.client.MaxIdleConns = n.cfg.MaxIdleConns
	s.client.DialContext = s.dial
	return s
}

// dial resolves the name anew each time, so that a node that moved is found.
func (s *session) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	raw, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := raw.SetDeadline(deadline); err != nil {
			raw.Close()
			return nil, err
		}
	}
	process, clock, err := identify(raw)
	if err != nil {
		raw.Close()
		return nil, err
	}
	if !s.belongs(process) {
		raw.Close()
		s.node.replace(s)
		return nil, errOtherProcess
	}
	if clock != 0 {
		s.ahead.Store(clock - time.Now().Unix())
	}
	return &conn{Conn: raw, timeout: s.node.cfg.Timeout}, nil
}

func (s *session) belongs(process string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == "" {
		s.process = process
	}
	return s.process == process
}

// identify asks which memcached process is at the other end, and what time it has. Proxies that know no
// statistics count as one process that never restarts.
func identify(c net.Conn) (process string, clock int64, err error) {
	if _, err := c.Write([]byte("stats\r\n")); err != nil {
		return "", 0, err
	}
	values := map[string]int64{}
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", 0, err
		}
		fields := strings.Fields(line)
		switch {
		case len(fields) == 1 && fields[0] == "END":
			// time - uptime is when the process began: both come from one reading of its clock.
			return fmt.Sprint(values["pid"], "@", values["time"]-values["uptime"]), values["time"], nil
		case len(fields) > 0 && strings.HasSuffix(fields[0], "ERROR"):
			return "?", 0, nil
		case len(fields) < 2 || fields[0] != "STAT":
			return "", 0, errNotMemcached
		case len(fields) == 3:
			if n, err := strconv.ParseInt(fields[2], 10, 64); err == nil {
				values[fields[1]] = n
			}
		}
	}
}

// conn gives a request one deadline, from its last write on. gomemcache sets a new one for each line it reads,
// with which a slow node could hold a caller for the time-out times the number of keys.
type conn struct {
	net.Conn
	timeout time.Duration
}

func (c *conn) Write(b []byte) (int, error) {
	if err := c.Conn.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (c *conn) SetDeadline(time.Time) error { return nil }

// address is a memcache.ServerSelector of one server: which node has a key is decided before gomemcache is asked,
// since each node has its own breaker.
type address string

func (a address) Network() string {
	if strings.HasPrefix(string(a), "/") {
		return "unix"
	}
	return "tcp"
}

func (a address) String() string                      { return string(a) }
func (a address) PickServer(string) (net.Addr, error) { return a, nil }
func (a address) Each(f func(net.Addr) error) error   { return f(a) }
