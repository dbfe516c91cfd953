package cache

import (
	"crypto/sha256"
	"encoding/base64"
)

// maxPlainKey leaves room for the namespace within memcached's 250 bytes.
const maxPlainKey = 200

// hashMark begins the keys that are hashes; a key of the caller's that begins so is hashed as well.
const hashMark = '#'

// safeKey makes any string a key that memcached takes: one bad key fails a whole multi-get, and one with a line
// break in it is a command.
func (c *Cache) safeKey(key string) string {
	if key != "" && len(key) <= maxPlainKey && key[0] != hashMark && isSafe(key) {
		return c.namespace + key
	}
	sum := sha256.Sum256([]byte(key))
	return c.namespace + string(hashMark) + base64.RawURLEncoding.EncodeToString(sum[:])
}

func isSafe(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
