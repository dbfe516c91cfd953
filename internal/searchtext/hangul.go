package searchtext

import "strings"

// The syllables of Unicode are ordered by initial consonant, 588 for each.
const (
	firstSyllable, lastSyllable = '가', '힣'
	perInitial                  = 588
	firstLeading                = '\u1100' // the initials as parts of decomposed syllables, in the same order
)

var initials = []rune("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")

// clusters are final consonants, which a keyboard makes of two initials typed one after the other.
var clusters = map[rune]string{
	'ㄳ': "ㄱㅅ", 'ㄵ': "ㄴㅈ", 'ㄶ': "ㄴㅎ", 'ㄺ': "ㄹㄱ", 'ㄻ': "ㄹㅁ", 'ㄼ': "ㄹㅂ", 'ㄽ': "ㄹㅅ", 'ㄾ': "ㄹㅌ", 'ㄿ': "ㄹㅍ", 'ㅀ': "ㄹㅎ", 'ㅄ': "ㅂㅅ",
}

func apart(letter rune) string {
	if two, ok := clusters[letter]; ok {
		return two
	}
	return string(letter)
}

// initialOf is the initial consonant of a syllable, or the letter itself where it is one; 0 for anything else.
func initialOf(r rune) rune {
	if r >= firstSyllable && r <= lastSyllable {
		return initials[(r-firstSyllable)/perInitial]
	}
	if isInitial(r) {
		return r
	}
	return 0
}

func isInitial(r rune) bool { return strings.ContainsRune(string(initials), r) }

// syllablesOf gives the first and the last syllable with an initial consonant.
func syllablesOf(initial rune) (first, last rune) {
	for i, r := range initials {
		if r == initial {
			return firstSyllable + rune(i)*perInitial, firstSyllable + rune(i+1)*perInitial - 1
		}
	}
	return initial, initial
}
