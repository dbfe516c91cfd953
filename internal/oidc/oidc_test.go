package oidc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"styleshare/internal/oidc/oidctest"
)

var mina = oidctest.Claims{"sub": "mina-1", "email": "Mina@example.com", "email_verified": true, "name": "민아"}

func verifier(p *oidctest.Provider) *Verifier {
	return New([]Issuer{{URL: p.URL, ClientIDs: []string{oidctest.Web, oidctest.IOS}}}, nil)
}

// What a certified provider issues counts, and nothing else that looks like it.
func TestTokensOfARealProvider(t *testing.T) {
	t.Parallel()
	p := oidctest.Start(t)
	v := verifier(p)
	sum := sha256.Sum256([]byte("n-1"))
	hashed := hex.EncodeToString(sum[:])
	good := p.Token(t, oidctest.Web, "", mina)
	head, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	for name, c := range map[string]struct {
		issuer, token, nonce string
		want                 error
	}{
		"web":                         {p.URL, good, "", nil},
		"ios":                         {p.URL, p.Token(t, oidctest.IOS, "", mina), "", nil},
		"nonce":                       {p.URL, p.Token(t, oidctest.Web, "n-1", mina), "n-1", nil},
		"hashed nonce":                {p.URL, p.Token(t, oidctest.Web, hashed, mina), "n-1", nil},
		"the hash instead":            {p.URL, p.Token(t, oidctest.Web, "n-1", mina), hashed, ErrInvalid},
		"another nonce":               {p.URL, p.Token(t, oidctest.Web, "n-1", mina), "n-2", ErrInvalid},
		"a nonce that is not given":   {p.URL, p.Token(t, oidctest.Web, "n-1", mina), "", ErrInvalid},
		"a nonce that is not there":   {p.URL, good, "n-1", ErrInvalid},
		"another client":              {p.URL, p.Token(t, oidctest.Other, "", mina), "", ErrInvalid},
		"another issuer":              {"https://accounts.google.com", good, "", ErrUnknownIssuer},
		"no signature":                {p.URL, unsigned(payload), "", ErrInvalid},
		"signed with our client id":   {p.URL, hmacSigned(t, payload, oidctest.Web), "", ErrInvalid},
		"another person's claims":     {p.URL, head + "." + changed(t, payload) + "." + signature, "", ErrInvalid},
		"another signature":           {p.URL, head + "." + payload + "." + strings.Repeat("A", len(signature)), "", ErrInvalid},
		"no token":                    {p.URL, "", "", ErrInvalid},
		"a megabyte":                  {p.URL, strings.Repeat("x", 1<<20), "", ErrInvalid},
		"JSON in place of a token":    {p.URL, `{"payload":"` + payload + `"}`, "", ErrInvalid},
		"an issuer with another case": {strings.ToUpper(p.URL), good, "", ErrUnknownIssuer},
	} {
		got, err := v.Verify(t.Context(), c.issuer, c.token, c.nonce)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if c.want == nil && (got == nil || *got != Identity{p.URL, "mina-1", "Mina@example.com", true, "민아", ""}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func unsigned(payload string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + payload + "."
}

func hmacSigned(t *testing.T, payload, key string) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + payload
	signature, err := jwt.SigningMethodHS256.Sign(text, []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func changed(t *testing.T, payload string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), "mina-1", "jun-42", 1)))
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	p := oidctest.Start(t)
	v := verifier(p)
	token := p.Token(t, oidctest.Web, "", mina) // it lives an hour
	for _, c := range []struct {
		after time.Duration
		want  error
	}{{0, nil}, {time.Hour + leeway/2, nil}, {time.Hour + 2*leeway, ErrExpired}, {-time.Hour, ErrInvalid}} {
		v.now = func() time.Time { return time.Now().Add(c.after) }
		if _, err := v.Verify(t.Context(), p.URL, token, ""); !errors.Is(err, c.want) {
			t.Errorf("after %s: %v, want %v", c.after, err, c.want)
		}
	}
}

// Keys rotate, and go: a provider that is away is no reason to refuse what its known keys have signed.
func TestKeysRotateAndProvidersGoAway(t *testing.T) {
	t.Parallel()
	p := oidctest.Start(t)
	v := verifier(p)
	verify := func(token string, want error) {
		t.Helper()
		if _, err := v.Verify(t.Context(), p.URL, token, ""); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	old := p.Token(t, oidctest.Web, "", mina)
	p.GoAway(t)
	verify(old, ErrUnavailable) // nothing is known of it yet
	p.ComeBack(t)
	verify(old, nil)
	p.Rotate(t)
	fresh := p.Token(t, oidctest.Web, "", mina)
	p.GoAway(t)
	verify(old, nil)
	verify(fresh, ErrUnavailable)
	p.ComeBack(t)
	verify(fresh, nil)
	verify(old, ErrInvalid)
	p.Rotate(t)
	last := p.Token(t, oidctest.Web, "", mina)
	v.now = func() time.Time { return time.Now().Add(refreshAfter - leeway) }
	verify(fresh, nil) // it is not known yet that its key has gone
	v.now = func() time.Time { return time.Now().Add(refreshAfter + leeway/2) }
	p.GoAway(t)
	verify(fresh, nil)
	p.ComeBack(t)
	verify(fresh, ErrInvalid)
	verify(last, nil)
}

func TestManyAtOnceAskOnce(t *testing.T) {
	t.Parallel()
	p := oidctest.Start(t)
	token := p.Token(t, oidctest.Web, "", mina)
	count := &counting{}
	v := New([]Issuer{{URL: p.URL, ClientIDs: []string{oidctest.Web}}}, &http.Client{Transport: count})
	errs := make(chan error)
	const n = 20
	for range n {
		go func() { _, err := v.Verify(t.Context(), p.URL, token, ""); errs <- err }()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := count.requests(); got > n/2 {
		t.Errorf("%d requests", got)
	}
	before := count.requests()
	if _, err := v.Verify(t.Context(), p.URL, token, ""); err != nil || count.requests() != before {
		t.Errorf("%v; %d requests for what is known", err, count.requests()-before)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]verdict{`true`: true, `"true"`: true, `false`: false, `"false"`: false, `null`: false, `1`: false, `"TRUE"`: false} {
		var got verdict
		if err := got.UnmarshalJSON([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestIssuersAreParsed(t *testing.T) {
	t.Parallel()
	got, mistakes := ParseIssuers([]string{"https://appleid.apple.com=com.example.app", " https://accounts.google.com=web ", "https://appleid.apple.com=com.example.web", "http://127.0.0.1:1234=x"})
	if len(mistakes) > 0 || len(got) != 3 || got[0].URL != "https://appleid.apple.com" || strings.Join(got[0].ClientIDs, " ") != "com.example.app com.example.web" || got[2].ClientIDs[0] != "x" {
		t.Errorf("%v, %v", got, mistakes)
	}
	wrong := []string{"", "https://a.example", "https://a.example=", "=x", "http://a.example=x", "ftp://127.0.0.1=x", "https://u:p@a.example=x", "https://a.example?b=x", "a.example=x"}
	if _, mistakes = ParseIssuers(wrong); len(mistakes) != len(wrong) {
		t.Errorf("%d mistakes of %d: %v", len(mistakes), len(wrong), mistakes)
	}
	if _, mistakes = ParseIssuers([]string{"https://a.example=x", "https://a.example=x"}); len(mistakes) != 1 {
		t.Errorf("twice: %v", mistakes)
	}
}
