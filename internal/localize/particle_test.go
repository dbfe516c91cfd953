package localize

import (
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestParticles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ word, pair, want string }{
		{"민지", "이/가", "가"}, {"수진", "이/가", "이"}, {"서울", "이/가", "이"},
		{"민지", "을/를", "를"}, {"수진", "을/를", "을"},
		{"민지", "은/는", "는"}, {"수진", "은/는", "은"},
		{"민지", "와/과", "와"}, {"수진", "와/과", "과"}, {"수진", "과/와", "과"},
		{"민지", "으로/로", "로"}, {"수진", "으로/로", "으로"}, {"서울", "으로/로", "로"}, {"서울", "을/를", "을"},
		{"원피스", "이에요/예요", "예요"}, {"가방", "이에요/예요", "이에요"},
		{"민지", "이나/나", "나"}, {"수진", "이랑/랑", "이랑"},
		// What is not read aloud.
		{"‘수진’", "이/가", "이"}, {"\"민지\"", "이/가", "가"}, {"수진 ", "이/가", "이"}, {"수진!!", "을/를", "을"},
		{"수진❤️", "이/가", "이"}, {"민지👩‍❤️‍👩", "이/가", "가"}, {"민지(수진)", "이/가", "가"}, {"(수진)", "이/가", "이"},
		{"수진_", "이/가", "이"}, {"민지.", "은/는", "는"},
		// Single letters and decomposed text, as macOS writes it.
		{"ㅋㅋ", "이/가", "이"}, {"ㅏ", "이/가", "가"}, {"리ㄹ", "으로/로", "로"},
		{norm.NFD.String("수진"), "이/가", "이"}, {norm.NFD.String("민지"), "이/가", "가"}, {norm.NFD.String("서울"), "으로/로", "로"},
		// Numbers.
		{"0", "을/를", "을"}, {"1", "으로/로", "로"}, {"1", "이/가", "이"}, {"2", "이/가", "가"}, {"3", "으로/로", "으로"},
		{"4", "을/를", "를"}, {"5", "을/를", "를"}, {"6", "은/는", "은"}, {"7", "으로/로", "로"}, {"8", "을/를", "을"},
		{"9", "와/과", "와"}, {"10", "이/가", "이"}, {"1,000", "으로/로", "으로"}, {"100,000,000", "을/를", "을"},
		{"1,000,000,000,000", "을/를", "를"}, {"30,000,000,000,000", "이/가", "가"}, {"10000000000000000", "이/가", "이"},
		{"룩2", "이/가", "가"}, {"룩7", "으로/로", "로"}, {"2.50", "을/를", "을"},
		// Latin words, spelled or read.
		{"URL", "을/를", "을"}, {"URL", "으로/로", "로"}, {"BTS", "이/가", "가"}, {"TVN", "이/가", "이"}, {"iPhone X", "을/를", "를"},
		{"ZARA", "을/를", "를"}, {"MUSINSA", "이/가", "가"}, {"r", "으로/로", "로"},
		{"minji", "이/가", "가"}, {"suho", "은/는", "는"}, {"hyun", "이/가", "이"}, {"jun_seok", "이/가", "이"}, {"minseok_", "은/는", "은"},
		{"Styleshare", "이/가", "가"}, {"style", "을/를", "을"}, {"style", "으로/로", "로"}, {"denim", "을/를", "을"},
		{"jacket", "을/를", "을"}, {"top", "이/가", "이"}, {"coat", "을/를", "를"}, {"week", "이/가", "가"}, {"young", "이/가", "이"},
		{"june", "이/가", "이"}, {"book", "을/를", "을"}, {"skirt", "을/를", "를"}, {"Google", "으로/로", "로"},
		// What nobody can know is written both ways.
		{"東京", "을/를", "을(를)"}, {"東京", "이/가", "이(가)"}, {"東京", "와/과", "와(과)"}, {"東京", "으로/로", "(으)로"},
		{"さくら", "은/는", "은(는)"}, {"", "이/가", "이(가)"}, {"❤️", "을/를", "을(를)"}, {"()", "을/를", "을(를)"},
	} {
		p, err := particleOf(c.pair)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.after(c.word); got != c.want {
			t.Errorf("%s + %s = %s, want %s", c.word, c.pair, got, c.want)
		}
	}
}

// The final consonant of any syllable is what Unicode's decomposition says.
func TestEverySyllable(t *testing.T) {
	t.Parallel()
	for r := '가'; r <= '힣'; r++ {
		letters := []rune(norm.NFD.String(string(r)))
		want := soundVowel
		if len(letters) == 3 {
			want = soundConsonant
			if letters[2] == 'ᆯ' {
				want = soundLiquid
			}
		}
		if got := lastSound(string(r)); got != want {
			t.Fatalf("%c ends in %d, want %d", r, got, want)
		}
	}
}

func TestAnyWordHasAParticle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.String().Draw(t, "word")
		p := rapid.SampledFrom(particles).Draw(t, "particle")
		if form := p.after(word); form != p.closed && form != p.open && form != p.unsure {
			t.Fatalf("%q got %q", word, form)
		}
	})
}
