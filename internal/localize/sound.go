package localize

import (
	"regexp"
	"strings"
	"unicode"
)

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLatin(r rune) bool { return r <= unicode.MaxASCII && unicode.IsLetter(r) }

// isHangul covers composed syllables, the single letters people type (ㅋㅋ) and decomposed text.
func isHangul(r rune) bool {
	return r >= '가' && r <= '힣' || r >= 'ㄱ' && r <= 'ㅣ' || r >= 0x1161 && r <= 0x1175 || r >= 0x11A8 && r <= 0x11C2
}

// isSilent tells what stands in a word without being read: punctuation, symbols, emoji with their joiners, spaces.
func isSilent(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }

func hangulSound(r rune) sound {
	switch {
	case r >= '가' && r <= '힣':
		// A syllable is lead × 588 + vowel × 28 + final; final 0 is none and 8 is ㄹ (Unicode 3.12).
		switch (r - '가') % 28 {
		case 0:
			return soundVowel
		case 8:
			return soundLiquid
		default:
			return soundConsonant
		}
	case r == 'ㄹ' || r == 0x11AF:
		return soundLiquid // its name is 리을
	case r >= 'ㅏ' && r <= 'ㅣ' || r <= 0x1175:
		return soundVowel
	default:
		return soundConsonant // a letter's name ends in a consonant: 기역, 니은, 키읔
	}
}

// digitSounds: 영 일 이 삼 사 오 육 칠 팔 구.
var digitSounds = [10]sound{
	soundConsonant, soundLiquid, soundVowel, soundConsonant, soundVowel,
	soundVowel, soundConsonant, soundLiquid, soundLiquid, soundVowel,
}

// numberSound reads the number at the end of a word in Sino-Korean. Zeros at the end are read as the power of ten:
// 십, 백, 천, 만, 억 all close with a consonant, 조 (10¹² to 10¹⁵) does not.
func numberSound(word string) sound {
	start := strings.LastIndexFunc(word, func(r rune) bool { return !isDigit(r) && r != ',' }) + 1
	digits := strings.ReplaceAll(word[start:], ",", "")
	head := strings.TrimRight(digits, "0")
	zeros := len(digits) - len(head)
	if head != "" && zeros >= 12 && zeros < 16 {
		return soundVowel
	}
	return digitSounds[digits[len(digits)-1]-'0']
}

var (
	// Abbreviations and single letters are spelled out: URL, BTS, iPhone X; longer words in capitals are words: ZARA.
	readAsLetters = regexp.MustCompile(`^([A-Z]{1,3}|[a-z]|[B-DF-HJ-NP-TV-Z]+)$`)
	// Loan words keep a stop as final consonant after one short vowel: 캣, 북, 팁; not after a long one: 위크, 포스트.
	// The vowels of romanised Korean count as short: seok, wook, hyeop.
	shortVowelStop = regexp.MustCompile(`(^|[^aeiou])(a|e|i|o|u|oo|eo|eu|ae|yeo)(k|ck|p|t|b|c)$`)
	liquidEnd      = regexp.MustCompile(`(l|[^aeiou]le|[aeiouy]le)$`)
	nasalEnd       = regexp.MustCompile(`(m|n|ng|[aeiou][mn]e)$`)
)

// latinSound guesses how a Korean reads a Latin word. Names and loan words follow no rule without exceptions;
// these hold for most of what people are called and for the words of fashion (style, denim, jacket, top, heel).
func latinSound(word string) sound {
	start := strings.LastIndexFunc(word, func(r rune) bool { return !isLatin(r) }) + 1
	word = word[start:]
	if readAsLetters.MatchString(word) {
		switch word[len(word)-1] | 0x20 {
		case 'l', 'r': // 엘, 알
			return soundLiquid
		case 'm', 'n': // 엠, 엔
			return soundConsonant
		default:
			return soundVowel
		}
	}
	word = strings.ToLower(word)
	switch {
	case liquidEnd.MatchString(word):
		return soundLiquid
	case nasalEnd.MatchString(word), shortVowelStop.MatchString(word):
		return soundConsonant
	default:
		return soundVowel
	}
}
