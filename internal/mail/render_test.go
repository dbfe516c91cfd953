package mail

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"styleshare/internal/localize"
)

var complete = Data{
	Service:        "Styleshare",
	Name:           "민지",
	Message:        "수호님 외 12명이 회원님의 스타일을 좋아해요",
	Link:           "https://example.com/go?token=a&b=c",
	Minutes:        30,
	Until:          "25 December 2026",
	PictureURL:     "https://cdn.example.com/p.jpg?x=1&y=2",
	UnsubscribeURL: "https://example.com/unsubscribe?token=u&k=l",
	News:           []Item{{Text: "수호님이 회원님을 팔로우해요", Link: "https://example.com/n?a&b"}},
	Styles: []Item{{Text: "하나", Link: "https://example.com/1", PictureURL: "https://cdn.example.com/1.jpg"}, {Text: "둘", Link: "https://example.com/2"},
		{Text: "셋", Link: "https://example.com/3", PictureURL: "https://cdn.example.com/3.jpg"}},
}

func TestEveryMailInEveryLanguage(t *testing.T) {
	t.Parallel()
	unresolved := regexp.MustCompile(`mail\.[a-z_.]+|\{\d|ZgotmplZ|<no value>`)
	subjects := map[string]bool{}
	for _, lang := range localize.Languages {
		for _, kind := range []Kind{VerifyEmail, PasswordReset, PasswordChanged, AccountDeleted, AccountRestored, ExportReady, Notification, Digest} {
			m, err := Render(lang, kind, complete)
			if err != nil {
				t.Fatal(err)
			}
			for name, part := range map[string]string{"subject": m.Subject, "text": m.Text, "HTML": m.HTML} {
				if found := unresolved.FindString(part); found != "" {
					t.Errorf("%s %s: %q in the %s", lang, kind, found, name)
				}
			}
			if !strings.Contains(m.Text, "\n"+complete.Link+"\n") {
				t.Errorf("%s %s: the text lacks the link on a line of its own:\n%s", lang, kind, m.Text)
			}
			if !strings.Contains(m.HTML, `href="https://example.com/go?token=a&amp;b=c"`) {
				t.Errorf("%s %s: the HTML lacks the link", lang, kind)
			}
			if !strings.Contains(m.HTML, `<html lang="`+string(lang)+`">`) {
				t.Errorf("%s %s: the HTML does not say its language", lang, kind)
			}
			if about := kind == Notification || kind == Digest; strings.Contains(m.HTML+m.Text+m.ListUnsubscribeURL, "/unsubscribe") != about || strings.Contains(m.HTML, "<img") != about {
				t.Errorf("%s %s: unsubscribe link and picture belong into notifications and digests only", lang, kind)
			}
			subjects[m.Subject] = true
		}
	}
	if len(subjects) != 15 {
		t.Errorf("fifteen different subjects are expected (a notification brings its own), got %v", subjects)
	}
}

