// Package localize holds every sentence that a person reads, in Korean and in English.
//
// The texts live in texts/DOMAIN.LANGUAGE.json: one file for each domain and language, a flat object from key to text.
// Both languages have the same keys and use the same arguments; a test holds them to it.
//
// A text takes its arguments by position:
//
//	{0}                the first argument; integers get thousands separators
//	{0|은/는}           the first argument and the Korean particle that fits its last sound
//	{1#other|others}   only the word: the first form where the second argument is one, the second form otherwise
package localize

import (
	"golang.org/x/text/language"
)

// Language is a language that the service speaks, as an IETF tag. An unknown Language speaks English.
type Language string

// The languages of the catalogue.
const (
	Korean  Language = "ko"
	English Language = "en"
)

// Languages lists what the catalogue speaks.
var Languages = []Language{English, Korean}

// The first tag is the matcher's answer where nothing fits.
var matcher = language.NewMatcher([]language.Tag{language.English, language.Korean})

// Match picks the language for an Accept-Language header. English is the answer where the header is missing, malformed
// or names no language of the catalogue: a caller who does not say is a program or a developer more often than a person,
// as phones and browsers always send the header.
func Match(acceptLanguage string) Language {
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return English
	}
	_, index, _ := matcher.Match(tags...)
	return Languages[index]
}

// Parse reads a locale that a person chose; false where the catalogue does not speak it.
func Parse(locale string) (Language, bool) {
	for _, l := range Languages {
		if locale == string(l) {
			return l, true
		}
	}
	return English, false
}

// Text puts the arguments into the text of a key. An unknown key is answered with itself, so that a missing text
// is seen and breaks nothing; use Has in a test to prove that the keys of a package exist.
func (l Language) Text(key string, args ...any) string {
	texts, ok := catalogue[l]
	if !ok {
		texts = catalogue[English]
	}
	t, ok := texts[key]
	if !ok {
		return key
	}
	return t.fill(args)
}

// Has tells whether a key exists. Both languages have the same keys.
func Has(key string) bool {
	_, ok := catalogue[English][key]
	return ok
}
