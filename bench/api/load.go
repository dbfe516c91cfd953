package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many ask at the same time, each for the next thing once it has the answer.
const connections = 16

// bounds end a load: whichever comes first.
type bounds struct {
	count int
	time  time.Duration
}

// outcome is what came of a load.
type outcome struct {
	count     int
	elapsed   time.Duration
	latencies []float64 // milliseconds
}

// drive sends the requests in turn, beginning with number from, over connections that stay open. It costs little itself:
// requests are bytes, and answers are looked at only for errors.
func drive(ctx context.Context, address string, requests [][]byte, from int, b bounds) (outcome, error) {
	var next atomic.Int64
	began := time.Now()
	deadline := began.Add(b.time)
	outcomes, errs := make([]outcome, connections), make([]error, connections)
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() {
			c := &client{address: address}
			defer c.close()
			o := &outcomes[i]
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				sent := time.Now()
				if n >= b.count || sent.After(deadline) {
					return
				}
				if _, errs[i] = c.ask(requests[(from+n)%len(requests)]); errs[i] != nil {
					return
				}
				o.latencies = append(o.latencies, float64(time.Since(sent).Microseconds())/1000)
				o.count++
			}
		})
	}
	wg.Wait()
	total := outcome{elapsed: time.Since(began)}
	for _, o := range outcomes {
		total.count += o.count
		total.latencies = append(total.latencies, o.latencies...)
	}
	return total, errors.Join(errors.Join(errs...), ctx.Err())
}

// client is one connection.
type client struct {
	address string
	conn    net.Conn
	in      *bufio.Reader
	body    []byte
}

// answerTimeout is longer than any answer takes.
const answerTimeout = 30 * time.Second

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// ask sends a request and gives the answer's body, until the next ask. Whatever is no answer with data is an error.
func (c *client) ask(request []byte) ([]byte, error) {
	kept := c.conn != nil
	status, err := c.exchange(request)
	if err != nil && kept && (errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)) {
		// The server has closed a connection that it had kept, which it may.
		c.close()
		status, err = c.exchange(request)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	if status != 200 || bytes.Contains(c.body, []byte(`"errors":`)) || !bytes.Contains(c.body, []byte(`"data":`)) {
		return nil, fmt.Errorf("status %d: %.300s", status, c.body)
	}
	return c.body, nil
}

func (c *client) exchange(request []byte) (status int, err error) {
	if c.conn == nil {
		var d net.Dialer
		if c.conn, err = d.Dial("tcp4", c.address); err != nil {
			c.conn = nil
			return 0, err
		}
		c.in = bufio.NewReaderSize(c.conn, 64<<10)
	}
	if err = c.conn.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return 0, err
	}
	if _, err = c.conn.Write(request); err != nil {
		return 0, err
	}
	return c.read()
}

// read reads an answer of HTTP/1.1, as far as the contenders make use of it.
func (c *client) read() (status int, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("no status: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, err
	}
	length, chunked, closes := 0, false, false
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		name, value, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(":"))
		if !ok {
			break
		}
		value = bytes.TrimSpace(value)
		switch {
		case equal(name, "content-length"):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		case equal(name, "transfer-encoding"):
			chunked = equal(value, "chunked")
		case equal(name, "connection"):
			closes = equal(value, "close")
		}
	}
	c.body = c.body[:0]
	if chunked {
		err = c.readChunks()
	} else {
		err = c.readBody(length)
	}
	if closes {
		c.close()
	}
	return status, err
}

func equal(b []byte, text string) bool {
	return len(b) == len(text) && strings.EqualFold(string(b), text)
}

func (c *client) readChunks() error {
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return err
		}
		if err = c.readBody(int(n)); err != nil {
			return err
		}
		if _, err = c.in.Discard(len("\r\n")); err != nil || n == 0 {
			return err
		}
	}
}

func (c *client) readBody(n int) error {
	at := len(c.body)
	if cap(c.body) < at+n {
		c.body = append(make([]byte, 0, 2*(at+n)), c.body...)
	}
	c.body = c.body[:at+n]
	_, err := io.ReadFull(c.in, c.body[at:])
	return err
}
