package caption

import (
	"strings"
	"unicode"
)

const (
	joiner = '\u200d' // zero-width joiner, the glue of 👩‍👩‍👧
	// Letters that leave nothing on the screen; people use them to write "empty" names and comments.
	fillers = "\u115f\u1160\u3164\uffa0"
)

func isHash(r rune) bool { return r == '#' || r == '＃' }

func isAt(r rune) bool { return r == '@' || r == '＠' }

// isWord says whether r is part of a word, so that a '#' right after it is no tag.
func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// isUnspaced says whether r is of a script whose writers glue tags and mentions to the word before.
func isUnspaced(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Han)
}

func isTagRune(r rune) bool {
	return (isWord(r) || unicode.IsMark(r) || isEmoji(r)) && !strings.ContainsRune(fillers, r)
}

// isEmoji covers the pictographs people put into tags: plane 1 with flags and skin tones, and of the basic
// plane the clocks, weather, hearts and stars. Arrows and ornamental quotes are punctuation.
func isEmoji(r rune) bool {
	switch {
	case r >= 0x1f000 && r <= 0x1faff:
		return true
	case r >= 0x275b && r <= 0x2760:
		return false
	case r >= 0x2600 && r <= 0x2793, r >= 0x231a && r <= 0x23ff:
		return unicode.Is(unicode.So, r)
	}
	return r == '⭐' || r == '⭕' || r == '⬛' || r == '⬜'
}

// host recognises "example.com" at the end of what was read so far.
type host struct {
	start, dot int // byte offsets; dot is that of the last '.', or start if there is none
	on         bool
}

func (h *host) add(i int, r rune) {
	if !isHostRune(r) {
		*h = host{}
		return
	}
	if !h.on {
		*h = host{start: i, dot: i, on: true}
	}
	if r == '.' {
		h.dot = i
	}
}

// endsAddress says whether the rune at i of s shows that a web address was begun: the colon of
// "https://", or the slash or question mark of "example.com/".
func (h *host) endsAddress(s string, i int, r rune) bool {
	switch r {
	case ':':
		return h.on && strings.HasPrefix(s[i:], "://")
	case '/', '?':
		return h.on && h.dot > h.start && i-h.dot > 2 && !strings.ContainsAny(s[h.dot:min(i, h.dot+3)], "0123456789-")
	}
	return false
}

func isHostRune(r rune) bool {
	return r == '.' || r == '-' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func isNameByte(b byte) bool {
	return b == '.' || b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}
