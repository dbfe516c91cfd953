// Package relay makes the opaque global ids and cursors of the GraphQL API.
package relay

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
)

// ErrMalformed is what reading an id or a cursor gives that this server never made.
var ErrMalformed = errors.New("malformed")

// maxLength bounds what is decoded at all; the longest id made here takes about 50 bytes.
const maxLength = 128

// ID is the global id of a row: its GraphQL type and its key.
func ID(typeName string, key int64) string {
	var out [64]byte
	return string(AppendID(out[:0], typeName, key))
}

// encode allocates nothing but its result: an answer has some two hundred ids.
func encode(text []byte) string {
	var out [64]byte
	return string(base64.RawURLEncoding.AppendEncode(out[:0], text))
}

// AppendID is ID for whoever has a buffer.
func AppendID(out []byte, typeName string, key int64) []byte {
	var text [40]byte
	return base64.RawURLEncoding.AppendEncode(out, strconv.AppendInt(append(append(text[:0], typeName...), ':'), key, 10))
}

// ParseID reads an ID; the error is ErrMalformed.
func ParseID(id string) (typeName string, key int64, err error) {
	text, err := decode(id)
	if err != nil {
		return "", 0, err
	}
	typeName, digits, ok := strings.Cut(text, ":")
	if !ok || typeName == "" {
		return "", 0, ErrMalformed
	}
	key, err = parseKey(digits)
	return typeName, key, err
}

// Cursor is the position of a row in a list that is ordered by a 64-bit key.
func Cursor(key int64) string {
	var text [40]byte
	return encode(strconv.AppendInt(append(text[:0], cursorPrefix...), key, 10))
}

// ParseCursor reads a Cursor; the error is ErrMalformed.
func ParseCursor(cursor string) (int64, error) {
	text, err := decode(cursor)
	if err != nil {
		return 0, err
	}
	digits, ok := strings.CutPrefix(text, cursorPrefix)
	if !ok {
		return 0, ErrMalformed
	}
	return parseKey(digits)
}

// CursorOf is the position of a row in a list that is ordered by several keys.
func CursorOf(keys ...int64) string {
	digits := make([]string, len(keys))
	for i, key := range keys {
		digits[i] = strconv.FormatInt(key, 10)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(keysPrefix + strings.Join(digits, ".")))
}

// ParseCursorOf reads a CursorOf so many keys; the error is ErrMalformed.
func ParseCursorOf(cursor string, count int) ([]int64, error) {
	text, err := decode(cursor)
	if err != nil {
		return nil, err
	}
	digits, ok := strings.CutPrefix(text, keysPrefix)
	if !ok || strings.Count(digits, ".") != count-1 {
		return nil, ErrMalformed
	}
	keys := make([]int64, 0, count)
	for key := range strings.SplitSeq(digits, ".") {
		n, err := parseKey(key)
		if err != nil {
			return nil, err
		}
		keys = append(keys, n)
	}
	return keys, nil
}

// keysPrefix keeps a cursor with one key from being taken for one with several.
const keysPrefix = "c2:"

// cursorPrefix keeps ids from being taken for cursors, and leaves room for another kind of cursor later.
const cursorPrefix = "c1:"

func decode(s string) (string, error) {
	if len(s) > maxLength {
		return "", ErrMalformed
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return "", ErrMalformed
	}
	return string(text), nil
}

// parseKey takes only the form that was made: one row has one id.
func parseKey(digits string) (int64, error) {
	key, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || key < 0 || strconv.FormatInt(key, 10) != digits {
		return 0, ErrMalformed
	}
	return key, nil
}
