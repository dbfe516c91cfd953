package searchtext

import "strings"

// wordEnd is what stands before and after a word of a Document.
const wordEnd = "[ \n]"

// unit is what a pattern does not look into: a syllable, or a word of an alphabet.
type unit struct {
	pattern string
	script  script
	initial bool // stands for all syllables that begin with a consonant
}

func (w word) units() []unit {
	var units []unit
	for _, r := range w {
		if r.script == alphabet {
			units = append(units, unit{pattern: r.text, script: alphabet})
			continue
		}
		for _, letter := range r.text {
			u := unit{pattern: string(letter), script: r.script}
			if isInitial(letter) {
				first, last := syllablesOf(letter)
				u.pattern, u.initial = "["+string(letter)+string(first)+"-"+string(last)+"]", true
			}
			units = append(units, u)
		}
	}
	return units
}

// spaced matches the units whether or not there are spaces between them.
func spaced(units []unit) string {
	patterns := make([]string, len(units))
	for i, u := range units {
		patterns[i] = u.pattern
	}
	return strings.Join(patterns, " ?")
}

// start matches the units where a word begins.
func start(units []unit) string { return wordEnd + spaced(units) }

// anywhere matches the units also inside of a word, if that is of syllables. From inside of one word into the next it
// matches only where it has two syllables of each: 지갑 (purse) is not in "바지 갑니다", but 오버핏코트 is in "블랙오버핏 코트".
func anywhere(units []unit) string {
	if units[0].script == alphabet || len(units) == 1 && units[0].initial {
		return start(units)
	}
	if len(units) == 1 {
		return units[0].pattern
	}
	var inside strings.Builder
	for i, u := range units {
		// Where the script changes, a Document has a space.
		if i > 0 && (u.script != units[i-1].script || i > 1 && i < len(units)-1) {
			inside.WriteString(" ?")
		}
		inside.WriteString(u.pattern)
	}
	return "(?:" + start(units) + "|" + inside.String() + ")"
}
