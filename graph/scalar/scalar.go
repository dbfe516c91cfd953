// Package scalar reads and writes the scalars of the schema. What it refuses is BAD_USER_INPUT, in words for the client.
package scalar

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/internal/fault"
)

func bad(message string) error { return fault.New(fault.BadUserInput, "%s", message) }

// MarshalString writes text.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads text. NUL, which PostgreSQL cannot hold, and broken UTF-8 are refused.
func UnmarshalString(v any) (string, error) {
	s, ok := v.(string)
	switch {
	case !ok:
		return "", bad("must be a string")
	case !utf8.ValidString(s):
		return "", bad("must be valid UTF-8")
	case strings.IndexByte(s, 0) >= 0:
		return "", bad("must not contain NUL")
	}
	return s, nil
}

// MarshalID writes a global id.
func MarshalID(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalID reads a global id; that it is one of ours is for the resolver to say. Whole numbers are ids, too, says the
// specification.
func UnmarshalID(v any) (string, error) {
	switch n := v.(type) {
	case json.Number:
		return n.String(), nil
	case int64:
		return strconv.FormatInt(n, 10), nil
	}
	return UnmarshalString(v)
}

// dateTimeFormat is RFC 3339 with milliseconds: the precision that ids and cursors have, too.
const dateTimeFormat = `"2006-01-02T15:04:05.000Z"`

// MarshalDateTime writes RFC 3339 in UTC, to the millisecond.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(AppendDateTime(nil, t)) })
}

// AppendDateTime is MarshalDateTime for whoever has a buffer.
func AppendDateTime(out []byte, t time.Time) []byte { return t.UTC().AppendFormat(out, dateTimeFormat) }

// UnmarshalDateTime reads RFC 3339.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, bad("must be a string like 2026-11-23T09:30:00Z")
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, bad("must be like 2026-11-23T09:30:00Z")
	}
	return t.UTC(), nil
}

// MarshalDate writes an ISO 8601 calendar day.
func MarshalDate(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(t.Format(time.DateOnly))) })
}

// UnmarshalDate reads an ISO 8601 calendar day, as midnight UTC.
func UnmarshalDate(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, bad("must be a string like 2026-11-23")
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, bad("must be a day like 2026-11-23")
	}
	return t, nil
}
