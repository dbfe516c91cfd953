package models

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
)

const goodPassword = "twelve blue socks"

func signUpInput(username string) SignUpInput {
	return SignUpInput{Username: username, Email: username + "@example.com", Password: goodPassword, Locale: "ko", TimeZone: DefaultTimeZone, UserAgent: "phone"}
}

func signUp(t testing.TB, db *DB, username string) *SessionGrant {
	t.Helper()
	grant, err := db.SignUp(t.Context(), signUpInput(username))
	if err != nil {
		t.Fatal(err)
	}
	return grant
}

func TestSignUpMakesEverythingAtOnce(t *testing.T) {
	t.Parallel()
	db := open(t)
	in := signUpInput("Mina.Kim")
	in.Email = " Mina@Example.COM "
	grant := must(db.SignUp(t.Context(), in))
	u := must(db.Users(t.Context(), []int64{grant.UserID}))[grant.UserID]
	if u.Username != "mina.kim" || u.DisplayName != "mina.kim" {
		t.Errorf("%+v", u)
	}
	a := must(db.Account(t.Context(), grant.UserID))
	if a.Email != "mina@example.com" || a.EmailVerifiedAt != nil || a.Locale != "ko" || strings.Contains(a.PasswordHash, goodPassword) {
		t.Errorf("%+v", a)
	}
	if active := must(db.SessionActive(t.Context(), grant.UserID, grant.SessionID)); !active {
		t.Error("no session")
	}
	if n := jobs(t, db, JobMail); n != 1 {
		t.Errorf("%d mails", n)
	}
}

func TestSignUpRefuses(t *testing.T) {
	t.Parallel()
	db := open(t)
	signUp(t, db, "mina")
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		change func(*SignUpInput)
		want   string
	}{
		"taken username":          {func(in *SignUpInput) { in.Username = "MINA" }, "username TAKEN"},
		"taken address":           {func(in *SignUpInput) { in.Email = "MINA@example.com" }, "email TAKEN"},
		"short username":          {func(in *SignUpInput) { in.Username = "mi" }, "username INVALID"},
		"long username":           {func(in *SignUpInput) { in.Username = long }, "username INVALID"},
		"reserved username":       {func(in *SignUpInput) { in.Username = "Admin" }, "username INVALID"},
		"Cyrillic username":       {func(in *SignUpInput) { in.Username = "mіna" }, "username INVALID"},
		"full-width username":     {func(in *SignUpInput) { in.Username = "ｍｉｎａ" }, "username INVALID"},
		"Kelvin username":         {func(in *SignUpInput) { in.Username = "\u212aim" }, "username INVALID"},
		"dotless username":        {func(in *SignUpInput) { in.Username = "mına" }, "username INVALID"},
		"Hangul username":         {func(in *SignUpInput) { in.Username = "미나김" }, "username INVALID"},
		"no address":              {func(in *SignUpInput) { in.Email = "" }, "email INVALID"},
		"no domain":               {func(in *SignUpInput) { in.Email = "jun@" }, "email INVALID"},
		"no dot":                  {func(in *SignUpInput) { in.Email = "jun@localhost" }, "email INVALID"},
		"address with a name":     {func(in *SignUpInput) { in.Email = "Jun <jun@example.com>" }, "email INVALID"},
		"two addresses":           {func(in *SignUpInput) { in.Email = "a@example.com,b@example.com" }, "email INVALID"},
		"address with a line":     {func(in *SignUpInput) { in.Email = "a@example.com\r\nBcc: b@example.com" }, "email INVALID"},
		"address of a machine":    {func(in *SignUpInput) { in.Email = "a@[127.0.0.1]" }, "email INVALID"},
		"quoted address":          {func(in *SignUpInput) { in.Email = `"a b"@example.com` }, "email INVALID"},
		"Cyrillic address":        {func(in *SignUpInput) { in.Email = "mіna@example.com" }, "email INVALID"},
		"Kelvin address":          {func(in *SignUpInput) { in.Email = "\u212aim@example.com" }, "email INVALID"},
		"full-width domain":       {func(in *SignUpInput) { in.Email = "jun@ｅxample.com" }, "email INVALID"},
		"long address":            {func(in *SignUpInput) { in.Email = strings.Repeat("x", 250) + "@example.com" }, "email TOO_LONG"},
		"megabyte address":        {func(in *SignUpInput) { in.Email = long }, "email TOO_LONG"},
		"short password":          {func(in *SignUpInput) { in.Password = "7 chars" }, "password TOO_SHORT"},
		"long password":           {func(in *SignUpInput) { in.Password = long }, "password TOO_LONG"},
		"common password":         {func(in *SignUpInput) { in.Password = "password1" }, "password INVALID"},
		"password as the name":    {func(in *SignUpInput) { in.Username, in.Password = "jun.of.seoul", "Jun.Of.Seoul" }, "password INVALID"},
		"password as the address": {func(in *SignUpInput) { in.Email, in.Password = "jun.kim.1@example.com", "jun.kim.1" }, "password INVALID"},
		"long name":               {func(in *SignUpInput) { in.DisplayName = strings.Repeat("가", MaxDisplayName+1) }, "displayName TOO_LONG"},
		"empty name":              {func(in *SignUpInput) { in.DisplayName = " \u200b\t" }, "displayName REQUIRED"},
		"locale":                  {func(in *SignUpInput) { in.Locale = "fr" }, "locale INVALID"},
		"time zone":               {func(in *SignUpInput) { in.TimeZone = "Seoul" }, "timeZone INVALID"},
		"local time zone":         {func(in *SignUpInput) { in.TimeZone = "Local" }, "timeZone INVALID"},
		"no time zone":            {func(in *SignUpInput) { in.TimeZone = "" }, "timeZone INVALID"},
		"path as time zone":       {func(in *SignUpInput) { in.TimeZone = "../../etc/passwd" }, "timeZone INVALID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := signUpInput("jun")
			c.change(&in)
			_, err := db.SignUp(t.Context(), in)
			refused(t, err, c.want)
		})
	}
	_, err := db.SignUp(t.Context(), SignUpInput{})
	refused(t, err, "username INVALID", "email INVALID", "password TOO_SHORT", "locale INVALID", "timeZone INVALID")
}

