package caption

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// texts are made of the pieces that matter here, and of any runes at all.
var texts = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOf(rapid.OneOf(
		rapid.SampledFrom([]string{
			"#", "@", "＃", "＠", " ", "\n", ".", "_", "/", ":", "://", "https://x.kr/", "www.", "-", "&", "데일리룩", "ㅋㅋ", "코트", "각", "ootd", "OOTD", "İ", "ẞ", "K",
			"minji", "Min.Ji", "ab", "1", "2026", "❤️", "👩‍👩‍👧", "🔥", "\u200d", "\ufe0f", "\u0301", "\u0323", "\u1100\u1161\u11a8", "\u3164", "\u200b", "é", "コーデ", "東京", "님", "정보 좀요",
		}),
		rapid.StringN(0, 4, -1),
	)).Draw(t, "parts"), "")
})

func TestParseProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := texts.Draw(t, "text")
		checkParsed(t, s)
		tags, mentions := Parse(s)
		if tagsD, mentionsD := Parse(norm.NFD.String(s)); !slices.Equal(tags, tagsD) || !slices.Equal(mentions, mentionsD) {
			t.Errorf("decomposed: %q %q, composed: %q %q", tagsD, mentionsD, tags, mentions)
		}
		p := parse(s)
		if limit := 3*len([]rune(p.s)) + 3; p.steps > limit {
			t.Errorf("%d steps, at most %d", p.steps, limit)
		}
	})
}

// A tag is found again wherever a sentence of its own puts it.
func TestParseFindsTags(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tag, ok := NormalizeTag(texts.Draw(t, "tag"))
		if !ok {
			return
		}
		for _, s := range []string{"#" + tag, "오늘 #" + tag + " 좋다", "좋다#" + tag, "(#" + tag + ")", "#첫째#" + tag, "＃" + strings.ToUpper(tag) + "\n"} {
			tags, _ := Parse(s)
			if want, ok := NormalizeTag(strings.ToUpper(tag)); !slices.Contains(tags, tag) && (!ok || !slices.Contains(tags, want)) {
				t.Errorf("%q in %q: %q", tag, s, tags)
			}
		}
	})
}

func TestNormalizeProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := texts.Draw(t, "text")
		n := Normalize(s)
		if again := Normalize(n); again != n {
			t.Errorf("%q, then %q", n, again)
		}
		if strings.ContainsAny(n, "\x00\r\u202e\u2066\ufeff") || !norm.NFC.IsNormalString(n) {
			t.Errorf("%q", n)
		}
		slug := Slug(s)
		if Slug(slug) != slug || Length(slug) > MaxSlugLength || strings.Contains(slug, "--") || strings.Trim(slug, "-") != slug {
			t.Errorf("slug %q of %q", slug, s)
		}
		if Slug(norm.NFD.String(s)) != slug {
			t.Errorf("slug %q of the decomposed", Slug(norm.NFD.String(s)))
		}
		if name, ok := NormalizeUsername(s); ok {
			if again, ok := NormalizeUsername(name); !ok || again != name {
				t.Errorf("username %q, then %q", name, again)
			}
		}
	})
}