func TestRenderedContent(t *testing.T) {
	t.Parallel()
	reset, err := Render(localize.English, PasswordReset, Data{Service: "Styleshare", Link: "https://example.com/r", Minutes: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := `Somebody asked for a new password for your Styleshare account. The link works once, for 1 minute.

Choose a new password:
https://example.com/r

If it was not you, ignore this mail: your password stays as it is.

-- 
This mail was sent by Styleshare automatically. Replies are not read.
`
	if reset.Text != want {
		t.Errorf("got\n%s\nwant\n%s", reset.Text, want)
	}
	if strings.Contains(reset.HTML, "<img") || reset.ListUnsubscribeURL != "" {
		t.Error("a reset mail has a picture or an unsubscribe link")
	}
	changed, err := Render(localize.Korean, PasswordChanged, Data{Service: "Styleshare"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(changed.HTML, "<a ") || strings.Contains(changed.Text, "http") {
		t.Error("there is a link in a mail without one")
	}
	note, err := Render(localize.Korean, Notification, complete)
	if err != nil {
		t.Fatal(err)
	}
	if note.Subject != complete.Message || note.ListUnsubscribeURL != complete.UnsubscribeURL {
		t.Errorf("subject %q, unsubscribe %q", note.Subject, note.ListUnsubscribeURL)
	}
	for _, part := range []string{`src="https://cdn.example.com/p.jpg?x=1&amp;y=2"`, "민지님, 안녕하세요.", "unsubscribe?token=u&amp;k=l"} {
		if !strings.Contains(note.HTML, part) {
			t.Errorf("the HTML lacks %s", part)
		}
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	d := complete
	d.Styles = slices.Clone(d.Styles)
	d.Styles[1].Text = "둘\n<b>"
	m, err := Render(localize.Korean, Digest, d)
	if err != nil {
		t.Fatal(err)
	}
	want := `민지님, 안녕하세요.

오랜만이에요. 마지막으로 들르신 뒤에 이런 일이 있었어요.

수호님이 회원님을 팔로우해요
https://example.com/n?a&b

팔로우하는 사람들의 새 스타일

하나
https://example.com/1

둘 <b>
https://example.com/2

셋
https://example.com/3

모두 보러 가기:
https://example.com/go?token=a&b=c

`
	if got, _, _ := strings.Cut(m.Text, "-- "); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if strings.Count(m.HTML, "<img") != 2 || strings.Contains(m.HTML, "p.jpg") || strings.Contains(m.HTML, "<b>") || strings.Count(m.HTML, "<td width") != 3 {
		t.Errorf("%s", m.HTML)
	}
	if m.ListUnsubscribeURL != complete.UnsubscribeURL {
		t.Errorf("unsubscribe %q", m.ListUnsubscribeURL)
	}
}

func TestPeopleCannotWriteMarkup(t *testing.T) {
	t.Parallel()
	d := complete
	d.Name = "<script>alert(1)</script>"
	d.Message = "a\r\nBcc: victim@example.com\r\n\r\n<img src=x onerror=alert(1)>\u2028b\x00c"
	m, err := Render(localize.English, Notification, d)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, "<img src=x") {
		t.Error("markup of a person is in the HTML")
	}
	if want := "a Bcc: victim@example.com <img src=x onerror=alert(1)> b c"; m.Subject != want {
		t.Errorf("the subject is %q", m.Subject)
	}
}

func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Data, *Kind){
		"unknown kind":       func(_ *Data, k *Kind) { *k = "party" },
		"no service":         func(d *Data, _ *Kind) { d.Service = "" },
		"no link":            func(d *Data, _ *Kind) { d.Link = "" },
		"no minutes":         func(d *Data, k *Kind) { d.Minutes, *k = 0, PasswordReset },
		"no message":         func(d *Data, _ *Kind) { d.Message = "" },
		"no unsubscribe":     func(d *Data, _ *Kind) { d.UnsubscribeURL = "" },
		"script link":        func(d *Data, _ *Kind) { d.Link = "javascript:alert(1)" },
		"relative link":      func(d *Data, _ *Kind) { d.Link = "/go" },
		"link with a break":  func(d *Data, _ *Kind) { d.Link = "https://example.com/\r\nx" },
		"data picture":       func(d *Data, _ *Kind) { d.PictureURL = "data:image/png;base64,AA" },
		"empty digest":       func(d *Data, k *Kind) { d.News, d.Styles, *k = nil, nil, Digest },
		"item without link":  func(d *Data, k *Kind) { d.News, *k = []Item{{Text: "x"}}, Digest },
		"script in an item":  func(d *Data, k *Kind) { d.News, *k = []Item{{Text: "x", Link: "javascript:alert(1)"}}, Digest },
		"angle in the query": func(d *Data, _ *Kind) { d.UnsubscribeURL = "https://example.com/?a=>" },
	} {
		d, kind := complete, Notification
		change(&d, &kind)
		_, err := Render(localize.English, kind, d)
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "example.com") {
			t.Errorf("%s: the error shows a link: %v", name, err)
		}
	}
}
