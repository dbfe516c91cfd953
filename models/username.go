package models

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"styleshare/internal/caption"
)

// freeUsername makes a username of what a person is called elsewhere, or of their address; digits tell it from those that
// are taken. The name is a suggestion: its person can change it.
func (tx *Tx) freeUsername(ctx context.Context, handle, address string) (string, error) {
	base := asUsername(handle)
	if base == "" {
		local, _, _ := strings.Cut(address, "@")
		base = asUsername(local)
	}
	if base == "" {
		base = "user"
	}
	candidates := []string{base}
	for digits := 2; digits <= 9; digits++ {
		candidates = append(candidates, base+randomDigits(digits))
	}
	for _, name := range candidates {
		normal, ok := caption.NormalizeUsername(name)
		if !ok {
			continue // reserved, or too short without digits
		}
		var taken bool
		if err := tx.NewRaw(`select exists (select from users where username = ?)`, normal).Scan(ctx, &taken); err != nil {
			return "", fmt.Errorf("look for a username: %w", err)
		}
		if !taken {
			return normal, nil
		}
	}
	return "", errors.New("found no username that is free")
}

// asUsername keeps the letters that a username may have, with room for digits; empty where hardly anything is left, as of
// a Korean name.
func asUsername(s string) string {
	const atLeast, room = 2, 9
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		case (r == '.' || r == '-' || r == '+' || r == ' ') && b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	name := strings.Trim(b.String()[:min(b.Len(), caption.MaxUsername-room)], "_")
	if len(name) < atLeast {
		return ""
	}
	return name
}

func randomDigits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	number, _ := rand.Int(rand.Reader, limit) // never fails, crypto/rand says
	return fmt.Sprintf("%0*d", n, number)
}
