package auth

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func newPasswords(t *testing.T) *Passwords {
	t.Helper()
	p, err := NewPasswords()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPasswordHashVerify(t *testing.T) {
	t.Parallel()
	p, ctx := newPasswords(t), t.Context()
	hash, err := p.Hash(ctx, "옷장 열쇠 7개")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q", hash)
	}
	for name, c := range map[string]struct {
		password string
		want     bool
	}{
		"same":                     {"옷장 열쇠 7개", true},
		"typed on a Mac (NFD)":     {norm.NFD.String("옷장 열쇠 7개"), true},
		"other":                    {"옷장 열쇠 8개", false},
		"empty":                    {"", false},
		"NUL appended":             {"옷장 열쇠 7개\x00", false},
		"not UTF-8":                {"\xff", false},
		"longer than any password": {strings.Repeat("x", 1<<20), false},
	} {
		if got, err := p.Verify(ctx, c.password, hash); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	again, err := p.Hash(ctx, "옷장 열쇠 7개")
	if err != nil || again == hash {
		t.Errorf("two hashes of one password are the same, or %v", err)
	}
}

func TestMalformedPasswordDoesNotMatchTheEmptyHash(t *testing.T) {
	t.Parallel()
	p := newPasswords(t)
	empty, err := argon2id.CreateHash("", params)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := p.Verify(t.Context(), "\x00", empty); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}

func TestNeedsRehash(t *testing.T) {
	t.Parallel()
	p := newPasswords(t)
	weak, err := argon2id.CreateHash("an old password", &argon2id.Params{
		Memory: 8 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := p.Verify(t.Context(), "an old password", weak); !ok || err != nil {
		t.Errorf("old parameters: %v, %v", ok, err)
	}
	if !p.NeedsRehash(weak) || p.NeedsRehash(p.dummy) {
		t.Errorf("rehash: old %v, new %v", p.NeedsRehash(weak), p.NeedsRehash(p.dummy))
	}
}

func TestHashesOutOfBounds(t *testing.T) {
	t.Parallel()
	p := newPasswords(t)
	const tail = "$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b+dWRWJTmaaJObG"
	for _, hash := range []string{
		"", "plain text", "$2a$10$abc", "$argon2id$v=19$m=19456,t=2,p=1$$",
		"$argon2id$v=19$m=4194304,t=2,p=1" + tail, "$argon2id$v=19$m=19456,t=0,p=1" + tail,
		"$argon2id$v=19$m=19456,t=1000000,p=1" + tail, "$argon2id$v=19$m=19456,t=2,p=0" + tail,
		"$argon2id$v=19$m=19456,t=2,p=200" + tail, "$argon2id$v=16$m=19456,t=2,p=1" + tail,
	} {
		if ok, err := p.Verify(t.Context(), "anything at all", hash); ok || !errors.Is(err, ErrBadHash) {
			t.Errorf("%q: %v, %v", hash, ok, err)
		}
	}
}

func TestPasswordsHonourTheContext(t *testing.T) {
	t.Parallel()
	p := newPasswords(t)
	if cap(p.slots) != runtime.GOMAXPROCS(0) {
		t.Errorf("%d slots", cap(p.slots))
	}
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.VerifyUnknown(ctx, "waits for its turn") }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("waiting: %v", err)
	}
	<-p.slots
	if _, err := p.Hash(ctx, "a good password"); !errors.Is(err, context.Canceled) {
		t.Errorf("a free slot and a dead context: %v", err)
	}
	if err := p.VerifyUnknown(t.Context(), "a good password"); err != nil {
		t.Errorf("after a slot was freed: %v", err)
	}
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]error{
		"good enough":                             nil,
		"일이삼사오육칠":                                 ErrTooShort,
		norm.NFD.String("일이삼사오육칠"):                ErrTooShort,
		"비밀열쇠를삼킨옷장":                               nil,
		strings.Repeat("가", MaxPassword):          nil,
		strings.Repeat("가", MaxPassword+1):        ErrTooLong,
		norm.NFD.String(strings.Repeat("각", 128)): nil,
		strings.Repeat("x", 1<<20):                ErrTooLong,
		"short":                                   ErrTooShort,
		"":                                        ErrTooShort,
		"with\x00nul byte":                        ErrMalformed,
		"bad \xff\xfe utf-8":                      ErrMalformed,
		"PassWord1":                               ErrCommon,
		"password1":                               ErrCommon,
		"dkssudgktpdy":                            ErrCommon,
		"Mina_Wears":                              ErrIdentity,
		"mina.k.1999":                             ErrIdentity,
		"MINA.K.1999@example.com":                 ErrIdentity,
		"mina.k.1999!":                            nil,
	} {
		if got := CheckPassword(password, "mina_wears", "mina.k.1999@example.com"); !errors.Is(got, want) {
			t.Errorf("%.40q: %v, want %v", password, got, want)
		}
	}
}

func TestCommonPasswordsCanBeChosenAtAll(t *testing.T) {
	t.Parallel()
	if len(common) < 100 {
		t.Errorf("%d common passwords", len(common))
	}
	for word := range common {
		if err := CheckPassword(word); !errors.Is(err, ErrCommon) {
			t.Errorf("%q is in the list but %v", word, err)
		}
	}
}

func TestNormalizeIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringN(0, 60, -1).Draw(t, "password")
		a, err := Normalize(s)
		if err != nil {
			return
		}
		for _, form := range []string{norm.NFC.String(s), norm.NFD.String(s), a} {
			if b, err := Normalize(form); err != nil || a != b {
				t.Fatalf("%q and %q differ: %v", a, b, err)
			}
		}
	})
}
