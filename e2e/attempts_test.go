package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestAliasesAreAttempts has single operations try a mutation again and again under other aliases: each counts as if it had
// come alone.
func TestAliasesAreAttempts(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true})
	for n, c := range []struct {
		field    string // %d is the number of the attempt
		limit    int
		signedIn bool
	}{
		{`signIn(input: {login: "nobody", password: "guess %d"}) { userErrors { code } }`, 10, false},
		{`signUp(input: {username: "!", email: "one@example.com", password: "guess %d"}) { userErrors { code } }`, 5, false},
		{`signUp(input: {username: "!", email: "%d@example.com", password: "x"}) { userErrors { code } }`, 20, false},
		{`requestPasswordReset(input: {email: "nobody@example.com", clientMutationId: "%d"}) { userErrors { code } }`, 3, false},
		{`requestPasswordReset(input: {email: "nobody%d@example.com"}) { userErrors { code } }`, 30, false},
		{`resetPassword(input: {token: "guess %d", newPassword: "long enough 1"}) { userErrors { code } }`, 30, false},
		{`verifyEmail(input: {token: "guess %d"}) { userErrors { code } }`, 30, false},
		{`signInWithIdToken(input: {issuer: "https://issuer.example.com", idToken: "guess %d"}) { userErrors { code } }`, 100, false},
		{`deleteAccount(input: {password: "guess %d"}) { userErrors { code } }`, 10, true},
		{`changePassword(input: {currentPassword: "guess %d", newPassword: "long enough 1"}) { userErrors { code } }`, 10, true},
	} {
		name, _, _ := strings.Cut(c.field, "(")
		t.Run(fmt.Sprint(name, " ", c.limit), func(t *testing.T) {
			t.Parallel()
			token := ""
			if c.signedIn {
				token = s.SignUp(t, fmt.Sprintf("person%d", n)).Token
			}
			attempts, refused := 0, 0
			for attempts < c.limit+5 {
				var fields []string
				for len(fields) < 20 && attempts < c.limit+5 { // the most root fields that one operation may have
					fields = append(fields, fmt.Sprintf("a%d: "+c.field, attempts, attempts))
					attempts++
				}
				a := s.Do(t, token, "mutation { "+strings.Join(fields, "\n")+" }", nil, fmt.Sprintf("X-Forwarded-For: 198.51.100.%d", n+1))
				for _, e := range a.Errors {
					if e.Extensions["code"] != "RATE_LIMITED" || e.Extensions["retryAfterSeconds"].(float64) < 1 {
						t.Errorf("got %v", e)
					}
					refused++
				}
			}
			// One may have become free again meanwhile, on a slow machine.
			if refused != 5 && refused != 4 {
				t.Errorf("%d of %d attempts were refused, %d are allowed", refused, attempts, c.limit)
			}
		})
	}
}
