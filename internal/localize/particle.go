package localize

import (
	"fmt"
	"strings"
)

// particle is a Korean particle whose form depends on the last sound of the word before it.
type particle struct {
	closed string // after a final consonant
	open   string // after a vowel
	// liquid says that a final ㄹ counts as a vowel: 서울로, not 서울으로.
	liquid bool
	// unsure is written where the last sound is not known, as after Han characters.
	unsure string
}

// particles are the pairs that a text may name, the form after a consonant first.
var particles = []particle{
	{closed: "이", open: "가", unsure: "이(가)"},
	{closed: "을", open: "를", unsure: "을(를)"},
	{closed: "은", open: "는", unsure: "은(는)"},
	{closed: "과", open: "와", unsure: "와(과)"},
	{closed: "으로", open: "로", unsure: "(으)로", liquid: true},
	{closed: "이나", open: "나", unsure: "(이)나"},
	{closed: "이랑", open: "랑", unsure: "(이)랑"},
	{closed: "이에요", open: "예요", unsure: "이에요(예요)"},
}

// particleOf finds a pair written as 이/가; both orders are understood, because 와/과 is said the other way round.
func particleOf(pair string) (particle, error) {
	for _, p := range particles {
		if pair == p.closed+"/"+p.open || pair == p.open+"/"+p.closed {
			return p, nil
		}
	}
	return particle{}, fmt.Errorf("%q is no pair of particles", pair)
}

// after gives the form that follows a word.
func (p particle) after(word string) string {
	switch lastSound(word) {
	case soundVowel:
		return p.open
	case soundConsonant:
		return p.closed
	case soundLiquid:
		if p.liquid {
			return p.open
		}
		return p.closed
	default:
		return p.unsure
	}
}

// sound is how a word ends when a Korean reads it aloud.
type sound int

const (
	soundUnknown sound = iota
	soundVowel
	soundConsonant
	soundLiquid // the consonant ㄹ
)

// lastSound listens to the last letter or digit. Quotes, punctuation and emoji are not read aloud, and neither is
// a closing parenthesis with its content: 민지(23)가.
func lastSound(word string) sound {
	runes := []rune(strings.TrimSpace(word))
	for len(runes) > 0 {
		last := runes[len(runes)-1]
		switch {
		case isHangul(last):
			return hangulSound(last)
		case isDigit(last):
			return numberSound(string(runes))
		case isLatin(last):
			return latinSound(string(runes))
		case last == ')':
			runes = beforeParenthesis(runes)
		case isSilent(last):
			runes = runes[:len(runes)-1]
		default:
			return soundUnknown
		}
	}
	return soundUnknown
}

// beforeParenthesis drops a closing parenthesis, together with its content if words stand before it.
func beforeParenthesis(runes []rune) []rune {
	for i := len(runes) - 1; i > 0; i-- {
		if runes[i] == '(' {
			return runes[:i]
		}
	}
	return runes[:len(runes)-1]
}
