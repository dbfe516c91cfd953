package caption

import "strings"

const (
	// MinUsername is the length of the shortest user name, in characters.
	MinUsername = 3
	// MaxUsername is that of the longest.
	MaxUsername = 30
)

// reserved names would pass for the service itself or stand in the way of its addresses.
var reserved = set(`about abuse account accounts admin administrator all anonymous api app apps assets auth billing blog
	brand brands collection collections contact deleted developer developers discover docs download everyone explore
	feed graphql healthz help here home info invite legal login logout mail media metrics moderation moderator
	news noreply no_reply notifications null official oauth password photo photos playground postmaster privacy
	question questions readyz register root rules search security settings shop signin signout signup staff static status
	style styles styleshare styleshare_official styleshare.official subscribe support system tag tags team terms test
	undefined unsubscribe upload uploads user users webmaster www`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// NormalizeUsername gives a user name as it is stored and looked up: lower-case ASCII, MinUsername to MaxUsername of
// a-z, 0-9, '.' and '_', no dot at either end, no two dots in a row. White space around it is forgiven.
// It is false for anything else (letters of other scripts among it, full-width and look-alike ones too) and for names the service keeps for itself.
func NormalizeUsername(s string) (string, bool) {
	name, ok := usernameShape(strings.TrimSpace(s))
	if !ok || reserved[name] {
		return "", false
	}
	return name, true
}

func usernameShape(s string) (string, bool) {
	if len(s) < MinUsername || len(s) > MaxUsername || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return "", false
	}
	b := []byte(s)
	for i, c := range b {
		if !isNameByte(c) {
			return "", false
		}
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b), true
}
