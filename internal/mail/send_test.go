package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"styleshare/internal/localize"
)

func newSink(t *testing.T) *Sink {
	t.Helper()
	sink, err := NewSink("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	})
	return sink
}

func newSender(t *testing.T, url string) *Sender {
	t.Helper()
	s, err := NewSender(Config{URL: url, From: "스타일셰어 <no-reply@styleshare.example>"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func notification(t *testing.T) Message {
	t.Helper()
	m, err := Render(localize.Korean, Notification, complete)
	if err != nil {
		t.Fatal(err)
	}
	m.To, m.IdempotencyKey = "minji@example.com", "notification:7:3"
	return m
}

// readAlternative reads multipart/alternative with the standard library only.
func readAlternative(t *testing.T, m *netmail.Message) (text, html string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%q: %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	var got []string
	for _, want := range []string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		if part.Header.Get("Content-Type") != want || part.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Fatalf("part %v, want %s", part.Header, want)
		}
		content, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.ReplaceAll(string(content), "\r\n", "\n"))
	}
	if _, err := parts.NextRawPart(); !errors.Is(err, io.EOF) {
		t.Fatalf("there is a third part: %v", err)
	}
	return got[0], got[1]
}

func TestSend(t *testing.T) {
	t.Parallel()
	sink := newSink(t)
	m := notification(t)
	if err := newSender(t, sink.URL()).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	caught := sink.Messages()
	if len(caught) != 1 {
		t.Fatalf("%d mails", len(caught))
	}
	if caught[0].From != "no-reply@styleshare.example" || len(caught[0].To) != 1 || caught[0].To[0] != m.To {
		t.Errorf("the envelope is from %s to %v", caught[0].From, caught[0].To)
	}
	for line := range strings.SplitSeq(caught[0].Header(), "\r\n") {
		if len(line) > 78 && !strings.Contains(line, "http") || strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("a header line is too long or not ASCII: %q", line)
		}
	}
	read, err := netmail.ReadMessage(bytes.NewReader(caught[0].Raw))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"To":                       "<minji@example.com>",
		"List-Unsubscribe":         "<https://example.com/unsubscribe?token=u&k=l>",
		"List-Unsubscribe-Post":    "List-Unsubscribe=One-Click",
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "All",
		"User-Agent":               "",
		"X-Mailer":                 "",
	} {
		if got := read.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	from, err := read.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "스타일셰어" || from[0].Address != "no-reply@styleshare.example" {
		t.Errorf("From: %v %v", from, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("Subject: %q %v", subject, err)
	}
	if date, err := read.Header.Date(); err != nil || time.Since(date).Abs() > time.Hour {
		t.Errorf("Date: %v %v", date, err)
	}
	text, html := readAlternative(t, read)
	if text != m.Text || html != m.HTML {
		t.Error("the parts are not what was sent")
	}
	if caught[0].Subject != m.Subject || strings.ReplaceAll(caught[0].HTML, "\r\n", "\n") != m.HTML {
		t.Error("the sink shows something else")
	}
}

func TestMessageIDIsStable(t *testing.T) {
	t.Parallel()
	sink := newSink(t)
	sender := newSender(t, sink.URL())
	for _, key := range []string{"a", "a", "b"} {
		m := notification(t)
		m.IdempotencyKey = key
		if err := sender.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, m := range sink.Messages() {
		read, err := netmail.ReadMessage(bytes.NewReader(m.Raw))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, read.Header.Get("Message-Id"))
	}
	if len(ids) != 3 || ids[1] != ids[2] || ids[0] == ids[1] {
		t.Errorf("%v", ids)
	}
	if !regexp.MustCompile(`^<[0-9a-f]{32}@styleshare\.example>$`).MatchString(ids[0]) {
		t.Errorf("%q is no Message-ID", ids[0])
	}
}

func TestMailsThatPeopleAskedForHaveNoUnsubscribe(t *testing.T) {
	t.Parallel()
	sink := newSink(t)
	m, err := Render(localize.English, VerifyEmail, Data{Service: "Styleshare", Link: "https://example.com/v"})
	if err != nil {
		t.Fatal(err)
	}
	m.To, m.IdempotencyKey = "minji@example.com", "verify:1"
	if err := newSender(t, sink.URL()).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if h := sink.Messages()[0].Header(); strings.Contains(h, "List-Unsubscribe") || !strings.Contains(h, "Subject: Confirm your e-mail address") {
		t.Errorf("%s", h)
	}
}

func TestMalformedMessagesAreRefusedForGood(t *testing.T) {
	t.Parallel()
	sink := newSink(t)
	sender := newSender(t, sink.URL())
	for name, change := range map[string]func(*Message){
		"break in the subject":     func(m *Message) { m.Subject = "Hello\r\nBcc: victim@example.com" },
		"newline in the subject":   func(m *Message) { m.Subject = "Hello\nBcc: victim@example.com" },
		"break in the recipient":   func(m *Message) { m.To = "minji@example.com\r\nBcc: victim@example.com" },
		"NUL in the recipient":     func(m *Message) { m.To = "minji\x00@example.com" },
		"two recipients":           func(m *Message) { m.To = "minji@example.com, victim@example.com" },
		"recipient with a name":    func(m *Message) { m.To = "Minji <minji@example.com>" },
		"no recipient":             func(m *Message) { m.To = "" },
		"no key":                   func(m *Message) { m.IdempotencyKey = "" },
		"no text":                  func(m *Message) { m.Text = "" },
		"break in the unsubscribe": func(m *Message) { m.ListUnsubscribeURL = "https://example.com/\r\nBcc: victim@example.com" },
		"second unsubscribe":       func(m *Message) { m.ListUnsubscribeURL = "https://example.com/?a=>,<mailto:victim@example.com" },
		"plain unsubscribe":        func(m *Message) { m.ListUnsubscribeURL = "http://example.com/unsubscribe" },
	} {
		m := notification(t)
		change(&m)
		err := sender.Send(t.Context(), m)
		if !IsPermanent(err) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "example.com") {
			t.Errorf("%s: the error shows an address: %v", name, err)
		}
	}
	if n := len(sink.Messages()); n != 0 {
		t.Errorf("%d mails went out", n)
	}
	m := notification(t)
	m.ListUnsubscribeURL = "http://127.0.0.1:8080/unsubscribe?token=u"
	if err := sender.Send(t.Context(), m); err != nil {
		t.Errorf("a developer's own machine: %v", err)
	}
}

