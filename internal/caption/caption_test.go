package caption

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, tags, mentions string }{
		// Plain ways to write them.
		{"", "", ""},
		{"오늘의 코디 #데일리룩", "데일리룩", ""},
		{"#데일리룩 #OOTD #데일리룩 #ootd", "데일리룩 ootd", ""},
		{"#겨울코트 입고 @minji 랑 #성수동 나들이", "겨울코트 성수동", "minji"},
		{"#ÉTÉ #Ärmel #STRASSE #스트릿_패션 #2026fw #y2k", "été ärmel strasse 스트릿_패션 2026fw y2k", ""},
		{"#コーデ #スニーカー #ー #着回し #々", "コーデ スニーカー ー 着回し 々", ""},
		{"#ㅋㅋ #ㅇㅇㅌㄷ #ㅠㅠ코디", "ㅋㅋ ㅇㅇㅌㄷ ㅠㅠ코디", ""},
		{"＃데일리룩 ＠minji", "데일리룩", "minji"},
		{"@Minji @MINJI @minji", "", "minji"},

		// Where a tag or mention may begin.
		{"a#b 1#b _#b", "", ""},
		{"C#코드 F#minor", "", ""},
		{"#a#b#c", "a b c", ""},
		{"a#b#c", "", ""},
		{"예쁘다#데일리룩#코트", "데일리룩 코트", ""},
		{"かわいい#コーデ 最高#東京", "コーデ 東京", ""},
		{"고마워@minji", "", "minji"},
		{"(#코트)[#니트]\"#셔츠\"'#바지'/#치마", "코트 니트 셔츠 바지 치마", ""},
		{"코트/#데일리룩 상의/@minji", "데일리룩", "minji"},
		{"❤️#하트 👩‍👩‍👧#가족", "하트 가족", ""},
		{"##코트 ###니트", "코트 니트", ""},
		{"# 코트 #", "", ""},
		{"#\n코트", "", ""},
		{"#@minji @#코트", "코트", "minji"},
		{"#코트@minji#니트@jisoo", "코트 니트", "minji jisoo"},
		{"&#39; &#x27; &#코트", "", ""},
		{"검정 & #코트 &", "코트", ""},

		// Where it ends.
		{"#코트, #니트. #셔츠! #바지? #치마~ #양말…", "코트 니트 셔츠 바지 치마 양말", ""},
		{"#코트를 입었다 #니트는요", "코트를 니트는요", ""},
		{"#봄-가을 #t-shirt", "봄 t", ""},
		{"#a·b #don't", "a don", ""},
		{"#코트\u200b니트 #셔츠\u3164바지", "코트 셔츠", ""},

		// What is no tag.
		{"#1 #2026 #１２３ #٣", "", ""},
		{"#_ #___ #_1", "", ""},
		{"#_a #1위", "_a 1위", ""},
		{"#️⃣ #1️⃣", "", ""},
		{"#!? #. #-", "", ""},
		{"#" + strings.Repeat("가", 50), strings.Repeat("가", 50), ""},
		{"#" + strings.Repeat("가", 51) + "#코트", "코트", ""},
		{"#" + norm.NFD.String(strings.Repeat("각", 50)), strings.Repeat("각", 50), ""},

		// Emoji.
		{"#데일리룩❤️ #🔥 #👩‍👩‍👧 #👍🏽 #🇰🇷코디", "데일리룩❤️ 🔥 👩‍👩‍👧 👍🏽 🇰🇷코디", ""},
		{"#코트\u200d니트 #🔥\u200d #🔥\u200d코트 #🔥\u200d\u200d🔥", "코트 🔥", ""},
		{"#코트→니트 #코트©", "코트", ""},

		// Addresses.
		{"https://x.y/#frag http://x.kr/a?b=c#코트 HTTPS://X.KR/#니트", "", ""},
		{"https://x.kr/@minji https://x.kr/#a#b", "", ""},
		{"링크https://x.kr/#frag #코트", "코트", ""},
		{"<https://x.kr/#frag>#코트", "코트", ""},
		{"www.style.kr/#frag style.kr/@minji style.kr?x=#y", "", ""},
		{"style.kr#frag", "", ""},
		{"3.5/#코트 ootd/#니트", "코트 니트", ""},
		{"https:// #코트", "코트", ""},
		{"kim@example.com kim.min@example.co.kr a+b@example.com", "", ""},
		{"mailto:kim@example.com", "", ""},

		// User names.
		{"@minji. @minji, @minji! (@minji)", "", "minji"},
		{"@jisoo님 @minji랑 @yuna이", "", "jisoo minji yuna"},
		{"@민지 @ @. @.. @한국minji", "", ""},
		{"@min.ji @_min_ji_ @m.i.n", "", "min.ji _min_ji_ m.i.n"},
		{"@minji..ok @.minji @minji...", "", "minji"},
		{"@ab @abc @ab.", "", "abc"},
		{"@" + strings.Repeat("a", 30), "", strings.Repeat("a", 30)},
		{"@" + strings.Repeat("a", 31), "", ""},
		{"@joséphine @minjiя @minji\u0301", "", ""},
		{"@minji@jisoo", "", "minji jisoo"},
		{"@ｍｉｎｊｉ @mınji", "", ""},
		{"@min-ji", "", "min"},
	} {
		for _, text := range []string{c.text, norm.NFD.String(c.text)} {
			tags, mentions := Parse(text)
			if got := strings.Join(tags, " "); got != c.tags {
				t.Errorf("%q: tags %q, want %q", text, got, c.tags)
			}
			if got := strings.Join(mentions, " "); got != c.mentions {
				t.Errorf("%q: mentions %q, want %q", text, got, c.mentions)
			}
		}
	}
}

