package caption

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxSlugLength is the longest slug of a brand in runes.
const MaxSlugLength = 60

// Normalize puts a caption, comment or profile text into the form that is stored: valid UTF-8 in NFC, lines
// ended by LF, without control characters (except tab), byte order marks and the characters that force a
// writing direction (which make text read differently than it is), and without blanks at either end,
// invisible letters among them. Zero-width joiners inside stay: emoji are made with them.
func Normalize(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = norm.NFC.String(strings.Map(storable, s))
	return strings.TrimFunc(s, isBlank)
}

// storable maps a rune to what is stored for it, or to -1.
func storable(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case r == '\r', r == '\u0085', r == '\u2028', r == '\u2029':
		return '\n'
	case unicode.IsControl(r), r == '\ufeff':
		return -1
	case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return -1
	}
	return r
}

// isBlank says whether r leaves nothing on the screen at the end of a text.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("\u200b\u200c\u200d\u2060\u2800\u3164\uffa0", r)
}

// Length is the length of a text for limits: runes in NFC, so that a Hangul syllable counts once however it was typed.
func Length(s string) int { return utf8.RuneCountInString(norm.NFC.String(s)) }

// NormalizeTag gives a hashtag as it is stored, from what a person typed with or without '#'. It is false
// where the whole of s is not one tag as Parse reads it.
func NormalizeTag(s string) (string, bool) {
	s = strings.TrimSpace(norm.NFC.String(s))
	if r, n := utf8.DecodeRuneInString(s); isHash(r) {
		s = s[n:]
	}
	p := &parser{s: s}
	if word := p.tagWord(); word != s {
		return "", false
	}
	return finishTag(s)
}

// finishTag makes the stored form of a run of tag runes.
func finishTag(word string) (string, bool) {
	tag := norm.NFC.String(strings.ToLower(word)) // lower case may compose where upper case did not
	meaningful := strings.ContainsFunc(tag, func(r rune) bool { return unicode.IsLetter(r) || isEmoji(r) })
	if !meaningful || utf8.RuneCountInString(tag) > MaxTagLength {
		return "", false
	}
	return tag, true
}

var apostrophes = strings.NewReplacer("'", "", "’", "")

// Slug makes the address of a brand from its name: NFC, lower case, letters and digits of every script kept,
// apostrophes dropped, everything between them one '-', at most MaxSlugLength runes. Names that differ only in case,
// spacing or punctuation get the same slug, and so are one brand. It is empty for a name without letters and digits.
func Slug(name string) string {
	var b strings.Builder
	gap, runes := false, 0
	// Without apostrophes first: a mark behind one composes with the letter before it.
	for _, r := range norm.NFC.String(strings.ToLower(norm.NFC.String(apostrophes.Replace(name)))) {
		switch {
		case !isSlugRune(r, b.Len() > 0 && !gap):
			gap = b.Len() > 0
			continue
		case gap && runes+2 > MaxSlugLength, runes+1 > MaxSlugLength:
			return b.String()
		case gap:
			b.WriteByte('-')
			runes++
		}
		b.WriteRune(r)
		gap = false
		runes++
	}
	return b.String()
}

// isSlugRune: a mark is kept only on the letter before it.
func isSlugRune(r rune, afterLetter bool) bool {
	if unicode.IsMark(r) {
		return afterLetter
	}
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !strings.ContainsRune(fillers, r)
}