// stern is an SMTP server that answers one command with an error.
type stern struct {
	command string
	answer  *smtp.SMTPError
}

func (s stern) at(command string) error {
	if s.command == command {
		return s.answer
	}
	return nil
}
func (s stern) NewSession(*smtp.Conn) (smtp.Session, error) { return s, s.at("EHLO") }
func (s stern) Mail(string, *smtp.MailOptions) error        { return s.at("MAIL") }
func (s stern) Rcpt(string, *smtp.RcptOptions) error        { return s.at("RCPT") }
func (s stern) Data(r io.Reader) error                      { _, _ = io.Copy(io.Discard, r); return s.at("DATA") }
func (s stern) Reset()                                      {}
func (s stern) Logout() error                               { return nil }
func (s stern) AuthMechanisms() []string                    { return []string{sasl.Plain} }
func (s stern) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "user" || password != "p@ss/word" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func serve(t *testing.T, backend smtp.Backend, config *tls.Config, implicit bool) net.Addr {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(backend)
	server.TLSConfig = config
	server.ErrorLog = quiet{}
	serving := listener
	if implicit {
		serving = tls.NewListener(listener, config)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(serving) }()
	t.Cleanup(func() { _ = server.Close(); _ = listener.Close(); <-done })
	return listener.Addr()
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func TestTemporaryAndPermanent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		command   string
		code      int
		enhanced  smtp.EnhancedCode
		permanent bool
	}{
		{"RCPT", 451, smtp.EnhancedCode{4, 7, 1}, false},
		{"RCPT", 550, smtp.EnhancedCode{5, 1, 1}, true},
		{"DATA", 452, smtp.EnhancedCode{4, 3, 1}, false},
		{"DATA", 554, smtp.EnhancedCode{5, 7, 1}, true},
		{"MAIL", 451, smtp.EnhancedCode{4, 3, 0}, false},
		{"MAIL", 550, smtp.EnhancedCode{5, 7, 1}, false}, // the sender's fault, not the recipient's
		{"EHLO", 421, smtp.EnhancedCode{4, 3, 2}, false},
		{"EHLO", 554, smtp.EnhancedCode{5, 3, 2}, false},
	} {
		addr := serve(t, stern{c.command, &smtp.SMTPError{Code: c.code, EnhancedCode: c.enhanced, Message: "<minji@example.com> is refused"}}, nil, false)
		err := newSender(t, "smtp://"+addr.String()+"?tls=none").Send(t.Context(), notification(t))
		if err == nil || IsPermanent(err) != c.permanent {
			t.Errorf("%s %d: %v, permanent: %v", c.command, c.code, err, IsPermanent(err))
		}
		if c.command != "EHLO" && err != nil && strings.Contains(err.Error(), "minji") {
			t.Errorf("%s %d: the error shows the recipient: %v", c.command, c.code, err)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	_ = listener.Close()
	err = newSender(t, "smtp://"+addr+"?tls=none").Send(t.Context(), notification(t))
	if err == nil || IsPermanent(err) {
		t.Errorf("%v", err)
	}
}

// A server that hangs after any step is left as soon as the context ends.
func TestCancel(t *testing.T) {
	t.Parallel()
	for _, script := range [][]string{
		{},
		{"220 hi\r\n"},
		{"220 hi\r\n", "250 hi\r\n"},
		{"220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"},
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		hung := make(chan struct{})
		go func() {
			defer close(hung)
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			buffer := make([]byte, 4096)
			for i, line := range script {
				if i > 0 {
					_, _ = conn.Read(buffer)
				}
				_, _ = io.WriteString(conn, line)
			}
			cancel()
			_, _ = io.Copy(io.Discard, conn) // ends when the sender closes the connection
		}()
		err = newSender(t, "smtp://"+listener.Addr().String()+"?tls=none").Send(ctx, notification(t))
		if !errors.Is(err, context.Canceled) || IsPermanent(err) {
			t.Errorf("after %d lines: %v", len(script), err)
		}
		<-hung
		_ = listener.Close()
	}
}

func TestTLSAndSignIn(t *testing.T) {
	t.Parallel()
	certified := httptest.NewTLSServer(nil)
	defer certified.Close()
	config := &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())

	for _, c := range []struct {
		scheme, user string
		trusted      bool
		want         string
	}{
		{"smtp", "user:p%40ss%2Fword@", true, ""},
		{"smtps", "user:p%40ss%2Fword@", true, ""},
		{"smtp", "", true, ""},
		{"smtp", "user:wrong@", true, "535"},
		{"smtps", "user:wrong@", true, "535"},
		{"smtp", "user:p%40ss%2Fword@", false, "certificate"},
		{"smtps", "user:p%40ss%2Fword@", false, "certificate"},
	} {
		addr := serve(t, stern{}, config, c.scheme == "smtps")
		sender := newSender(t, c.scheme+"://"+c.user+addr.String())
		if c.trusted {
			sender.tls.RootCAs = roots
		}
		err := sender.Send(t.Context(), notification(t))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s://%s trusted %v: %v", c.scheme, c.user, c.trusted, err)
		}
		if IsPermanent(err) {
			t.Errorf("%v is permanent", err)
		}
		if err != nil && strings.Contains(err.Error(), base64.StdEncoding.EncodeToString([]byte("\x00user\x00wrong"))) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	// A server that offers no STARTTLS gets nothing.
	err := newSender(t, "smtp://"+serve(t, stern{}, nil, false).String()).Send(t.Context(), notification(t))
	if err == nil || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("without STARTTLS: %v", err)
	}
}
