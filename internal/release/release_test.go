package release

import (
	"slices"
	"testing"
)

func TestVersionsSort(t *testing.T) {
	t.Parallel()
	sorted := []Version{"0.0.0-9-gffff", "0.0.0-10-ga", "0.9.0", "0.10.0", "1.4.0", "1.4.0-1-gb", "1.4.0-12-ga", "1.4.1"}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := a.Compare(b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s to %s: %d", a, b, got)
			}
		}
	}
	mixed := slices.Clone(sorted)
	slices.Reverse(mixed)
	slices.SortFunc(mixed, Version.Compare)
	if !slices.Equal(mixed, sorted) {
		t.Error(mixed)
	}
}

func TestVersionsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "latest", "1.4", "v1.4.0", "1.4.0-dirty", "1.4.0-3-gab-dirty", "../1.4.0", "1.4.0/..", "1.4.0\n", "dev"} {
		if v, err := ParseVersion(s); err == nil {
			t.Errorf("%q became %s", s, v)
		}
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	signing, public, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseSigningKey(signing)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := ParsePublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("what is signed")
	signature := sign(key, text)
	if !signed(pub, text, signature) {
		t.Error("a good signature is refused")
	}
	other, _, _ := NewKeys()
	otherKey, _ := ParseSigningKey(other)
	for name, ok := range map[string]bool{
		"another text": signed(pub, []byte("what is signed."), signature),
		"another key":  signed(pub, text, sign(otherKey, text)),
		"cut":          signed(pub, text, signature[:40]),
		"nothing":      signed(pub, text, nil),
	} {
		if ok {
			t.Errorf("%s: counts as signed", name)
		}
	}
}

func TestChecksums(t *testing.T) {
	t.Parallel()
	sum := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	got, err := parseSums([]byte(sum + "  a.tar.gz\n" + sum + "  b_1.4.0-1-gab_amd64.deb\n"))
	if err != nil || got["a.tar.gz"] != sum || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{"", "\n", sum, sum + "  ../a\n", sum + "  /etc/passwd\n", sum[1:] + "  a\n", sum + " *a\n"} {
		if got, err := parseSums([]byte(wrong)); err == nil {
			t.Errorf("%q became %v", wrong, got)
		}
	}
}