func TestParseStopsCounting(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "#tag%d #tag%d @user%d ", i, i, i)
	}
	tags, mentions := Parse(b.String())
	if len(tags) != MaxTags || tags[MaxTags-1] != "tag29" {
		t.Errorf("%d tags: %v", len(tags), tags)
	}
	if len(mentions) != MaxMentions || mentions[MaxMentions-1] != "user19" {
		t.Errorf("%d mentions: %v", len(mentions), mentions)
	}
}

// Work is counted, not timed: a megabyte of the worst text costs a few looks at each rune.
func TestParseIsLinear(t *testing.T) {
	t.Parallel()
	for _, part := range []string{
		"#", "@", "#a", "#a#", "@a", "@a@", "@abc.", "@.", "#코트", "가#", "#1", "https://", "x.kr/", "a.", "a:", "&#", "#🔥\u200d", "\u0301", "각", "a#b@c", "ㅋ", " ",
	} {
		text := strings.Repeat(part, 1<<20/len(part))
		p := parse(text)
		if limit := 3*len([]rune(p.s)) + 3; p.steps > limit {
			t.Errorf("%q: %d steps for %d runes", part, p.steps, len([]rune(p.s)))
		}
		if p.i != len(p.s) {
			t.Errorf("%q: stopped at %d of %d", part, p.i, len(p.s))
		}
	}
}

func TestNormalizeUsername(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"minji": "minji", "Minji": "minji", " MINJI \n": "minji", "min.ji_01": "min.ji_01", "___": "___", "abc": "abc", "123": "123",
		strings.Repeat("z", 30): strings.Repeat("z", 30),
		"":                      "", "ab": "", strings.Repeat("z", 31): "", ".abc": "", "abc.": "", "a..b": "", "a b": "", "@minji": "", "민지민지": "",
		"ｍｉｎｊｉ": "", "\u212aang": "", "mınji": "", "min\x00ji": "", "min-ji": "", "admin": "", "ADMIN": "", "root": "", "StyleShare": "", "graphql": "", "support": "", "api": "",
	} {
		got, ok := NormalizeUsername(in)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", in, got, ok, want)
		}
	}
}

