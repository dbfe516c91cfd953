package mail

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"styleshare/internal/localize"
)

func get(t *testing.T, url string) (status int, header http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(content)
}

func TestSinkPages(t *testing.T) {
	t.Parallel()
	sink := newSink(t)
	mux := http.NewServeMux()
	mux.Handle("/mail/", http.StripPrefix("/mail", sink.Handler()))
	server := httptest.NewServer(mux)
	defer server.Close()

	if _, _, body := get(t, server.URL+"/mail/"); !strings.Contains(body, "No mail yet") {
		t.Errorf("%s", body)
	}
	if _, _, body := get(t, server.URL+"/mail/messages.json"); strings.TrimSpace(body) != "[]" {
		t.Errorf("%s", body)
	}
	sender := newSender(t, sink.URL())
	first := notification(t)
	second, err := Render(localize.English, PasswordReset, Data{Service: "S<b>hare", Link: "https://example.com/r?token=t", Minutes: 30})
	if err != nil {
		t.Fatal(err)
	}
	second.To, second.IdempotencyKey = "suho@example.com", "reset:1"
	for _, m := range []Message{first, second} {
		if err := sender.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}

	_, header, list := get(t, server.URL+"/mail/")
	if !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") || header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", header)
	}
	newest, oldest := strings.Index(list, `<a href="messages/2">Choose a new password</a>`), strings.Index(list, `<a href="messages/1">`+first.Subject+`</a>`)
	if newest < 0 || oldest < newest || !strings.Contains(list, "minji@example.com") {
		t.Errorf("%s", list)
	}

	var messages []SinkMessage
	_, _, body := get(t, server.URL+"/mail/messages.json")
	if err := json.Unmarshal([]byte(body), &messages); err != nil {
		t.Fatal(err)
	}
	if len(messages) != 2 || messages[0].To[0] != "suho@example.com" || len(messages[0].Links) != 1 ||
		messages[0].Links[0] != "https://example.com/r?token=t" || messages[1].ListUnsubscribe == "" {
		t.Errorf("%s", body)
	}

	_, _, one := get(t, server.URL+"/mail/messages/2")
	for _, part := range []string{`src="2/html"`, `sandbox="allow-popups`, `href="https://example.com/r?token=t"`, "Auto-Submitted: auto-generated", "S&lt;b&gt;hare"} {
		if !strings.Contains(one, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	_, header, html := get(t, server.URL+"/mail/messages/2/html")
	policy := header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "sandbox allow-popups") || strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") ||
		!strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src") {
		t.Errorf("the policy is %q", policy)
	}
	if strings.ReplaceAll(html, "\r\n", "\n") != second.HTML {
		t.Error("the HTML is not what was sent")
	}
	_, header, raw := get(t, server.URL+"/mail/messages/2/raw")
	if !strings.HasPrefix(header.Get("Content-Type"), "text/plain") || header.Get("X-Content-Type-Options") != "nosniff" || raw != string(sink.Messages()[0].Raw) {
		t.Errorf("%v", header)
	}
	if status, _, css := get(t, server.URL+"/mail/sink.css"); status != http.StatusOK || css == "" {
		t.Errorf("sink.css: %d", status)
	}
	for _, path := range []string{"3", "0", "-9223372036854775808", "x", "3/html", "x/raw"} {
		if status, _, _ := get(t, server.URL+"/mail/messages/"+path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// plainSend sends any bytes as a mail.
func plainSend(t *testing.T, sink *Sink, raw string) error {
	t.Helper()
	c, err := smtp.Dial(sink.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.SendMail("a@example.com", []string{"b@example.com"}, strings.NewReader(raw))
}

func TestSinkKeepsTheLastMails(t *testing.T) {
	t.Parallel()
	sink := newSink(t)
	for i := range sinkMessages + 5 {
		sink.keep(SinkMessage{Raw: fmt.Append(nil, i)})
	}
	got := sink.Messages()
	if len(got) != sinkMessages || got[0].ID != sinkMessages+5 || got[sinkMessages-1].ID != 6 {
		t.Errorf("%d mails, from %d to %d", len(got), got[len(got)-1].ID, got[0].ID)
	}
	for range 3 * sinkBytes / sinkMessageBytes {
		sink.keep(SinkMessage{Raw: make([]byte, sinkMessageBytes)})
	}
	total := 0
	for _, m := range sink.Messages() {
		total += len(m.Raw)
	}
	if total > sinkBytes || total != sink.bytes || total < sinkBytes-sinkMessageBytes {
		t.Errorf("%d bytes are kept, counted as %d", total, sink.bytes)
	}
}

func TestSinkRefusesHugeMails(t *testing.T) {
	t.Parallel()
	sink := newSink(t)
	line := strings.Repeat("x", 76) + "\r\n"
	err := plainSend(t, sink, "Subject: big\r\n\r\n"+strings.Repeat(line, sinkMessageBytes/len(line)+1))
	if err == nil || !strings.Contains(err.Error(), "size") {
		t.Errorf("%v", err)
	}
	if n := len(sink.Messages()); n != 0 {
		t.Errorf("%d mails", n)
	}
}

func TestSinkReadsOtherMails(t *testing.T) {
	t.Parallel()
	sink := newSink(t)
	nested := "text"
	for range 20 {
		nested = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + nested
	}
	for raw, want := range map[string]SinkMessage{
		"Subject: plain\r\n\r\nhello http://a.example/x y":                                                                {Subject: "plain", Text: "hello http://a.example/x y\r\n"},
		"Subject: =?utf-8?b?7JWI64WV?=\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n7JWI64WV":  {Subject: "안녕", Text: "안녕"},
		"Subject: html\r\nContent-Type: text/html\r\n\r\n<p>":                                                             {Subject: "html", HTML: "<p>\r\n"},
		"Subject: broken\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhalf": {Subject: "broken", Text: "half"},
		"Subject: bytes\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=FF":            {Subject: "bytes", Text: "\uFFFD\r\n"},
		"no header at all": {},
		nested:             {},
	} {
		if err := plainSend(t, sink, raw); err != nil {
			t.Fatal(err)
		}
		got := sink.Messages()[0]
		if got.Subject != want.Subject || got.Text != want.Text || got.HTML != want.HTML {
			t.Errorf("%.60q became %q %q %q", raw, got.Subject, got.Text, got.HTML)
		}
	}
}

func TestSinkStaysOnLoopback(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "example.com:25", "127.0.0.1"} {
		if sink, err := NewSink(addr); err == nil {
			_ = sink.Close()
			t.Errorf("%q was accepted", addr)
		}
	}
}

func TestSinkCloses(t *testing.T) {
	t.Parallel()
	sink, err := NewSink("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := smtp.Dial(sink.listener.Addr().String()) // an idle connection must not hold it up
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := sink.Close(); err != nil {
		t.Error(err)
	}
	if _, err := smtp.Dial(sink.listener.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}
