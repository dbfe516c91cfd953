package plan

import (
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"pgregory.net/rapid"
)

// Text is quoted as gqlgen quotes it, whatever is in it and wherever.
func TestTextIsQuotedAsGqlgenDoes(t *testing.T) {
	t.Parallel()
	piece := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,20}`), rapid.StringMatching(`[\x00-\x1f"\\]{0,3}`),
		rapid.SampledFrom([]string{"오늘의 코디", "\x7f\x80\xff", "!\"#", "[\\]", "\x1f \x21"}))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		var want strings.Builder
		graphql.MarshalString(text).MarshalGQL(&want)
		if got := string(appendString(nil, text)); got != want.String() {
			t.Fatalf("%s, want %s", got, want.String())
		}
	})
}

func BenchmarkText(b *testing.B) {
	text, out := strings.Repeat("오늘의 코디, 자켓은 어디서 샀냐고요? ", 4), make([]byte, 0, 1<<10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		out = appendString(out[:0], text)
	}
}
