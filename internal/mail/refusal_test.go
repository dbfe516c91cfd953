package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

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
			defer func() { _ = conn.Close() }()
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
