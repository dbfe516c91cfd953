package release

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
)

// NewKeys makes a pair for RELEASE_SIGNING_KEY and RELEASE_PUBLIC_KEY, both in base64: the seed of an Ed25519 key, and its
// public half.
func NewKeys() (signing, public string, err error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	return base64.StdEncoding.EncodeToString(key.Seed()), base64.StdEncoding.EncodeToString(pub), nil
}

// ParseSigningKey reads RELEASE_SIGNING_KEY. The error does not show the key.
func ParseSigningKey(text string) (ed25519.PrivateKey, error) {
	seed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("must be a key that `styleshare release keys` made: 44 letters of base64")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// ParsePublicKey reads RELEASE_PUBLIC_KEY.
func ParsePublicKey(text string) (ed25519.PublicKey, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("must be the public half of a key that `styleshare release keys` made: 44 letters of base64")
	}
	return key, nil
}

// sign makes the content of SHA256SUMS.sig. The names in the checksums hold the version, so that the signature of one
// release is of no use for another.
func sign(key ed25519.PrivateKey, text []byte) []byte {
	return []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(key, text)) + "\n")
}

// signed tells whether the owner of the key has signed the text.
func signed(key ed25519.PublicKey, text, signature []byte) bool {
	raw, err := base64.StdEncoding.DecodeString(string(signature)) // which takes no notice of the line's end
	return err == nil && ed25519.Verify(key, text, raw)
}
