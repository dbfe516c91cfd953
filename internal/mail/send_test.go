package mail

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

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