func TestNormalizeTag(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"데일리룩": "데일리룩", "#데일리룩": "데일리룩", " ＃OOTD ": "ootd", norm.NFD.String("데일리룩"): "데일리룩", "❤️": "❤️",
		"": "", "#": "", "##a": "", "a b": "", "a#b": "", "2026": "", "데일리룩!": "", "\u0301a": "", "🔥\u200d": "", strings.Repeat("a", 51): "",
	} {
		got, ok := NormalizeTag(in)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", in, got, ok, want)
		}
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"  안녕\r\n하세요\r다\u2028음 \n": "안녕\n하세요\n다\n음",
		norm.NFD.String("코트"):      "코트",
		"a\x00b\x07c\x7fd\te":      "abcd\te",
		"\u202eminji\u202c\u2066x": "minjix",
		"\ufeff👩‍👩‍👧 ok":           "👩‍👩‍👧 ok",
		"e\ufeff\u0301":            "é",
		"\u3164\u200b \u3164":      "",
		"a\xffb":                   "a\ufffdb",
		"❤️":                       "❤️",
		"line\n\nline":             "line\n\nline",
	} {
		if got := Normalize(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestLength(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"": 0, "각": 1, norm.NFD.String("각"): 1, "e\u0301": 1, "abc": 3, "👍🏽": 2} {
		if got := Length(in); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"무신사 스탠다드": "무신사-스탠다드", norm.NFD.String("무신사 스탠다드"): "무신사-스탠다드", "Pine & Salt": "pine-salt", "pine  -  SALT!": "pine-salt", "O'Neil’s": "oneils", "A'\u0300": "à", "(주)하루": "주-하루",
		"Café 88": "café-88", "": "", "!!!": "", " \u0301 ": "", "\u3164": "",
		strings.Repeat("가", 70):                    strings.Repeat("가", 60),
		strings.Repeat("가", 59) + " 나다":            strings.Repeat("가", 59),
		strings.Repeat("가", 58) + " 나다":            strings.Repeat("가", 58) + "-나",
		strings.Repeat("ab ", 30):                  strings.TrimSuffix(strings.Repeat("ab-", 20), "-"),
		strings.TrimSpace(strings.Repeat("a ", 9)): "a-a-a-a-a-a-a-a-a",
	} {
		if got := Slug(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"#데일리룩 @minji", "예쁘다#a#b", "https://x.y/#frag", "#️⃣ #👩‍👩‍👧", "\xff#\xfe@", "#é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkParsed(t, s)
		if n := Normalize(s); Normalize(n) != n {
			t.Errorf("%q: Normalize is not stable", s)
		}
		if n := Slug(s); Slug(n) != n || Length(n) > MaxSlugLength {
			t.Errorf("%q: slug %q, its slug %q", s, n, Slug(n))
		}
		IsItemInfoRequest(s)
	})
}

// checkParsed holds what is true of every text.
func checkParsed(t interface{ Errorf(string, ...any) }, s string) {
	tags, mentions := Parse(s)
	if len(tags) > MaxTags || len(mentions) > MaxMentions {
		t.Errorf("%q: %d tags, %d mentions", s, len(tags), len(mentions))
	}
	for i, tag := range tags {
		if slices.Contains(tags[:i], tag) {
			t.Errorf("%q: tag %q twice", s, tag)
		}
		if got, ok := NormalizeTag(tag); !ok || got != tag {
			t.Errorf("%q: tag %q normalises to %q %v", s, tag, got, ok)
		}
		if again, _ := Parse("#" + tag); len(again) != 1 || again[0] != tag {
			t.Errorf("%q: #%q parses to %q", s, tag, again)
		}
	}
	for i, name := range mentions {
		if slices.Contains(mentions[:i], name) {
			t.Errorf("%q: mention %q twice", s, name)
		}
		if got, ok := usernameShape(name); !ok || got != name {
			t.Errorf("%q: mention %q", s, name)
		}
		if _, again := Parse("@" + name); len(again) != 1 || again[0] != name {
			t.Errorf("%q: @%q parses to %q", s, name, again)
		}
	}
}
