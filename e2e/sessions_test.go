package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	signOut        = `mutation { signOut(input: {}) { userErrors { code } } }`
	revokeSession  = `mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { sessionId userErrors { code } } }`
	changePassword = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { viewer { email } userErrors { field code } } }`
	requestReset   = `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }`
	resetPassword  = `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { userErrors { field code } } }`
	sessions       = `{ viewer { sessions { id isCurrent userAgent } } }`
)

// TestSessionsEndEverywhere has two servers, of which one learns of the end of a session from the other one's database.
func TestSessionsEndEverywhere(t *testing.T) { //nolint:tparallel // a new password ends what the other parts begin
	t.Parallel()
	s := Start(t, Options{Servers: 2, NoWorker: true})
	one, two := s.Servers[0], s.Servers[1]
	minji := s.SignUp(t, "minji")
	isRefused := func(p *Person, at *Process) bool { return p.At(t, at, "Me", nil).Code() == "UNAUTHENTICATED" }
	ends := func(t *testing.T, p *Person, how func()) {
		t.Helper()
		p.At(t, two, "Me", nil).OK(t) // the other server knows the session now
		how()
		if !isRefused(p, one) {
			t.Error("the server where it ended still takes the session")
		}
		WaitFor(t, "the other server to refuse the session", func() bool { return isRefused(p, two) })
		p.Do(t, "Refresh", Vars{"input": Vars{"refreshToken": p.RefreshToken}}).Refused(t, "EXPIRED")
	}
	t.Run("signOut", func(t *testing.T) {
		phone := minji.SignIn(t)
		ends(t, phone, func() { phone.Do(t, signOut, nil).OK(t) })
	})
	t.Run("revokeSession", func(t *testing.T) {
		phone := minji.SignIn(t)
		list := phone.Do(t, sessions, nil).OK(t)
		current := slices.Index(list.Each("viewer.sessions", "id"), list.Text("viewer.sessions.0.id"))
		if is, _ := list.At("viewer.sessions.0.isCurrent").(bool); !is || current != 0 || len(list.List("viewer.sessions")) != 2 {
			t.Fatalf("got %s", list.Body)
		}
		ends(t, phone, func() {
			minji.Do(t, revokeSession, Vars{"input": Vars{"sessionId": list.Text("viewer.sessions.0.id")}}).OK(t)
		})
		minji.Do(t, "Me", nil).OK(t)
	})
	t.Run("changePassword", func(t *testing.T) {
		phone := minji.SignIn(t)
		const next = "corduroy-trousers-85"
		ends(t, phone, func() {
			minji.Do(t, changePassword, Vars{"input": Vars{"currentPassword": "wrong", "newPassword": next}}).Refused(t, "WRONG_CREDENTIALS")
			phone.Do(t, "Me", nil).OK(t)
			minji.Do(t, changePassword, Vars{"input": Vars{"currentPassword": password, "newPassword": next}}).OK(t)
			WaitFor(t, "the server to ask for the session anew", func() bool { return isRefused(phone, one) })
		})
		minji.Do(t, "Me", nil).OK(t) // who changed it stays
		s.Do(t, "", "SignIn", Vars{"input": Vars{"login": "minji", "password": password}}).Refused(t, "WRONG_CREDENTIALS")
		s.Do(t, "", "SignIn", Vars{"input": Vars{"login": "MinJi@example.com", "password": next}}).OK(t)
	})
}

// TestRefreshTokensRotate uses refresh tokens once, twice, and twice at the same moment.
func TestRefreshTokensRotate(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true})
	minji := s.SignUp(t, "minji")
	refresh := func(t *testing.T, token string, key any) Answer {
		t.Helper()
		return s.Do(t, "", "Refresh", Vars{"input": Vars{"refreshToken": token, "clientMutationId": key}})
	}
	t.Run("a used token ends its session", func(t *testing.T) {
		t.Parallel()
		phone := minji.SignIn(t)
		next := refresh(t, phone.RefreshToken, nil).OK(t)
		token := next.Text("refreshSession.refreshToken")
		if token == phone.RefreshToken {
			t.Error("the token does not rotate")
		}
		phone.Token = next.Text("refreshSession.accessToken")
		phone.Do(t, "Me", nil).OK(t)
		refresh(t, phone.RefreshToken, nil).Refused(t, "EXPIRED")
		refresh(t, token, nil).Refused(t, "EXPIRED")
		WaitFor(t, "the access token to be refused", func() bool { return phone.Do(t, "Me", nil).Code() == "UNAUTHENTICATED" })
	})
	t.Run("the same request again is a lost answer", func(t *testing.T) {
		t.Parallel()
		phone := minji.SignIn(t)
		refresh(t, phone.RefreshToken, "try 1").OK(t)
		again := refresh(t, phone.RefreshToken, "try 1").OK(t)
		refresh(t, again.Text("refreshSession.refreshToken"), "try 2").OK(t)
		refresh(t, phone.RefreshToken, "try 1").Refused(t, "EXPIRED")
	})
	t.Run("of many at the same moment one wins, and the session ends", func(t *testing.T) {
		t.Parallel()
		phone := minji.SignIn(t)
		var mu sync.Mutex
		var won []string
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				a, err := s.Servers[0].Try(t.Context(), "", "Refresh", Vars{"input": Vars{"refreshToken": phone.RefreshToken}})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if token := a.Text("refreshSession.refreshToken"); token != "" {
					won = append(won, token)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d won", len(won))
		}
		refresh(t, won[0], nil).Refused(t, "EXPIRED")
	})
	t.Run("somebody else's session number does not help", func(t *testing.T) {
		t.Parallel()
		phone := minji.SignIn(t)
		mine, theirs := strings.Split(phone.RefreshToken, "."), strings.Split(minji.RefreshToken, ".")
		if len(mine) != 3 {
			t.Fatal("the shape of refresh tokens has changed")
		}
		refresh(t, strings.Join([]string{mine[0], theirs[1], mine[2]}, "."), nil).Refused(t, "EXPIRED")
		refresh(t, minji.RefreshToken, nil).OK(t) // a guess ends nobody's session
	})
}

// TestForgottenPassword resets a password by the app and by the page.
func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	for name, reset := range map[string]func(t *testing.T, link, token, password string) (works bool){
		"by.app": func(t *testing.T, _, token, password string) bool {
			t.Helper()
			a := s.Do(t, "", resetPassword, Vars{"input": Vars{"token": token, "newPassword": password}})
			return a.Code() == "" && a.Status == http.StatusOK
		},
		"by.page": func(t *testing.T, link, token, password string) bool {
			t.Helper()
			form := url.Values{"token": {token}, "password": {password}}.Encode()
			a := Send(t, http.MethodPost, link, []byte(form), "Content-Type: application/x-www-form-urlencoded")
			return a.Status == http.StatusOK
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			person := s.SignUp(t, name, "locale", "en")
			s.Do(t, "", requestReset, Vars{"input": Vars{"email": strings.ToUpper(person.Email)}}).OK(t)
			m := s.Mail(t, person.Email, "/reset-password?")
			link := s.Link(t, m, "/reset-password?")
			token := tokenOf(t, link)
			if page := Send(t, http.MethodGet, link, nil); !strings.Contains(string(page.Body), `type="password"`) {
				t.Errorf("the page has no field for a password: %s", page.Body)
			}
			const next = "corduroy-trousers-85"
			if reset(t, link, token, "123") {
				t.Error("took a weak password")
			}
			if !reset(t, link, token, next) {
				t.Fatal("a weak password used the link up")
			}
			if reset(t, link, token, "corduroy-hat-86") {
				t.Error("the link works twice")
			}
			s.Do(t, "", "SignIn", Vars{"input": Vars{"login": person.Name, "password": next}}).OK(t)
			s.Do(t, "", "SignIn", Vars{"input": Vars{"login": person.Name, "password": password}}).Refused(t, "WRONG_CREDENTIALS")
			person.Do(t, "Refresh", Vars{"input": Vars{"refreshToken": person.RefreshToken}}).Refused(t, "EXPIRED")
			WaitFor(t, "old sessions to be refused", func() bool { return person.Do(t, "Me", nil).Code() == "UNAUTHENTICATED" })
			s.Mail(t, person.Email, "password was changed")
		})
	}
}
