package push

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"sort"
	"strings"
	"unicode/utf8"
)

// fit encodes a notification and shortens its body, at a character's boundary and with an ellipsis, until the
// encoding has at most limit bytes.
func fit(limit int, n Notification, encode func(Notification) any) ([]byte, error) {
	n.Title, n.Body = strings.ToValidUTF8(n.Title, "\uFFFD"), strings.ToValidUTF8(n.Body, "\uFFFD")
	full, err := json.Marshal(encode(n))
	if err != nil || len(full) <= limit {
		return full, err
	}
	body := n.Body
	starts := make([]int, 0, len(body))
	for i := range body {
		starts = append(starts, i)
	}
	shortened := func(i int) (short []byte) {
		n.Body = ellipsis(body[:starts[i]])
		short, err = json.Marshal(encode(n))
		return short
	}
	// The first cut that is too long; everything before it fits.
	cut := sort.Search(len(starts), func(i int) bool { return len(shortened(i)) > limit }) - 1
	if cut < 0 {
		return nil, errTooLarge
	}
	short := shortened(cut)
	return short, err
}

// ellipsis marks a cut, and takes away what must not stand at an end: spaces and the joiner of a torn emoji.
func ellipsis(cut string) string {
	cut = strings.TrimRight(cut, " \t\r\n\u200D\uFE0F")
	if cut == "" {
		return ""
	}
	return cut + "…"
}

// appData is what the app gets besides what is shown.
func (n Notification) appData() map[string]string {
	data := maps.Clone(n.Data)
	if data == nil {
		data = map[string]string{}
	}
	if n.Kind != "" {
		data["kind"] = n.Kind
	}
	if n.Link != "" {
		data["link"] = n.Link
	}
	return data
}

// collapseKey keeps a key that fits into size bytes of plain ASCII and hashes any other.
func collapseKey(key string, size int) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
	}
	if len(key) <= size && strings.IndexFunc(key, func(r rune) bool { return !plain(r) }) < 0 {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:24]) // 32 characters, what Web Push allows for a topic
}
