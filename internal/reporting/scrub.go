package reporting

import "regexp"

// maxText bounds what a report repeats of one error.
const maxText = 500

// values are what the text of an error may repeat of somebody's words, addresses or secrets: whatever stands in quotes,
// mail and network addresses, what follows a "?" or a password in an address, and whatever is long enough to be a token.
var values = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'[^']*'|` + "`[^`]*`" + `|“[^”]*”`), `"…"`},
	{regexp.MustCompile(`[^\s"'<>(),;:]+@[^\s"'<>(),;:]+`), "…@…"},
	{regexp.MustCompile(`\?[^\s"]+`), "?…"},
	{regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b`), "(address)"},
	{regexp.MustCompile(`\[?\b(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{1,4}\b\]?(?::\d+)?`), "(address)"},
	{regexp.MustCompile(`=\([^)]*\)`), "=(…)"}, // PostgreSQL's details: Key (email)=(…)
	{regexp.MustCompile(`[A-Za-z0-9+/_.-]*[0-9][A-Za-z0-9+/_.-]{20,}|[A-Za-z0-9+/_-]{40,}`), "…"},
}

// scrub cuts the values out of a text.
func scrub(text string) string {
	for _, v := range values {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	if len(text) > maxText {
		text = text[:maxText] + " …"
	}
	return text
}
