package e2e

import (
	"strings"
	"testing"

	"styleshare/internal/oidc/oidctest"
)

const signInWithIDToken = `mutation ($input: SignInWithIdTokenInput!) { signInWithIdToken(input: $input) {
	accessToken refreshToken session { isCurrent } viewer { email emailVerified user { id username displayName } } userErrors { field code message } } }`

// TestSignInWithIDTokens signs people in with what an independent, certified provider says of them.
func TestSignInWithIDTokens(t *testing.T) { //nolint:tparallel // the provider goes away and comes back
	t.Parallel()
	provider := oidctest.Start(t)
	s := Start(t, Options{Env: []string{"OIDC_ISSUERS=" + provider.URL + "=" + oidctest.Web + "," + provider.URL + "=" + oidctest.IOS}})
	sign := func(t *testing.T, input Vars) Answer {
		t.Helper()
		full := Vars{"issuer": provider.URL}
		for name, value := range input {
			full[name] = value
		}
		return s.Do(t, "", signInWithIDToken, Vars{"input": full})
	}
	sora := oidctest.Claims{"sub": "sora", "email": "Sora@Example.com", "email_verified": true, "name": "한소라"}
	first := sign(t, Vars{"idToken": provider.Token(t, oidctest.IOS, "n-1", sora), "nonce": "n-1"}).OK(t)
	if first.Text("signInWithIdToken.viewer.email") != "sora@example.com" || first.At("signInWithIdToken.viewer.emailVerified") != true ||
		first.Text("signInWithIdToken.viewer.user.username") != "sora" || first.Text("signInWithIdToken.viewer.user.displayName") != "한소라" {
		t.Errorf("got %s", first.Body)
	}
	s.Do(t, first.Text("signInWithIdToken.accessToken"), "Me", nil).OK(t)
	s.Do(t, "", "Refresh", Vars{"input": Vars{"refreshToken": first.Text("signInWithIdToken.refreshToken")}}).OK(t)
	again := sign(t, Vars{"idToken": provider.Token(t, oidctest.Web, "", sora)}).OK(t)
	if again.Text("signInWithIdToken.viewer.user.id") != first.Text("signInWithIdToken.viewer.user.id") {
		t.Errorf("another account: %s", again.Body)
	}
	for name, c := range map[string]struct {
		input Vars
		want  string
	}{
		"another nonce":   {Vars{"idToken": provider.Token(t, oidctest.Web, "n-2", sora), "nonce": "n-3"}, "WRONG_CREDENTIALS"},
		"another client":  {Vars{"idToken": provider.Token(t, oidctest.Other, "", sora)}, "WRONG_CREDENTIALS"},
		"another issuer":  {Vars{"idToken": "x", "issuer": "https://accounts.google.com"}, "INVALID"},
		"a taken name":    {Vars{"idToken": provider.Token(t, oidctest.Web, "", oidctest.Claims{"sub": "x", "email": "x@example.com"}), "username": "sora"}, "TAKEN"},
		"without address": {Vars{"idToken": provider.Token(t, oidctest.Web, "", oidctest.Claims{"sub": "y"})}, "REQUIRED"},
		"a taken address": {Vars{"idToken": provider.Token(t, oidctest.Web, "", oidctest.Claims{"sub": "z", "email": "sora@example.com"})}, "TAKEN"},
	} {
		if got := sign(t, c.input).Code(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	t.Run("an account is linked once both have verified its address", func(t *testing.T) {
		jiho := s.SignUp(t, "jiho")
		claims := oidctest.Claims{"sub": "jiho-1", "email": jiho.Email, "email_verified": true}
		sign(t, Vars{"idToken": provider.Token(t, oidctest.Web, "", claims)}).Refused(t, "TAKEN")
		link := s.Link(t, s.Mail(t, jiho.Email, "/verify-email?"), "/verify-email?")
		s.Do(t, "", `mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { userErrors { code } } }`, Vars{"input": Vars{"token": tokenOf(t, link)}}).OK(t)
		a := sign(t, Vars{"idToken": provider.Token(t, oidctest.Web, "", claims)}).OK(t)
		if a.Text("signInWithIdToken.viewer.user.id") != jiho.ID {
			t.Errorf("another account: %s", a.Body)
		}
	})
	t.Run("a provider that is away is no outage", func(t *testing.T) {
		provider.Rotate(t)
		token := provider.Token(t, oidctest.Web, "", sora)
		provider.GoAway(t)
		a := sign(t, Vars{"idToken": token}).Refused(t, "NOT_READY")
		if strings.Contains(string(a.Body), "503") || strings.Contains(string(a.Body), "jwks") {
			t.Errorf("the cause reaches the client: %s", a.Body)
		}
		provider.ComeBack(t)
		sign(t, Vars{"idToken": token}).OK(t)
	})
}
