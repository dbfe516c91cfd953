package relay

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// EventCursor is the place of an event in its stream: milliseconds, and a number within them.
func EventCursor(milliseconds, sequence uint64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(eventCursorPrefix + strconv.FormatUint(milliseconds, 10) + "-" + strconv.FormatUint(sequence, 10)))
}

// ParseEventCursor reads an EventCursor; the error is ErrMalformed.
func ParseEventCursor(cursor string) (milliseconds, sequence uint64, err error) {
	text, err := decode(cursor)
	if err != nil {
		return 0, 0, err
	}
	digits, ok := strings.CutPrefix(text, eventCursorPrefix)
	before, after, both := strings.Cut(digits, "-")
	milliseconds, err1 := strconv.ParseUint(before, 10, 64)
	sequence, err2 := strconv.ParseUint(after, 10, 64)
	if !ok || !both || err1 != nil || err2 != nil || EventCursor(milliseconds, sequence) != cursor {
		return 0, 0, ErrMalformed
	}
	return milliseconds, sequence, nil
}

// eventCursorPrefix keeps the cursors of lists from being taken for those of events.
const eventCursorPrefix = "e1:"
