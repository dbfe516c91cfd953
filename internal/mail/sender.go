package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// timeout bounds each step of an SMTP conversation. RFC 5321 allows servers minutes, but a worker that waits that long
// is better off with a later attempt.
const timeout = 20 * time.Second

// Sender sends mails over SMTP, each over a connection of its own. It is safe for concurrent use.
type Sender struct {
	server server
	from   *mail.Address
	tls    *tls.Config
}

// NewSender makes a Sender; it does not connect yet.
func NewSender(c Config) (*Sender, error) {
	if err := errors.Join(c.Validate()...); err != nil {
		return nil, err
	}
	s, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	from, err := parseFrom(c.From)
	if err != nil {
		return nil, err
	}
	return &Sender{server: s, from: from, tls: &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}}, nil
}

// Service is the name that the mails are signed with: the name in MAIL_FROM, or the domain where it has none.
func (s *Sender) Service() string {
	if s.from.Name != "" {
		return s.from.Name
	}
	return domainOf(s.from)
}

// Send hands a message over to the server; nil means that the server has taken responsibility for it. IsPermanent tells
// whether another attempt makes sense. Its errors hold neither the recipient nor anything of the message.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg, err := compose(s.from, m)
	if err != nil {
		return &Error{step: "compose", permanent: true, cause: err}
	}
	var link connection
	defer link.close()
	client, err := s.client(ctx, &link)
	if err != nil {
		return &Error{step: "set up", cause: err}
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return &Error{step: "connect", cause: errors.Join(context.Cause(ctx), err)}
	}
	err = client.SendWithSMTPClient(conn, msg)
	if msg.IsDelivered() {
		// Whatever fails after the server took the message must not lead to a second one.
		_ = client.CloseWithSMTPClient(conn)
		return nil
	}
	return refusal(ctx, err)
}

func (s *Sender) client(ctx context.Context, link *connection) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.server.port),
		gomail.WithTimeout(timeout),
		gomail.WithTLSConfig(s.tls),
		gomail.WithTLSPolicy(gomail.TLSMandatory),
		gomail.WithoutNoop(),
		gomail.WithoutRset(),
		gomail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
			return link.dial(ctx, dialing, s, network, address)
		}),
	}
	switch s.server.encryption {
	case startTLS: // mandatory, as it stands above
	case noTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case implicitTLS:
		options = append(options, gomail.WithSSL())
	}
	if s.server.user != "" {
		options = append(options,
			gomail.WithUsername(s.server.user), gomail.WithPassword(s.server.password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(s.server.host, options...)
}

// connection keeps the network connection in reach: the client itself neither listens to the context once it is
// connected nor closes the connection when the greeting or the sign-in fails.
type connection struct {
	conn net.Conn
	stop func() bool
}

func (l *connection) dial(sending, dialing context.Context, s *Sender, network, address string) (net.Conn, error) {
	var d interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	} = &net.Dialer{}
	if s.server.encryption == implicitTLS {
		d = &tls.Dialer{Config: s.tls}
	}
	conn, err := d.DialContext(dialing, network, address)
	if err != nil {
		return nil, err
	}
	l.conn = conn
	l.stop = context.AfterFunc(sending, func() { _ = conn.Close() })
	return conn, nil
}

func (l *connection) close() {
	if l.conn != nil {
		l.stop()
		_ = l.conn.Close()
	}
}

// Error is a mail that was not sent.
type Error struct {
	step      string
	code      int
	enhanced  string
	permanent bool
	cause     error
}

// Error leaves the server's sentence out: it usually repeats the recipient's address.
func (e *Error) Error() string {
	s := "mail: " + e.step
	if e.code != 0 {
		s += fmt.Sprintf(": the server answered %d %s", e.code, e.enhanced)
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause where there is one that may be shown.
func (e *Error) Unwrap() error { return e.cause }

// IsPermanent tells that sending the same message again cannot help: the server refused this recipient or this content
// for good (5xx), or the message is malformed. Everything else is worth a retry, also a refused sign-in or a refused
// sender address: those are faults of the configuration, which an operator puts right.
func IsPermanent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.permanent
}

func refusal(ctx context.Context, err error) *Error {
	if cause := context.Cause(ctx); cause != nil {
		return &Error{step: "send", cause: cause}
	}
	s, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return &Error{step: "send", cause: errors.New("unknown failure")}
	}
	e := &Error{step: s.Reason.String(), code: s.ErrorCode(), enhanced: s.EnhancedStatusCode()}
	switch s.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		e.permanent = e.code >= 500 && e.code <= 599
	default: // not about this recipient or this content
	}
	if e.code == 0 {
		e.cause = errors.New("the connection broke")
	}
	return e
}
