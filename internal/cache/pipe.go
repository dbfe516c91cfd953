package cache

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/bradfitz/gomemcache/memcache"
)

// maxPipes is how many connections of one session wait for stores at most: the fills of all workers, and one rewrite.
const maxPipes = queueWorkers + 1

// pipe is a connection by which entries are stored many at a time, in one round trip: gomemcache's client takes one for each.
type pipe struct {
	conn net.Conn
	r    *bufio.Reader
	w    *bufio.Writer
}

// storing is one entry on its way: an add where its CasID is 0, else a compare-and-swap.
type storing struct {
	memcache.Item
	// touch is the expiry in seconds that what lies there then gets at once, 0 for none.
	touch int32
	// err is memcached's answer.
	err error
}

// store stores entries in their order. An error is of the connection; those that memcached gives are with the entries.
func (s *session) store(entries []storing) error {
	if len(entries) == 0 {
		return nil
	}
	p, err := s.pipe()
	if err == nil {
		if err = p.store(entries); err == nil {
			s.keep(p)
			return nil
		}
		_ = p.conn.Close() // nobody knows what it would answer next
	}
	return err
}

func (s *session) pipe() (*pipe, error) {
	select {
	case p := <-s.pipes:
		return p, nil
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.node.cfg.Timeout)
	defer cancel()
	to := address(s.node.name)
	c, err := s.dial(ctx, to.Network(), to.String())
	if err != nil {
		return nil, err
	}
	return &pipe{c, bufio.NewReader(c), bufio.NewWriter(c)}, nil
}

func (s *session) keep(p *pipe) {
	select {
	case s.pipes <- p:
	default:
		_ = p.conn.Close() // nothing is under way
	}
}

// close closes the connections that wait; what is under way goes on.
func (s *session) close() {
	_ = s.client.Close()
	for {
		select {
		case p := <-s.pipes:
			_ = p.conn.Close()
		default:
			return
		}
	}
}

func (p *pipe) store(entries []storing) error {
	for i := range entries {
		p.write(&entries[i])
	}
	if err := p.w.Flush(); err != nil { // also where a write before it has failed
		return err
	}
	for i := range entries {
		e := &entries[i]
		var err error
		if e.err, err = p.answer(); err != nil {
			return err
		}
		if e.touch != 0 {
			if _, err = p.answer(); err != nil { // nothing is there, where the add was late
				return err
			}
		}
	}
	return nil
}

func (p *pipe) write(e *storing) {
	b := p.w.AvailableBuffer()
	if e.CasID == 0 {
		b = append(b, "add "...)
	} else {
		b = append(b, "cas "...)
	}
	b = append(append(b, e.Key...), " 0 "...)
	b = append(strconv.AppendInt(b, int64(e.Expiration), 10), ' ')
	b = strconv.AppendInt(b, int64(len(e.Value)), 10)
	if e.CasID != 0 {
		b = strconv.AppendUint(append(b, ' '), e.CasID, 10)
	}
	_, _ = p.w.Write(append(b, "\r\n"...)) // Flush tells
	_, _ = p.w.Write(e.Value)
	_, _ = p.w.WriteString("\r\n")
	if e.touch != 0 {
		_, _ = fmt.Fprintf(p.w, "touch %s %d\r\n", e.Key, e.touch)
	}
}

// answer reads one line: what memcached thinks of one command, nil where it was done.
func (p *pipe) answer() (refused, err error) {
	line, err := p.r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	switch line = strings.TrimSuffix(line, "\r\n"); {
	case line == "STORED", line == "TOUCHED":
		return nil, nil
	case line == "NOT_STORED":
		return memcache.ErrNotStored, nil
	case line == "EXISTS":
		return memcache.ErrCASConflict, nil
	case line == "NOT_FOUND":
		return memcache.ErrCacheMiss, nil
	case strings.HasPrefix(line, "SERVER_ERROR"):
		return fmt.Errorf("cache: memcached refuses an entry: %q", line), nil
	}
	return nil, fmt.Errorf("cache: memcached answers %q to an entry", line)
}

// isTaken tells whether an entry was not stored because another is there, or none any more.
func isTaken(err error) bool {
	return errors.Is(err, memcache.ErrNotStored) || errors.Is(err, memcache.ErrCASConflict) || errors.Is(err, memcache.ErrCacheMiss)
}
