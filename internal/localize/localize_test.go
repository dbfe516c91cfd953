package localize

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Language{
		"":                                   English,
		"ko":                                 Korean,
		"ko-KR":                              Korean,
		"ko-KR,ko;q=0.9,en-US;q=0.8,en;q=.7": Korean,
		"en-GB, ko;q=0.9":                    English,
		"fr-FR, ko;q=0.5":                    Korean,
		"fr, de;q=0.5":                       English,
		"*":                                  English,
		"en;q=0.1, ko;q=0.2":                 Korean,
		"ko;q=banana":                        English,
		"\x00\xff;;;,,,":                     English,
		strings.Repeat("a-", 100_000):        English,
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%.40q) = %q, want %q", header, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]bool{"ko": true, "en": true, "": false, "KO": false, "ko-KR": false, "fr": false} {
		if _, ok := Parse(locale); ok != want {
			t.Errorf("Parse(%q) = %v", locale, ok)
		}
	}
}

// arguments lists which arguments a text uses.
func (t text) arguments() []int {
	used := map[int]bool{}
	for _, p := range t {
		if p.arg >= 0 {
			used[p.arg] = true
		}
	}
	return slices.Sorted(maps.Keys(used))
}

func TestLanguagesAgree(t *testing.T) {
	t.Parallel()
	ko, en := catalogue[Korean], catalogue[English]
	if len(ko) < 50 {
		t.Fatalf("only %d texts were loaded", len(ko))
	}
	for key := range ko {
		if _, ok := en[key]; !ok {
			t.Errorf("%q is only in Korean", key)
		}
	}
	for key, e := range en {
		k, ok := ko[key]
		if !ok {
			t.Errorf("%q is only in English", key)
			continue
		}
		if !slices.Equal(e.arguments(), k.arguments()) {
			t.Errorf("%q uses the arguments %v in English and %v in Korean", key, e.arguments(), k.arguments())
		}
		for _, l := range Languages {
			if strings.TrimSpace(l.Text(key, 1, 1, 1)) == "" {
				t.Errorf("%q is empty in %s", key, l)
			}
		}
	}
}

// A text that needs a particle after an argument must ask for it, or half of all names read wrongly.
func TestKoreanTextsAskForParticles(t *testing.T) {
	t.Parallel()
	for key, k := range catalogue[Korean] {
		for i, p := range k[:max(len(k)-1, 0)] {
			next := k[i+1]
			if p.arg < 0 || p.particle.closed != "" || next.arg >= 0 {
				continue
			}
			for _, form := range particles {
				for _, bare := range []string{form.closed + " ", form.open + " ", form.closed + "/"} {
					if strings.HasPrefix(next.literal, bare) {
						t.Errorf("%q: write {%d|%s/%s} for %q", key, p.arg, form.closed, form.open, next.literal)
					}
				}
			}
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang Language
		key  string
		args []any
		want string
	}{
		{English, "required", nil, "This is required."},
		{Korean, "required", nil, "필수 항목이에요."},
		{"", "required", nil, "This is required."},
		{"fr", "required", nil, "This is required."},
		{English, "too_short", []any{8}, "Write at least 8 characters."},
		{English, "too_short", []any{1}, "Write at least 1 character."},
		{English, "too_short", []any{float64(1)}, "Write at least 1 character."},
		{English, "too_long", []any{json.Number("2200")}, "Write at most 2,200 characters."},
		{Korean, "too_long", []any{uint16(2200)}, "2,200자까지 입력할 수 있어요."},
		{Korean, "too_large", []any{30.0}, "파일은 30MB까지 올릴 수 있어요."},
		{English, "too_large", []any{1.5}, "The file may have at most 1.5 MB."},
		{English, "too_long", nil, "Write at most {0} {0}."},
		{English, "no such key", []any{1}, "no such key"},
		{English, "mail.greeting", []any{"{0} {1|이/가}"}, "Hello {0} {1|이/가},"},
	} {
		if got := c.lang.Text(c.key, c.args...); got != c.want {
			t.Errorf("%s %q %v = %q, want %q", c.lang, c.key, c.args, got, c.want)
		}
	}
	if !Has("required") || Has("no such key") {
		t.Error("Has is wrong")
	}
}

func TestNotification(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang  Language
		kind  string
		count int
		names []string
		want  string
	}{
		{English, "STYLE_LIKED", 1, []string{"minji"}, "minji liked your style"},
		{English, "STYLE_LIKED", 2, []string{"minji", "suho"}, "minji and suho liked your style"},
		{English, "STYLE_LIKED", 2, []string{"minji"}, "minji and 1 other liked your style"},
		{English, "STYLE_LIKED", 13, []string{"minji", "suho", "yuna"}, "minji and 12 others liked your style"},
		{English, "FOLLOWED", 1, nil, "Someone followed you"},
		{Korean, "STYLE_LIKED", 1, []string{"민지"}, "민지님이 회원님의 스타일을 좋아해요"},
		{Korean, "STYLE_LIKED", 2, []string{"민지", "수호"}, "민지님과 수호님이 회원님의 스타일을 좋아해요"},
		{Korean, "STYLE_LIKED", 13, []string{"민지"}, "민지님 외 12명이 회원님의 스타일을 좋아해요"},
		{Korean, "STYLE_COMMENTED", 1235, []string{"민지"}, "민지님 외 1,234명이 회원님의 스타일에 댓글을 남겼어요"},
		{Korean, "FOLLOWED", 1, nil, "누군가가 회원님을 팔로우해요"},
		{Korean, "MENTIONED", 1, []string{"Lee"}, "Lee님이 회원님을 언급했어요"},
		{English, "MODERATION", 1, []string{"minji"}, "Your style was taken down because it breaks the community rules"},
		{Korean, "MODERATION", 1, nil, "커뮤니티 규칙에 어긋나서 회원님의 스타일을 내렸어요"},
	} {
		if got := c.lang.Notification(c.kind, "Style", c.count, c.names...); got != c.want {
			t.Errorf("%s %s %d = %q, want %q", c.lang, c.kind, c.count, got, c.want)
		}
	}
}

func TestTextsWithMistakesAreRefused(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][2]string{
		"never closed":     {"a.en.json", `{"k": "some {0"}`},
		"no number":        {"a.en.json", `{"k": "some {name}"}`},
		"one plural form":  {"a.en.json", `{"k": "{0#other}"}`},
		"unknown particle": {"a.ko.json", `{"k": "{0|이/를}"}`},
		"not JSON":         {"a.ko.json", `{`},
		"no language":      {"a.json", `{}`},
		"other language":   {"a.fr.json", `{}`},
		"key is taken":     {"a.en.json", `{"taken": "again"}`},
	} {
		all := map[Language]map[string]text{English: {"taken": nil}, Korean: {}}
		if err := load(all, files[0], []byte(files[1])); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAnyTextIsReadOrRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.StringOf(rapid.SampledFrom([]rune("{}|#019이/가 a"))).Draw(t, "source")
		parsed, err := parse(source)
		if err != nil {
			return
		}
		if !strings.Contains(source, "{") && parsed.fill(nil) != source {
			t.Fatalf("%q became %q", source, parsed.fill(nil))
		}
		parsed.fill([]any{rapid.String().Draw(t, "argument"), nil})
	})
}
