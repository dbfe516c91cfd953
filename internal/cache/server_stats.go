package cache

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// ServerStats is what one memcached tells of itself, since it started.
type ServerStats struct {
	Name, Version           string
	Uptime                  time.Duration
	Hits, Misses, Evictions uint64
	Items, Bytes, MaxBytes  uint64
}

// AskServers asks each server of a list; errs are those that do not answer, by the same index.
func AskServers(ctx context.Context, servers []string) (stats []ServerStats, errs []error) {
	stats, errs = make([]ServerStats, len(servers)), make([]error, len(servers))
	for i, server := range servers {
		if stats[i], errs[i] = askServer(ctx, server); errs[i] != nil {
			errs[i] = fmt.Errorf("cache: %s: %w", server, errs[i])
		}
	}
	return stats, errs
}

// askTimeout is longer than a request's: nobody waits for the answer but an operator.
const askTimeout = 2 * time.Second

func askServer(ctx context.Context, server string) (s ServerStats, err error) {
	network := "tcp"
	if strings.HasPrefix(server, "/") {
		network = "unix"
	}
	dialer := net.Dialer{Timeout: askTimeout}
	conn, err := dialer.DialContext(ctx, network, server)
	if err != nil {
		return s, err
	}
	defer conn.Close()
	if err = conn.SetDeadline(time.Now().Add(askTimeout)); err != nil {
		return s, err
	}
	if _, err = conn.Write([]byte("stats\r\n")); err != nil {
		return s, err
	}
	s.Name = server
	numbers := map[string]*uint64{"get_hits": &s.Hits, "get_misses": &s.Misses, "evictions": &s.Evictions,
		"curr_items": &s.Items, "bytes": &s.Bytes, "limit_maxbytes": &s.MaxBytes}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		line := lines.Text()
		if line == "END" {
			return s, nil
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "STAT "), " ")
		if !ok || !strings.HasPrefix(line, "STAT ") {
			return s, errNotMemcached
		}
		switch into := numbers[name]; {
		case into != nil:
			*into, _ = strconv.ParseUint(value, 10, 64)
		case name == "version":
			s.Version = value
		case name == "uptime":
			seconds, _ := strconv.Atoi(value)
			s.Uptime = time.Duration(seconds) * time.Second
		}
	}
	if err = lines.Err(); err == nil {
		err = errNotMemcached
	}
	return s, err
}
