package searchtext

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// matches does what the database does with a document and a query.
func matches(d Document, q *Query) bool {
	return slices.ContainsFunc(q.Ways, func(w Way) bool {
		return !slices.ContainsFunc(w.Tokens, func(t int32) bool { return !slices.Contains(d.Tokens, t) }) &&
			!slices.ContainsFunc(w.Patterns, func(p string) bool { return !regexp.MustCompile(p).MatchString(d.Title + d.Body) })
	})
}

func query(t *testing.T, text string) *Query {
	t.Helper()
	q, ok := Parse(text)
	if q == nil || !ok {
		t.Fatalf("%q is no query", text)
	}
	return q
}

func TestTextsAreFound(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct{ found, not []string }{
		"오버핏 코트를 입었다": {
			[]string{"오버핏", "코트", "오버핏코트", "오버핏 코트", "코트 오버핏", "코트를", "오버", "핏", "버핏", "버핏코트를", "ㅇㅂㅍ", "ㅇㅂㅍㅋㅌ", "ㅋㅌ", "ㅇ", "오버ㅍ", "코ㅌ", "오 버 핏"},
			[]string{"오버핏코드", "핏코", "핏코트", "핏코트를입었다", "트를입", "ㅂㅍ", "ㅌㄹ", "오버ㅂ", "coat", "코트 자켓"},
		},
		"바지 갑니다. 코 #니트":              {[]string{"바지", "바지갑"}, []string{"지갑", "갑니다코", "코니트", "코니"}},
		"블랙오버핏 코트":                   {[]string{"오버핏코트", "블랙 코트", "오버핏 코"}, []string{"핏코트", "ㅇㅂㅍㅋㅌ"}},
		"서울 H라인스커트, 나이키SB 덩크":        {[]string{"h라인", "H라인 스커트", "라인스커트", "나이키 sb", "나이키sb덩크", "sb 덩크", "ㄴㅇㅋ"}, []string{"라인 h라인드", "b덩크", "h라인덩크"}},
		"T-Shirt by A.P.C. & H&M":    {[]string{"tshirt", "t-shirt", "T-SHIRTS"[:7], "shirt", "apc", "A.P.C.", "h&m", "HM"}, []string{"irt", "mh", "pc"}},
		"Levi’s 501 Wide_Pants Café": {[]string{"levis", "levi's", "501", "50", "wide pants", "widepants", "cafe", "CAFÉ", "caf"}, []string{"01", "pants501", "ants"}},
		"#widepants 가을룩🍂":            {[]string{"wide pants", "widep", "🍂", "가을룩 🍂", "가을", "ㄱㅇㄹ"}, []string{"pants", "🌸", "룩wide"}},
		"ﾌﾞﾗｯｸ コート 黒い":               {[]string{"ブラック", "コート", "黒"}, []string{"フラック"}},
		"ＣＯＡＴ 코트":                    {[]string{"coat", "ｃｏ", "코트"}, nil}, // full width, and decomposed below
		"너무 예쁘다ㅋㅋ":                   {[]string{"ㅋㅋ", "예쁘다"}, []string{"ㅋㅋㅋㅋ"}},
	} {
		d := NewDocument(nil, text)
		for _, q := range c.found {
			if !matches(d, query(t, q)) {
				t.Errorf("%q is not found in %q", q, text)
			}
		}
		for _, q := range c.not {
			if matches(d, query(t, q)) {
				t.Errorf("%q is found in %q", q, text)
			}
		}
	}
}

func TestNamesAreFoundByInitialsInside(t *testing.T) {
	t.Parallel()
	d := NewDocument([]string{"블랙오버핏코트", "김민지"}, "")
	for _, q := range []string{"ㅇㅂㅍ", "ㅋㅌ", "ㅁㅈ", "ㄱㅁㅈ", "ㅄ"} {
		if want := q != "ㅄ"; matches(d, query(t, q)) != want {
			t.Errorf("%s: want %t", q, want)
		}
	}
	if matches(d, query(t, "ㅌㄱ")) {
		t.Error("initials over two names")
	}
}

// What people write in one word is the name of several, and the other way round.
func TestNamesOfSeveralWords(t *testing.T) {
	t.Parallel()
	d := NewDocument([]string{"New Balance 530"}, "not a tie")
	for q, want := range map[string]bool{"newbalance": true, "newbalance530": true, "balance530": true, "new balance": true, "new530": false, "atie": false, "ewbalance": false} {
		if matches(d, query(t, q)) != want {
			t.Errorf("%s: want %t", q, want)
		}
	}
}

func TestQueriesOfNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "\n\t", ".", "#", "@", "?!…", "\u200b\ufeff", "\u3164", "\ufe0f", "\x00"} {
		if q, ok := Parse(text); q != nil || !ok {
			t.Errorf("%q: %+v, %t", text, q, ok)
		}
	}
	for text, ok := range map[string]bool{
		strings.Repeat("가", MaxQuery): true, strings.Repeat("가", MaxQuery+1): false,
		strings.Repeat("\u1100\u1161\u11a8", MaxQuery): true, strings.Repeat(" ", MaxQuery+1): false,
		strings.Repeat("a", 1<<20): false,
	} {
		if _, got := Parse(text); got != ok {
			t.Errorf("%.20q…: %t", text, got)
		}
	}
}

func TestLooseQueries(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"코트를": "코트", "코트에서는": "코트", "원피스랑 부츠도": "원피스 부츠", "coat를": "coat", "니트": "니트", "울은": "울은", "를": "를",
		"coats": "coat", "dresses": "dress", "shoes": "shoe", "dress": "dress", "cos": "cos", "boxes": "box",
	} {
		q, ok := ParseLoosely(text)
		if strict := query(t, want); !ok || !slices.Equal(q.Starts, strict.Starts) || q.Name != strict.Name {
			t.Errorf("%s: %q, want %q", text, q.Starts, strict.Starts)
		}
	}
}

func TestDocumentsAreFoundByName(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"min.ji_k": "@MinJi.k", "street_style": "street style", "데일리룩": "#데일리 룩"} {
		if d := NewDocument([]string{name}, "").Named(name); !slices.Contains(d.Tokens, query(t, text).Name) || !slices.IsSorted(d.Tokens) {
			t.Errorf("%s is not found by %s", name, text)
		}
	}
}

// Any word that people can write is found by itself and by its beginning, and every pattern is one.
func TestWordsFindThemselves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("가나다라각ㄱㅏㅄab1é .-_#\n🍂｡ｱ한글"))), 0, 40, -1).Draw(t, "text")
		d := NewDocument([]string{text}, "")
		if !utf8.ValidString(d.Title) || strings.ContainsRune(d.Title, 0) {
			t.Fatalf("%q", d.Title)
		}
		for _, name := range []string{text, strings.Join(strings.Fields(text), "")} {
			if q, ok := Parse(name); q != nil && ok {
				_, _ = ParseLoosely(name)
				if name == text && !matches(d, q) {
					t.Fatalf("%q does not find itself: %+v in %+v", text, q, d)
				}
			}
		}
	})
}
