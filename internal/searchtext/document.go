package searchtext

import (
	"hash/fnv"
	"io"
	"maps"
	"slices"
	"strings"
)

// Version is raised with any change of what Document makes of the same text, so that everything is indexed again.
const Version = 1

const (
	// maxPrefix is the longest beginning of a word that has a token, in letters.
	maxPrefix = 20
	// maxInitials is the longest row of initial consonants that has a token.
	maxInitials = 8
)

// Document is the searchable form of one thing.
type Document struct {
	// Title is what the thing is called: names, hashtags, items; Body what else is said. Words in them are parted by one
	// space, and pieces over which no match goes begin and end with a line feed.
	Title, Body string
	// Tokens lead to the document: sorted, each once. Numbers, because an array of a hundred words is compressed by
	// PostgreSQL, and looking into it takes ten times as long; patterns find out where two words have one number.
	Tokens []int32
}

// NewDocument makes a document of names (a hashtag, an item, a brand each) and of a text.
func NewDocument(names []string, body string) Document {
	tokens := make(tokens)
	d := Document{}
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if piece := tokens.read(name, true); !seen[piece] {
			seen[piece] = true
			d.Title += piece
		}
	}
	d.Body = tokens.read(body, false)
	d.Tokens = slices.AppendSeq([]int32{}, maps.Keys(tokens)) // never nil, which is null in SQL
	slices.Sort(d.Tokens)
	return d
}

// Named adds the token that leads to the thing by its whole name.
func (d Document) Named(name string) Document {
	var whole strings.Builder
	for _, s := range segments(name) {
		for _, r := range s {
			whole.WriteString(r.text)
		}
	}
	d.Tokens = append(d.Tokens, nameToken(whole.String()))
	slices.Sort(d.Tokens)
	return d
}

// token is the number of a word.
func token(word string) int32 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, word)
	return int32(h.Sum32())
}

// nameToken is no other token: they are of letters only.
func nameToken(whole string) int32 { return token("=" + whole) }

type tokens map[int32]struct{}

func (t tokens) add(word string) { t[token(word)] = struct{}{} }

// read collects the tokens of a text and gives its words. In names, initial consonants count from every syllable, in
// texts from the beginnings of words only: they are too many to mean anything else.
func (t tokens) read(s string, isName bool) string {
	var b strings.Builder
	for _, runs := range segments(s) {
		b.WriteString("\n")
		for i, r := range runs {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(r.text)
			t.run(runs[i:], isName)
		}
		b.WriteString("\n")
		for i := range runs {
			if name, n := written(runs, i, isName); n > 1 {
				t.prefixes(name)
				b.WriteString("\n" + name + "\n")
			}
		}
	}
	return b.String()
}

// run adds the tokens of the first of the runs.
func (t tokens) run(runs []run, isName bool) {
	switch runs[0].script {
	case alphabet:
		t.prefixes(runs[0].text)
	case syllabic:
		t.syllables(runs, isName)
	case pictures, none:
		for _, picture := range runs[0].text {
			t.add(string(picture))
		}
	}
}

func (t tokens) prefixes(word string) {
	n := 0
	for i := range word {
		if n > 0 {
			t.add(word[:i])
		}
		if n++; n > maxPrefix {
			return
		}
	}
	t.add(word)
}

// syllables adds the tokens of the first of the runs, and of where it touches the next.
func (t tokens) syllables(runs []run, isName bool) {
	own := []rune(runs[0].text)
	all := own
	for _, r := range runs[1:] {
		if r.script != syllabic || len(all) > len(own)+maxInitials {
			break
		}
		all = append(all[:len(all):len(all)], []rune(r.text)...)
	}
	for i, r := range own {
		t.add(string(r))
		if i+1 < len(all) {
			t.add(string(all[i : i+2]))
		}
		switch {
		case i == 0:
			t.initials(all, 1)
		case isName:
			t.initials(own[i:], 2)
		}
	}
}

// initials adds the rows of initial consonants with which the syllables begin.
func (t tokens) initials(syllables []rune, atLeast int) {
	row := make([]rune, 0, maxInitials)
	for _, r := range syllables[:min(len(syllables), maxInitials)] {
		initial := initialOf(r)
		if initial == 0 {
			return
		}
		if row = append(row, initial); len(row) >= atLeast {
			t.add(string(row))
		}
	}
}

// written is what begins with run i as others write it, in one word, and of how many runs: a name with punctuation inside,
// and names of several words.
func written(runs []run, i int, isName bool) (word string, n int) {
	if !isName && runs[i].link == joint {
		return "", 0
	}
	return inOne(runs[i:], func(r run) bool { return r.link == joint || isName && r.link == space })
}

// inOne is the first of the runs with the words of an alphabet that follow as they should, and how many these are.
func inOne(runs []run, follows func(run) bool) (word string, n int) {
	word, n = runs[0].text, 1
	for ; n < len(runs) && runs[0].script == alphabet && runs[n].script == alphabet && follows(runs[n]) && len(word) < maxPrefix; n++ {
		word += runs[n].text
	}
	return word, n
}
