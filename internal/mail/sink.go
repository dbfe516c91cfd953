package mail

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// The limits of a sink. They bound its memory to about three times sinkBytes: the raw mail and its decoded parts.
const (
	sinkMessages     = 200
	sinkBytes        = 16 << 20
	sinkMessageBytes = 2 << 20
	sinkRecipients   = 50
	sinkIdle         = time.Minute
)

// SinkMessage is a mail that a Sink caught.
type SinkMessage struct {
	// ID counts from 1 in the order of arrival.
	ID         int64     `json:"id"`
	ReceivedAt time.Time `json:"receivedAt"`
	// From and To are those of the envelope.
	From    string   `json:"from"`
	To      []string `json:"to"`
	Subject string   `json:"subject"`
	Text    string   `json:"text"`
	HTML    string   `json:"-"`
	// Links are the web addresses of Text, in their order.
	Links           []string `json:"links"`
	ListUnsubscribe string   `json:"listUnsubscribe,omitempty"`
	Raw             []byte   `json:"-"`
}

// Header is the header of the mail as it was received.
func (m *SinkMessage) Header() string {
	header, _, _ := bytes.Cut(m.Raw, []byte("\r\n\r\n"))
	return string(header)
}

// Sink is an SMTP server that delivers nothing: it keeps the last mails in memory, to be read by people and tests.
// The mails hold sign-in links, so it listens on loopback only, and its pages belong on an address that is not public.
type Sink struct {
	listener net.Listener
	server   *smtp.Server
	done     chan struct{}

	mu       sync.Mutex
	messages []SinkMessage // oldest first
	bytes    int
	lastID   int64
}

// NewSink starts a sink on a loopback address such as 127.0.0.1:0, where 0 takes a free port.
func NewSink(addr string) (*Sink, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("mail sink: %w", err)
	}
	if !isLoopback(host) {
		return nil, fmt.Errorf("mail sink: %s is no loopback address", addr)
	}
	listener, err := net.Listen("tcp", addr) //nolint:noctx // loopback: there is nothing to wait for
	if err != nil {
		return nil, fmt.Errorf("mail sink: %w", err)
	}
	s := &Sink{listener: listener, done: make(chan struct{})}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &sinkSession{sink: s}, nil
	}))
	s.server.Domain = "localhost"
	s.server.MaxMessageBytes = sinkMessageBytes
	s.server.MaxRecipients = sinkRecipients
	s.server.ReadTimeout = sinkIdle
	s.server.WriteTimeout = sinkIdle
	s.server.EnableSMTPUTF8 = true
	s.server.ErrorLog = slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug)
	go func() {
		defer close(s.done)
		_ = s.server.Serve(listener) // returns when Close closes the listener
	}()
	return s, nil
}

// URL is what SMTP_URL is set to for mails to end up here.
func (s *Sink) URL() string { return "smtp://" + s.listener.Addr().String() + "?tls=none" }

// Messages gives what is kept, newest first. A mail is here by the time its Send has returned.
func (s *Sink) Messages() []SinkMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest := append([]SinkMessage{}, s.messages...) // never nil: JSON says []
	slices.Reverse(newest)
	return newest
}

// Close stops the server, ends its connections and waits until it has stopped. What was caught stays readable.
func (s *Sink) Close() error {
	err := errors.Join(s.server.Close(), s.listener.Close())
	<-s.done
	if errors.Is(err, net.ErrClosed) || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

func (s *Sink) message(id int64) (SinkMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := slices.BinarySearchFunc(s.messages, id, func(m SinkMessage, id int64) int { return cmp.Compare(m.ID, id) })
	if !found {
		return SinkMessage{}, false
	}
	return s.messages[i], true
}

// keep adds a mail and lets the oldest go until everything is within the limits.
func (s *Sink) keep(m SinkMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	m.ID = s.lastID
	s.messages = append(s.messages, m)
	s.bytes += len(m.Raw)
	drop := 0
	for len(s.messages)-drop > sinkMessages || s.bytes > sinkBytes {
		s.bytes -= len(s.messages[drop].Raw)
		drop++
	}
	s.messages = slices.Delete(s.messages, 0, drop)
}

type sinkSession struct {
	sink *Sink
	from string
	to   []string
}

func (s *sinkSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *sinkSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := SinkMessage{ReceivedAt: time.Now().UTC(), From: s.from, To: slices.Clone(s.to), Raw: raw}
	m.decode()
	s.sink.keep(m)
	return nil
}

func (s *sinkSession) Reset() { s.from, s.to = "", nil }

func (s *sinkSession) Logout() error { return nil }
