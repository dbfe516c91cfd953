package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/emersion/go-smtp"
)

// signal sends one without waiting for what comes of it.
func (p *Process) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// awaitEnd waits for an end that was asked for.
func (p *Process) awaitEnd(t testing.TB) {
	t.Helper()
	WaitFor(t, "the end of "+p.command, func() bool {
		select {
		case <-p.done:
			return true
		default:
			return false
		}
	})
}

// awaitStopping waits until /readyz tells load balancers to look elsewhere.
func (p *Process) awaitStopping(t testing.TB) {
	t.Helper()
	WaitFor(t, "/readyz to say that it is stopping", func() bool {
		a := Send(t, http.MethodGet, p.URL+"/readyz", nil)
		return a.Status == http.StatusServiceUnavailable && strings.HasPrefix(string(a.Body), `{"state":"stopping"`)
	})
}

// TestServerEndsUnderLoad sends as a load balancer does: until /readyz says that it is stopping. No request fails.
func TestServerEndsUnderLoad(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{})
	server := c.Servers[0]
	var answered atomic.Int64
	stopping := make(chan struct{})
	var load sync.WaitGroup
	for i := range 8 {
		load.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stopping:
					return
				default:
				}
				switch n % 3 {
				case 0:
					try(t, c.sora, server, "HomeFeed", nil)
				case 1:
					try(t, c.sora, server, "Like", Vars{"styleId": c.style})
				case 2:
					try(t, c.minji, server, "Comment", Vars{"styleId": c.style, "body": fmt.Sprintf("%d.%d", i, n)})
				}
				answered.Add(1)
			}
		})
	}
	WaitFor(t, "some hundred answers", func() bool { return answered.Load() >= 200 })
	server.signal(t, syscall.SIGTERM)
	server.awaitStopping(t)
	close(stopping)
	load.Wait()
	server.awaitEnd(t)
	if !server.cmd.ProcessState.Success() {
		t.Errorf("it ended: %v", server.cmd.ProcessState)
	}
	server.Start(t)
	c.Settle(t)
	if a := c.sora.Do(t, "StyleDetail", Vars{"id": c.style}).OK(t); a.Number("style.commentCount") != c.Number(t, `select count(*) from comments`) {
		t.Errorf("%s", a.Body)
	}
}

// slowRequest has sent all but the last byte of a GraphQL request.
func slowRequest(t *testing.T, server *Process) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	body := `{"query":"{__typename}"}`
	_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: e2e\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	if err != nil {
		t.Fatal(err)
	}
	// Only a handler that reads the body says so.
	if line, err := bufio.NewReader(io.LimitReader(conn, 25)).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err = io.WriteString(conn, body[:len(body)-1]); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestRequestInFlightEnds has a request in flight for longer than the drain.
func TestRequestInFlightEnds(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true})
	server := s.Servers[0]
	conn := slowRequest(t, server)
	server.signal(t, syscall.SIGTERM)
	WaitFor(t, "the server to take no more connections", func() bool {
		other, err := net.Dial("tcp", conn.RemoteAddr().String())
		if err == nil {
			_ = other.Close()
		}
		return err != nil
	})
	if _, err := io.WriteString(conn, "}"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 200") || !strings.HasSuffix(string(answer), `{"data":{"__typename":"Query"}}`) {
		t.Errorf("%q, %v", answer, err)
	}
	server.awaitEnd(t)
	if !server.cmd.ProcessState.Success() {
		t.Errorf("it ended: %v\n%s", server.cmd.ProcessState, server.events())
	}
}

// TestSecondSignal is somebody who does not want to wait for the requests in flight.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true})
	server := s.Servers[0]
	slowRequest(t, server)
	server.signal(t, syscall.SIGTERM)
	server.awaitStopping(t)
	server.signal(t, syscall.SIGTERM)
	server.awaitEnd(t)
	if status, ok := server.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended by itself: %v", server.cmd.ProcessState)
	}
}

// mailServer is an SMTP server whose mails say what becomes of them.
type mailServer struct {
	URL   string
	taken atomic.Int64
	// data is asked about each mail that has come whole; an error refuses it.
	data func() error
}

func newMailServer(t *testing.T, data func() error) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{URL: "smtp://" + listener.Addr().String() + "?tls=none", data: data}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return mailSession{m}, nil }))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return m
}

type mailSession struct{ *mailServer }

func (mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (mailSession) Reset()                               {}
func (mailSession) Logout() error                        { return nil }

// Data implements smtp.Session.
func (s mailSession) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	err := s.data()
	if err == nil {
		s.taken.Add(1)
	}
	return err
}

// TestJobInFlightEnds stops a worker whose mail the mail server is just about to take.
func TestJobInFlightEnds(t *testing.T) {
	t.Parallel()
	reached, proceed := make(chan struct{}, 10), make(chan struct{})
	server := newMailServer(t, func() error {
		reached <- struct{}{}
		<-proceed
		return nil
	})
	release := sync.OnceFunc(func() { close(proceed) })
	t.Cleanup(release)
	s := Start(t, Options{Env: []string{"SMTP_URL=" + server.URL}})
	s.SignUp(t, "minji")
	WaitFor(t, "the mail to be sent", func() bool { return len(reached) == 1 })
	s.Worker.signal(t, syscall.SIGTERM)
	WaitFor(t, "the worker to stop", func() bool {
		return Send(t, http.MethodGet, s.Worker.AdminURL+"/readyz", nil).Status == http.StatusServiceUnavailable
	})
	release()
	s.Worker.awaitEnd(t)
	if !s.Worker.cmd.ProcessState.Success() {
		t.Errorf("it ended: %v", s.Worker.cmd.ProcessState)
	}
	if n := s.Number(t, `select count(*) from outbox where kind = 'mail' and done_at is not null and attempts = 0`); n != 1 || server.taken.Load() != 1 {
		t.Errorf("%d mail jobs are done, %d mails were taken", n, server.taken.Load())
	}
}
