package mail

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
)

// Config says where mail goes out and in whose name.
type Config struct {
	// URL is the server that takes the mail:
	//   smtp://user:password@host:587    STARTTLS, required (587 is the default port)
	//   smtps://user:password@host:465   TLS from the first byte (465 is the default port)
	//   smtp://127.0.0.1:1025?tls=none   no encryption, loopback only
	// User and password are percent-encoded. Certificates are verified.
	URL string `env:"SMTP_URL"`
	// From is the sender, with or without a name: Styleshare <no-reply@example.com>. The name signs the mails.
	From string `env:"MAIL_FROM"`
}

// Validate finds every mistake and names the variable it is in.
func (c Config) Validate() []error {
	var errs []error
	if _, err := parseURL(c.URL); err != nil {
		errs = append(errs, fmt.Errorf("SMTP_URL: %w", err))
	}
	if _, err := parseFrom(c.From); err != nil {
		errs = append(errs, fmt.Errorf("MAIL_FROM: %w", err))
	}
	return errs
}

type encryption int

const (
	startTLS encryption = iota
	implicitTLS
	noTLS
)

type server struct {
	host       string
	port       int
	encryption encryption
	user       string
	password   string
}

// parseURL never repeats the URL in its errors, because there is a password in it.
func parseURL(raw string) (server, error) {
	if raw == "" {
		return server{}, errors.New("is missing; write it like smtp://user:password@host:587")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return server{}, errors.New("is no URL; characters like @ / # in the password must be percent-encoded")
	}
	s := server{host: u.Hostname(), user: u.User.Username()}
	s.password, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
		s.encryption, s.port = startTLS, 587
	case "smtps":
		s.encryption, s.port = implicitTLS, 465
	default:
		return server{}, errors.New("must begin with smtp:// or smtps://")
	}
	if s.host == "" {
		return server{}, errors.New("names no host")
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return server{}, errors.New("the port must be between 1 and 65535")
		}
	}
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return server{}, errors.New("has something after the port; characters like / # in the password must be percent-encoded")
	}
	return s, s.applyQuery(u)
}

func (s *server) applyQuery(u *url.URL) error {
	for key, values := range u.Query() {
		if key != "tls" || len(values) != 1 || values[0] != "none" {
			return errors.New("the only option is ?tls=none")
		}
		if s.encryption == implicitTLS {
			return errors.New("smtps and tls=none contradict each other")
		}
		if !isLoopback(s.host) {
			return errors.New("tls=none is for loopback addresses only")
		}
		if s.user != "" {
			return errors.New("a password is not sent without encryption: leave out user and password, or tls=none")
		}
		s.encryption = noTLS
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// IsOwnNetwork tells whether a host is this machine or, by its address, in a private network: nobody else reaches it, and no
// authority certifies it. Links in mails need https everywhere else.
func IsOwnNetwork(host string) bool {
	ip := net.ParseIP(host)
	return isLoopback(host) || ip != nil && ip.IsPrivate()
}

func parseFrom(raw string) (*mail.Address, error) {
	if raw == "" {
		return nil, errors.New("is missing; write it like Styleshare <no-reply@example.com>")
	}
	if hasControl(raw) {
		return nil, errors.New("has a line break or another control character")
	}
	a, err := mail.ParseAddress(raw)
	if err != nil {
		return nil, errors.New("is no address; write it like Styleshare <no-reply@example.com>")
	}
	return a, nil
}

// hasControl finds what could end a header line, and its relatives.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7F || r == 0x85 || r == 0x2028 || r == 0x2029 })
}
