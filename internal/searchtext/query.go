package searchtext

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxQuery is the longest query in characters.
const MaxQuery = 100

// Query is what to look for, as PostgreSQL takes it. All patterns are regular expressions over the Title and the Body of
// a Document.
type Query struct {
	// Name is the token of the thing whose whole name the query is.
	Name int32
	// Ways are the readings of the query, one or two: a document matches if it has all tokens and fits all patterns of one.
	Ways []Way
	// Starts match where every word of the query begins a word.
	Starts []string
	// Whole matches the words of the query one after the other, with nothing at either end; Title where that is all of a
	// name.
	Whole, Title string
	// Short says that the query is a single syllable, which inside of a word means little.
	Short bool
}

// Way is one reading of a query.
type Way struct {
	Tokens   []int32
	Patterns []string
}

// Parse reads a query: nil where there is nothing to look for, false where it is longer than MaxQuery.
func Parse(text string) (*Query, bool) {
	return parse(text, func(w word) word { return w })
}

// ParseLoosely is Parse without Korean particles and the English plural at the ends of words, for when nothing else was
// found.
func ParseLoosely(text string) (*Query, bool) { return parse(text, word.loose) }

func parse(text string, change func(word) word) (*Query, bool) {
	// The first bound keeps a megabyte from being normalised; a syllable in pieces takes nine bytes.
	if len(text) > 16*MaxQuery || utf8.RuneCountInString(norm.NFC.String(text)) > MaxQuery {
		return nil, false
	}
	words := wordsOf(text)
	if len(words) == 0 {
		return nil, true
	}
	for i, w := range words {
		words[i] = change(w)
	}
	return newQuery(words), true
}

// word is what a person wrote without a space.
type word []run

// wordsOf reads the words of a query. What has punctuation inside is a word of its own, as in a Document. Emoji are looked
// for only where there is nothing else.
func wordsOf(text string) []word {
	var words, emoji []word
	for _, runs := range segments(text) {
		glued := false // to the word before
		for len(runs) > 0 {
			name, n := inOne(runs, func(r run) bool { return r.link == joint })
			first := runs[0]
			switch {
			case first.script == pictures:
				emoji = append(emoji, word{first})
			case n > 1:
				words = append(words, word{{name, alphabet, space}})
			case glued && first.link == direct:
				words[len(words)-1] = append(words[len(words)-1], first)
			default:
				words = append(words, word{first})
			}
			glued = n == 1 && first.script != pictures
			runs = runs[n:]
		}
	}
	if len(words) == 0 {
		return emoji
	}
	return words
}

func newQuery(words []word) *Query {
	q := &Query{Ways: []Way{newWay(words)}}
	var phrase []unit
	var whole strings.Builder
	for _, w := range words {
		units := w.units()
		phrase = append(phrase, units...)
		q.Starts = append(q.Starts, start(units))
		for _, r := range w {
			whole.WriteString(r.text)
		}
	}
	q.Name = nameToken(whole.String())
	q.Whole = wordEnd + spaced(phrase) + wordEnd
	q.Title = "\n" + spaced(phrase) + "\n"
	q.Short = len(phrase) == 1 && phrase[0].script == syllabic
	if joined := joinAlphabet(words); len(joined) < len(words) {
		q.Ways = append(q.Ways, newWay(joined))
	}
	return q
}

// joinAlphabet writes neighbouring words in one: "wide pants" is the hashtag widepants, too.
func joinAlphabet(words []word) []word {
	var joined []word
	for _, w := range words {
		if n := len(joined) - 1; n >= 0 && w[0].script == alphabet && joined[n][len(joined[n])-1].script == alphabet {
			last := slices.Clone(joined[n])
			last[len(last)-1].text += w[0].text
			joined[n] = append(last, w[1:]...)
			continue
		}
		joined = append(joined, w)
	}
	return joined
}

func newWay(words []word) Way {
	var way Way
	for _, w := range words {
		for _, r := range w {
			for _, word := range r.tokens() {
				way.Tokens = append(way.Tokens, token(word))
			}
		}
		way.Patterns = append(way.Patterns, anywhere(w.units()))
	}
	slices.Sort(way.Tokens)
	way.Tokens = slices.Compact(way.Tokens)
	return way
}

// tokens are those that every document has in which the run is found.
func (r run) tokens() []string {
	runes := []rune(r.text)
	if r.script == alphabet {
		return []string{string(runes[:min(len(runes), maxPrefix)])}
	}
	if r.script == syllabic && !slices.ContainsFunc(runes, func(r rune) bool { return !isInitial(r) }) {
		return []string{string(runes[:min(len(runes), maxInitials)])}
	}
	var tokens []string
	for i, letter := range runes {
		switch {
		case isInitial(letter): // an unfinished syllable stands for many
		case r.script == syllabic && i+1 < len(runes) && !isInitial(runes[i+1]):
			tokens = append(tokens, string(runes[i:i+2]))
		default:
			tokens = append(tokens, string(letter))
		}
	}
	return tokens
}
