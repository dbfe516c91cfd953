// Package mail writes and sends the mails of the service, and catches them in a sink while developing and testing.
package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Message is one mail to one person. Render makes it; the caller adds To and IdempotencyKey.
type Message struct {
	// To is a bare address: no name, no list.
	To      string
	Subject string
	Text    string
	HTML    string
	// ListUnsubscribeURL ends mails of this kind when it gets a POST with the body List-Unsubscribe=One-Click,
	// without cookies or any other sign-in (RFC 8058): it must say by itself, unguessably, who unsubscribes from what.
	// Empty for mails that a person asked for. https, or http on loopback.
	ListUnsubscribeURL string
	// IdempotencyKey names the thing that is told. The same key gives the same Message-ID, so that a mail that is
	// sent again after a lost answer can be recognised by the receiving side. It does not appear in the mail itself.
	IdempotencyKey string
}

// compose checks a message and puts it into MIME. What it refuses can never be sent.
func compose(from *mail.Address, m Message) (*gomail.Msg, error) {
	if hasControl(m.To) || hasControl(m.Subject) {
		return nil, errors.New("the address or the subject has a line break or another control character")
	}
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Name != "" || to.Address != m.To {
		return nil, errors.New("the recipient is not a bare address")
	}
	if m.IdempotencyKey == "" || m.Subject == "" || m.Text == "" || m.HTML == "" {
		return nil, errors.New("the message lacks its idempotency key, subject, text or HTML")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(messageID(m.IdempotencyKey, from))
	msg.SetDate()
	// RFC 3834 and its older cousin at Exchange: no out-of-office answers, please.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	if m.ListUnsubscribeURL != "" {
		u, err := unsubscribeURL(m.ListUnsubscribeURL)
		if err != nil {
			return nil, err
		}
		msg.SetListUnsubscribe(u)
		msg.SetListUnsubscribePost()
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}

// messageID is stable and tells nothing about the key.
func messageID(key string, from *mail.Address) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16]) + "@" + domainOf(from)
}

func domainOf(a *mail.Address) string { return a.Address[strings.LastIndexByte(a.Address, '@')+1:] }

// unsubscribeURL is strict about https, which RFC 8058 demands, except where no certificate can be had.
func unsubscribeURL(raw string) (string, error) {
	u, err := webURL(raw)
	if err != nil {
		return "", fmt.Errorf("the unsubscribe URL %w", err)
	}
	if u.Scheme != "https" && !IsOwnNetwork(u.Hostname()) {
		return "", errors.New("the unsubscribe URL must be https")
	}
	return u.String(), nil
}

// webURL takes absolute http and https URLs. Its errors do not repeat the URL: links in mails are secrets.
func webURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("is no absolute web address")
	}
	if strings.ContainsAny(u.String(), "<>\" ") {
		return nil, errors.New("has characters that must be percent-encoded")
	}
	return u, nil
}
