package push

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := Notification{Title: rapid.StringN(0, 20, -1).Draw(t, "title"), Body: rapid.StringN(0, 400, -1).Draw(t, "body")}
		if rapid.Bool().Draw(t, "broken") {
			n.Body += "\xff\xfe"
		}
		limit := rapid.IntRange(0, 800).Draw(t, "limit")
		got, err := fit(limit, n, webPushPayload)
		if err != nil {
			empty := n
			empty.Body = ""
			if smallest, _ := fit(1<<20, empty, webPushPayload); !errors.Is(err, errTooLarge) || len(smallest) <= limit {
				t.Fatalf("%v, although %d bytes would fit", err, len(smallest))
			}
			return
		}
		if len(got) > limit {
			t.Fatalf("%d bytes, more than %d", len(got), limit)
		}
		var payload struct{ Body string }
		if err := json.Unmarshal(got, &payload); err != nil || !utf8.ValidString(payload.Body) {
			t.Fatalf("%q: %v", got, err)
		}
		whole := strings.ToValidUTF8(n.Body, "\uFFFD")
		if payload.Body != whole && !strings.HasPrefix(whole, strings.TrimSuffix(payload.Body, "…")) {
			t.Fatalf("%q is no beginning of %q", payload.Body, whole)
		}
	})
}

func TestShorteningKeepsEmojiTogether(t *testing.T) {
	t.Parallel()
	for cut, want := range map[string]string{"안녕 ": "안녕…", "👩\u200D": "👩…", "❤\uFE0F": "❤…", "": "", "  ": ""} {
		if got := ellipsis(cut); got != want {
			t.Errorf("%q became %q", cut, got)
		}
	}
}

func TestCollapseKey(t *testing.T) {
	t.Parallel()
	if got := collapseKey("style_liked-1", 32); got != "style_liked-1" {
		t.Errorf("%q", got)
	}
	hashed := regexp.MustCompile(`^[A-Za-z0-9_-]{32}$`)
	seen := map[string]bool{}
	for _, key := range []string{"style:1", "style:2", "좋아요", "a b", "a\r\nb", strings.Repeat("x", 65)} {
		got := collapseKey(key, 64)
		if !hashed.MatchString(got) || seen[got] || got != collapseKey(key, 64) {
			t.Errorf("%q became %q", key, got)
		}
		seen[got] = true
	}
	if collapseKey("", 32) != "" {
		t.Error("no key is no key")
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": time.Minute, "soon": time.Minute, "-5": time.Minute, "0": time.Second, "90": 90 * time.Second, "999999999999999999": 6 * time.Hour,
		"99999999999999999999":          time.Minute,
		"Mon, 23 Nov 2026 12:05:00 GMT": 5 * time.Minute, "Mon, 23 Nov 2026 11:00:00 GMT": time.Second, "Tue, 23 Nov 2027 11:00:00 GMT": 6 * time.Hour,
	} {
		if got := parseRetryAfter(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func TestValidToken(t *testing.T) {
	t.Parallel()
	good := browser(t, "https://push.example.com/abc")
	for _, c := range []struct {
		platform Platform
		token    string
		want     bool
	}{
		{IOS, deviceToken, true}, {IOS, strings.ToUpper(deviceToken), true},
		{IOS, "", false}, {IOS, "../../3/device/" + deviceToken, false}, {IOS, deviceToken + "?x", false}, {IOS, strings.Repeat("ab", 101), false}, {IOS, "abc", false},
		{Android, registrationToken, true}, {Android, "", false}, {Android, "short", false}, {Android, registrationToken + "\n", false},
		{Android, registrationToken + "가", false}, {Android, strings.Repeat("a", 4097), false},
		{Web, good, true}, {Web, "", false}, {Web, "{}", false}, {Web, "null", false}, {Web, deviceToken, false},
		{Web, browser(t, "http://push.example.com/abc"), false}, {Web, browser(t, "https://"), false}, {Web, browser(t, "https://u:p@push.example.com/"), false},
		{Web, browser(t, "file:///etc/passwd"), false}, {Web, browser(t, "https://push.example.com/"+strings.Repeat("x", 4096)), false},
		{Web, strings.Replace(good, `"auth":"AAAA`, `"auth":"`, 1), false}, {Web, strings.Replace(good, `"p256dh":"B`, `"p256dh":"C`, 1), false},
		{"FAX", deviceToken, false},
	} {
		if got := ValidToken(c.platform, c.token); got != c.want {
			t.Errorf("%s %.60q: %v", c.platform, c.token, got)
		}
	}
	a, _ := fakeAPNs(t, nil)
	if outcome, err := a.Send(t.Context(), "../x", like()); outcome.Status != Refused || !errors.Is(err, errMalformed) {
		t.Errorf("%v %v", outcome, err)
	}
}
