package caption

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxAsk bounds the work on a comment: nobody needs more bytes to ask for nothing but item info.
const maxAsk = 400

var askMention = regexp.MustCompile(`(^|[^a-z0-9_.])[@＠][a-z0-9_.]+(님|언니|오빠)?`)

// IsItemInfoRequest says whether a whole comment only asks what an item is, where it is from or what it costs: "정보
// 좀요", "ㅈㅂㅈㅇ", "신발 정보 좀 알 수 있을까요?", "item info pls". Praise, thanks or anything else beside the ask makes
// it an ordinary comment, because clients may fold the ones that are asks and nothing more.
func IsItemInfoRequest(body string) bool {
	if len(body) > maxAsk {
		return false
	}
	s := askMention.ReplaceAllString(strings.ToLower(norm.NFC.String(body)), " ")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
		return isKoreanAsk(s)
	}
	return isEnglishAsk(s)
}

// anyOf is a group of a regular expression.
func anyOf(alternatives ...string) string { return `(?:` + strings.Join(alternatives, `|`) + `)` }
