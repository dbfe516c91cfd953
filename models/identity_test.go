package models

import (
	"regexp"
	"strings"
	"testing"
)

const issuer = "https://issuer.example"

// idToken is what a verified token says of a person.
func idToken(subject, email string, verified bool) IdentityInput {
	return IdentityInput{Issuer: issuer, Subject: subject, Email: email, EmailVerified: verified, Locale: "ko", TimeZone: DefaultTimeZone}
}

func verifyAddress(t testing.TB, db *DB, userID int64) {
	t.Helper()
	exec(t, db, `update accounts set email_verified_at = ? where user_id = ?`, db.Now(), userID)
}

func TestFirstSignInMakesAnAccount(t *testing.T) {
	t.Parallel()
	db := open(t)
	in := idToken("1", "Mina.Kim@example.com", true)
	in.Name = "김민아"
	grant := must(db.SignInWithIdentity(t.Context(), Attempt{}, in))
	a, u := must(db.Account(t.Context(), grant.UserID)), must(db.Users(t.Context(), []int64{grant.UserID}))[grant.UserID]
	if a.Email != "mina.kim@example.com" || a.EmailVerifiedAt == nil || a.PasswordHash != "" || u.Username != "mina_kim" || u.DisplayName != "김민아" {
		t.Errorf("%+v, %+v", a, u)
	}
	if jobs(t, db, JobMail) != 0 {
		t.Error("a verified address is verified again")
	}
	if !must(db.SessionActive(t.Context(), grant.UserID, grant.SessionID)) {
		t.Error("no session")
	}
	in.Email = "" // Apple names the address the first time only
	if again := must(db.SignInWithIdentity(t.Context(), Attempt{}, in)); again.UserID != grant.UserID || again.SessionID == grant.SessionID {
		t.Errorf("%+v after %+v", again, grant)
	}
	// Nobody has told us a password, so none is right.
	for _, password := range []string{"", goodPassword} {
		_, err := db.SignIn(t.Context(), Attempt{}, "mina_kim", password, "")
		refused(t, err, "WRONG_CREDENTIALS")
		refused(t, db.ChangePassword(t.Context(), by(grant.UserID), grant.SessionID, password, nextPassword), "currentPassword WRONG_CREDENTIALS")
	}
	link := mailedToken(t, db, grant.UserID, ResetPasswordToken, ResetPasswordTTL)
	if err := db.ResetPassword(t.Context(), Attempt{}, link, nextPassword); err != nil {
		t.Fatal(err)
	}
	must(db.SignIn(t.Context(), Attempt{}, "mina_kim", nextPassword, ""))
}

func TestAccountsAreLinkedByVerifiedAddressesOnly(t *testing.T) {
	t.Parallel()
	db := open(t)
	for name, c := range map[string]struct {
		ours, theirs bool
		want         string
	}{
		"both": {true, true, ""}, "ours": {true, false, "idToken TAKEN"}, "theirs": {false, true, "idToken TAKEN"}, "none": {false, false, "idToken TAKEN"},
	} {
		mina := named(t, db, name)
		if c.ours {
			verifyAddress(t, db, mina)
		}
		grant, err := db.SignInWithIdentity(t.Context(), Attempt{}, idToken(name, strings.ToUpper(name)+"@Example.com", c.theirs))
		switch {
		case c.want != "":
			refused(t, err, c.want)
		case err != nil || grant.UserID != mina:
			t.Errorf("%s: %v, %v", name, grant, err)
		}
		if n := one[int](t, db, `select count(*) from identities where subject = ?`, name); n != map[bool]int{true: 1}[c.want == ""] {
			t.Errorf("%s: %d identities", name, n)
		}
	}
	if n := one[int](t, db, `select count(*) from users`); n != 4 {
		t.Errorf("%d accounts", n)
	}
}

func TestSignInWithIdentityRefuses(t *testing.T) {
	t.Parallel()
	db := open(t)
	named(t, db, "taken")
	sign := func(change func(*IdentityInput)) error {
		in := idToken("x", "x@example.com", true)
		change(&in)
		_, err := db.SignInWithIdentity(t.Context(), Attempt{}, in)
		return err
	}
	refused(t, sign(func(in *IdentityInput) { in.Email = "" }), "idToken REQUIRED")
	refused(t, sign(func(in *IdentityInput) { in.Email = "민아@example.com" }), "idToken INVALID")
	refused(t, sign(func(in *IdentityInput) { in.Username = ptr("taken") }), "username TAKEN")
	refused(t, sign(func(in *IdentityInput) { in.Username = ptr("민아") }), "username INVALID")
	if err := sign(func(in *IdentityInput) { in.Username = ptr("Mina") }); err != nil {
		t.Error(err)
	}
	exec(t, db, `update users set suspended_at = now()`)
	refused(t, sign(func(*IdentityInput) {}), "SUSPENDED")
	// The suspended do not come in by another door either.
	refused(t, sign(func(in *IdentityInput) { in.Subject = "y" }), "SUSPENDED")
	if n := one[int](t, db, `select count(*) from identities`); n != 1 {
		t.Errorf("%d identities", n)
	}
}

func TestUsernamesAreFound(t *testing.T) {
	t.Parallel()
	db := open(t)
	named(t, db, "jun")
	for _, c := range []struct{ handle, email, want string }{
		{"", "jun@example.org", `^jun\d{2,9}$`}, {"Soo Ah", "1@example.com", `^soo_ah$`}, {"김민아", "mina-1@example.com", `^mina_1$`},
		{"김민아", "a@example.com", `^user\d{2,9}$`}, {"admin", "b@example.com", `^admin\d{2,9}$`}, {"", "be@example.com", `^be\d{2,9}$`},
		{"...", "__@example.com", `^user\d{2,9}$`}, {strings.Repeat("long.", 20), "c@example.com", `^long_long_long_long_l$`},
		{"é" + "mile", "d@example.com", `^mile$`},
	} {
		in := idToken(c.email, c.email, true)
		in.Handle = c.handle
		name := usernameOf(t, db, must(db.SignInWithIdentity(t.Context(), Attempt{}, in)).UserID)
		if !regexp.MustCompile(c.want).MatchString(name) {
			t.Errorf("%q, %s: %s, want %s", c.handle, c.email, name, c.want)
		}
	}
}

// Two first sign-ins at the same moment make one account: with one identity, and with one address at several issuers.
func TestFirstSignInsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	db := open(t)
	const n = 8
	for _, c := range []struct {
		name    string
		subject func(i int) string
	}{{"one", func(int) string { return "same" }}, {"many", func(i int) string { return string(rune('a' + i)) }}} {
		people := make([]int64, n)
		for _, err := range atOnce(n, func(i int) error {
			grant, err := db.SignInWithIdentity(t.Context(), Attempt{}, idToken(c.subject(i), c.name+"@example.com", true))
			if err == nil {
				people[i] = grant.UserID
			}
			return err
		}) {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		for _, id := range people {
			if id != people[0] {
				t.Errorf("%s: accounts %v", c.name, people)
			}
		}
	}
	// Different people whose names are alike get different ones.
	for _, err := range atOnce(n, func(i int) error {
		in := idToken("n"+string(rune('a'+i)), string(rune('a'+i))+"@example.com", true)
		in.Handle = "sora"
		_, err := db.SignInWithIdentity(t.Context(), Attempt{}, in)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
}
