package mail

import (
	"strings"
	"testing"
)

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	const from = "Styleshare <no-reply@example.com>"
	for _, c := range []struct {
		url, from string
		wrong     []string // the variables that must be named
	}{
		{"smtp://user:p%40ss@mail.example.com:587", from, nil},
		{"smtp://mail.example.com", "no-reply@example.com", nil},
		{"smtps://user:pass@mail.example.com", from, nil},
		{"smtp://127.0.0.1:1025?tls=none", from, nil},
		{"smtp://[::1]:1025?tls=none", from, nil},
		{"smtp://localhost:1025?tls=none", "스타일셰어 <no-reply@example.com>", nil},
		{"", "", []string{"SMTP_URL", "MAIL_FROM"}},
		{"smtp://mail.example.com?tls=none", from, []string{"SMTP_URL"}},
		{"smtp://10.0.0.1?tls=none", from, []string{"SMTP_URL"}},
		{"smtp://u:hunter2@127.0.0.1?tls=none", from, []string{"SMTP_URL"}},
		{"smtps://127.0.0.1?tls=none", from, []string{"SMTP_URL"}},
		{"smtp://mail.example.com?tls=maybe", from, []string{"SMTP_URL"}},
		{"smtp://mail.example.com?timeout=3", from, []string{"SMTP_URL"}},
		{"smtp://u:hunter2#x@mail.example.com", from, []string{"SMTP_URL"}},
		{"smtp://u:hunter2/x@mail.example.com", from, []string{"SMTP_URL"}},
		{"smtp://mail.example.com:0", from, []string{"SMTP_URL"}},
		{"smtp://mail.example.com:70000", from, []string{"SMTP_URL"}},
		{"smtp://", from, []string{"SMTP_URL"}},
		{"http://hunter2@mail.example.com", from, []string{"SMTP_URL"}},
		{"mail.example.com:587", from, []string{"SMTP_URL"}},
		{"smtp://mail.example.com", "nobody", []string{"MAIL_FROM"}},
		{"smtp://mail.example.com", "a@example.com, b@example.com", []string{"MAIL_FROM"}},
		{"smtp://mail.example.com", "A\r\nBcc: x@example.com <a@example.com>", []string{"MAIL_FROM"}},
	} {
		errs := Config{URL: c.url, From: c.from}.Validate()
		if len(errs) != len(c.wrong) {
			t.Errorf("%q %q: %v", c.url, c.from, errs)
			continue
		}
		for i, err := range errs {
			if !strings.HasPrefix(err.Error(), c.wrong[i]+": ") {
				t.Errorf("%q: the error does not name %s: %v", c.url, c.wrong[i], err)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows the password: %v", err)
			}
		}
		if _, err := NewSender(Config{URL: c.url, From: c.from}); (err != nil) != (len(c.wrong) > 0) {
			t.Errorf("NewSender(%q, %q): %v", c.url, c.from, err)
		}
	}
}

func TestService(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"스타일셰어 <no-reply@example.com>": "스타일셰어",
		"no-reply@example.com":         "example.com",
	} {
		s, err := NewSender(Config{URL: "smtp://mail.example.com", From: from})
		if err != nil {
			t.Fatal(err)
		}
		if s.Service() != want {
			t.Errorf("the service of %q is %q", from, s.Service())
		}
	}
}