func TestSignUpAtTheSameMoment(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(i int, in *SignUpInput){
		"username": func(i int, in *SignUpInput) { in.Email = strings.Repeat("x", i+1) + "@example.com" },
		"email":    func(i int, in *SignUpInput) { in.Username += strings.Repeat("x", i+1) },
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			won := 0
			for _, err := range atOnce(6, func(i int) error {
				in := signUpInput("mina")
				change(i, &in)
				if i%2 == 1 {
					in.Username, in.Email = strings.ToUpper(in.Username), strings.ToUpper(in.Email)
				}
				_, err := db.SignUp(t.Context(), in)
				return err
			}) {
				if err == nil {
					won++
				} else {
					refused(t, err, field+" TAKEN")
				}
			}
			if n := one[int](t, db, `select count(*) from users`); won != 1 || n != 1 {
				t.Errorf("%d won, %d accounts", won, n)
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	db := open(t)
	in := signUpInput("mina")
	in.Password = "\u1112\u1161\u11ab글 열두 글자 비밀번호" // as a Mac types it
	mina := must(db.SignUp(t.Context(), in)).UserID
	for _, login := range []string{"mina", " MINA ", "mina@example.com", "Mina@Example.com"} {
		grant, err := db.SignIn(t.Context(), Attempt{}, login, "한글 열두 글자 비밀번호", "phone")
		if err != nil || grant.UserID != mina {
			t.Errorf("%q: %v, %v", login, grant, err)
		}
	}
	for _, c := range []struct{ login, password string }{
		{"mina", "wrong"}, {"mina", ""}, {"nobody", in.Password}, {"", ""}, {"nobody@example.com", in.Password}, {"mina", strings.Repeat("x", 1<<20)},
		{"mina@example.com' or true --", in.Password}, {"mina' or '1'='1", in.Password}, {"%", in.Password},
	} {
		_, err := db.SignIn(t.Context(), Attempt{}, c.login, c.password, "phone")
		refused(t, err, "WRONG_CREDENTIALS")
	}
	exec(t, db, `update users set suspended_at = now()`)
	_, err := db.SignIn(t.Context(), Attempt{}, "mina", "wrong", "phone")
	refused(t, err, "WRONG_CREDENTIALS") // only who knows the password learns of it
	_, err = db.SignIn(t.Context(), Attempt{}, "mina", in.Password, "phone")
	refused(t, err, "SUSPENDED")
	exec(t, db, `update users set suspended_at = null, deleted_at = now() - interval '31 days'`)
	_, err = db.SignIn(t.Context(), Attempt{}, "mina", in.Password, "phone")
	refused(t, err, "WRONG_CREDENTIALS")
}

func TestSignInMakesOldHashesNew(t *testing.T) {
	t.Parallel()
	db := open(t)
	mina := person(t, db)
	weak := must(argon2id.CreateHash(goodPassword, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}))
	exec(t, db, `update accounts set password_hash = ?`, weak)
	for range 2 {
		must(db.SignIn(t.Context(), Attempt{}, usernameOf(t, db, mina), goodPassword, ""))
		if hash := must(db.Account(t.Context(), mina)).PasswordHash; hash == weak || db.Passwords.NeedsRehash(hash) {
			t.Errorf("hash %s", hash)
		}
	}
}

func TestLongUserAgentsAreCut(t *testing.T) {
	t.Parallel()
	db := open(t)
	in := signUpInput("mina")
	in.UserAgent = "\x00\xff" + strings.Repeat("폰", maxUserAgent+1)
	grant := must(db.SignUp(t.Context(), in))
	sessions := must(db.SessionsOf(t.Context(), grant.UserID))
	if len(sessions) != 1 || sessions[0].UserAgent != strings.Repeat("폰", maxUserAgent) {
		t.Errorf("%+v", sessions)
	}
}
