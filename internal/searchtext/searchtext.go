// Package searchtext puts what people write and what they search for into one form, in which PostgreSQL finds the one
// by the other: Document makes the words and tokens of what is found, Parse the tokens and patterns of a query.
//
// Korean is found by any syllables of a word, whatever the spaces between words (오버핏코트 is 오버핏 코트), and by initial
// consonants (ㅇㅂㅍ); other scripts by the beginnings of words. Tokens lead to candidates by an index; patterns tell
// which of them really match. Nothing here keeps state, and every function takes time linear in its input.
package searchtext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// script is how a run of letters is read.
type script int

const (
	none     script = iota
	alphabet        // letters and digits that make words
	syllabic        // Hangul, Han and Kana: a letter alone means something, and spaces are a matter of taste
	pictures        // emoji
)

func scriptOf(r rune) script {
	switch {
	case r == 'ー', unicode.In(r, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Han):
		return syllabic
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return alphabet
	case unicode.Is(unicode.So, r):
		return pictures
	}
	return none
}

// The private letters under which Hangul letters that stand alone pass through normalisation, which would make syllables
// of them or letters of another block.
const (
	firstLetter, lastLetter = 'ㄱ', 'ㆎ'
	filler                  = '\u3164'
	shelter                 = '\ue000'
)

// fold makes spellings equal that look equal, or differ by case or accents only.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= firstLetter && r <= lastLetter && r != filler {
			return r - firstLetter + shelter
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	s = norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case r >= '\u0300' && r <= '\u036f': // accents
			return -1
		case unicode.Is(unicode.Variation_Selector, r), unicode.Is(unicode.Cf, r), r == '\u115f', r == '\u1160':
			return -1 // leave nothing on the screen
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s)))
	var b strings.Builder
	for _, r := range s {
		switch letter := r - shelter + firstLetter; {
		case r >= shelter && letter <= lastLetter:
			b.WriteString(apart(letter))
		case r >= firstLeading && r < firstLeading+rune(len(initials)):
			b.WriteRune(initials[r-firstLeading])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// link is what stands between a run and the one before it.
type link int

const (
	direct link = iota // nothing: the script changes
	space
	joint // punctuation that people put inside names: t-shirt, h&m, a.p.c., street_style
	stop  // anything else: a run after it begins a new segment
)

// run is letters of one script without anything between them.
type run struct {
	text   string
	script script
	link   link
}

// segments splits a text where a match must not go on, and gives the runs of each segment.
func segments(s string) [][]run {
	var all [][]run
	var last *run
	s = fold(s)
	between, start := stop, 0
	for i, r := range s {
		sc, end := scriptOf(r), i+utf8.RuneLen(r)
		switch {
		case sc == none:
			between = further(between, r)
			continue
		case last != nil && between == direct && last.script == sc:
			last.text = s[start:end]
			continue
		case between == joint && (sc != alphabet || last.script != alphabet):
			between = stop
		}
		if between == stop {
			all = append(all, nil)
		}
		n := len(all) - 1
		all[n] = append(all[n], run{s[i:end], sc, between})
		last = &all[n][len(all[n])-1]
		between, start = direct, i
	}
	return all
}

// further is what stands between two runs after one more character that is in neither.
func further(between link, r rune) link {
	isBlank := unicode.IsSpace(r) && r != '\n' && r != '\r'
	switch {
	case isBlank && (between == direct || between == space):
		return space
	case between == direct && strings.ContainsRune("'’.-_&/+‐‑", r):
		return joint
	}
	return stop
}
