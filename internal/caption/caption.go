// Package caption reads what people write: hashtags and @mentions in captions and comments, user names,
// brand names, and the comments that only ask where something is from ("정보 좀요").
//
// All text is compared in Unicode NFC, so that Hangul typed on a Mac (decomposed) and on a phone (composed)
// is the same tag. Nothing here keeps state, and every function takes time linear in its input.
package caption

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// MaxTags is how many distinct hashtags of one text count; those after it are plain text.
	MaxTags = 30
	// MaxMentions is how many distinct people one text can mention; those after it are plain text.
	MaxMentions = 20
	// MaxTagLength is the longest hashtag in runes, without its '#'. A longer word is plain text:
	// cutting it would make a tag that nobody wrote.
	MaxTagLength = 50
)

// Parse reads the hashtags and the user names mentioned in a text, each in order of first appearance and
// once only, at most MaxTags and MaxMentions of them.
//
// Tags come without '#', in NFC and lower case. They are made of letters, marks, digits, '_' and emoji
// (#데일리룩❤️ is one tag, as people expect from other networks) and hold at least one letter or emoji.
// A Korean particle is part of the tag it is written to (#코트를): where the noun ends cannot be known.
//
// Mentions come in lower case and have the shape of a user name (see NormalizeUsername); whether such a
// person exists is for the caller to find out. What follows may be Korean, Chinese or Japanese ("@minji님").
//
// '#' and '@' (or full-width ＃ and ＠) count at the start of a word, right after another tag or mention
// ("#a#b"), and glued to a word in Hangul, Kana or Han ("예쁘다#데일리룩"), whose writers often leave the
// space out; after any other letter or digit they do not ("a#b", "kim@example.com"). Nothing inside a
// web address counts.
func Parse(text string) (tags, mentions []string) {
	p := parse(text)
	return p.tags, p.mentions
}

// parser walks over a text once, from left to right.
type parser struct {
	s        string // NFC
	i        int    // byte offset of the next rune
	open     bool   // a tag or mention may start here
	host     host
	tags     []string
	mentions []string
	seen     map[string]bool // '#' or '@' and the name
	steps    int             // runes looked at, so that a test can hold the work to a line
}

func parse(text string) *parser {
	p := &parser{s: norm.NFC.String(text), open: true, seen: map[string]bool{}}
	for p.i < len(p.s) {
		r, n := p.peek()
		switch {
		case p.open && isHash(r):
			p.i += n
			p.tag()
		case p.open && isAt(r):
			p.i += n
			p.mention()
		default:
			p.plain(r, n)
		}
	}
	return p
}

// peek gives the next rune and its width; at the end of the text the width is 0.
func (p *parser) peek() (rune, int) {
	p.steps++
	return utf8.DecodeRuneInString(p.s[p.i:])
}

// plain steps over a rune that starts nothing, or over the rest of a web address.
func (p *parser) plain(r rune, n int) {
	if p.host.endsAddress(p.s, p.i, r) {
		p.skipAddress()
		return
	}
	p.host.add(p.i, r)
	p.i += n
	switch {
	case unicode.IsMark(r): // belongs to what came before
	case r == '&': // an HTML entity such as &#x27; pasted from elsewhere
		p.open = p.i >= len(p.s) || p.s[p.i] != '#'
	default:
		p.open = !isWord(r) || isUnspaced(r)
	}
}

// skipAddress steps to the end of a web address: white space, or a character that none contains.
func (p *parser) skipAddress() {
	for p.i < len(p.s) {
		r, n := p.peek()
		if unicode.IsSpace(r) || strings.ContainsRune(`<>"`, r) {
			break
		}
		p.i += n
	}
	p.host, p.open = host{}, true
}

// tag reads the word after a '#'.
func (p *parser) tag() {
	word := p.tagWord()
	if tag, ok := finishTag(word); ok {
		p.keep('#', tag, &p.tags, MaxTags)
	}
	p.host, p.open = host{}, true
}

// tagWord steps over the longest run of tag runes. Marks do not begin one: "#️⃣" is a keycap, not a tag.
// A zero-width joiner belongs to it between two emoji only; elsewhere it would make look-alikes.
func (p *parser) tagWord() string {
	start, end := p.i, p.i
	var base, last rune // the last rune that is no mark; the last rune
	for p.i < len(p.s) {
		r, n := p.peek()
		switch {
		case r == joiner && isEmoji(base) && last != joiner:
		case last == joiner && !isEmoji(r), !isTagRune(r), base == 0 && unicode.IsMark(r):
			p.i = end
			return p.s[start:end]
		}
		p.i += n
		if r != joiner {
			end = p.i
		}
		if !unicode.IsMark(r) && r != joiner {
			base = r
		}
		last = r
	}
	p.i = end
	return p.s[start:end]
}

// mention reads the user name after an '@'.
func (p *parser) mention() {
	start, end := p.i, p.i
	for p.i < len(p.s) && isNameByte(p.s[p.i]) {
		p.steps++
		p.i++
		if p.s[p.i-1] != '.' {
			end = p.i
		} else if p.i-start == 1 || p.s[p.i-2] == '.' {
			break // a name neither begins with a dot nor holds two in a row
		}
	}
	p.i = end
	p.host, p.open = host{}, true
	if r, _ := p.peek(); (unicode.IsLetter(r) && !isUnspaced(r)) || unicode.IsMark(r) {
		return // "@joséphine" is not @jos
	}
	if name, ok := usernameShape(p.s[start:end]); ok {
		p.keep('@', name, &p.mentions, MaxMentions)
	}
}

func (p *parser) keep(kind byte, name string, list *[]string, limit int) {
	key := string(kind) + name
	if len(*list) < limit && !p.seen[key] {
		p.seen[key] = true
		*list = append(*list, name)
	}
}
