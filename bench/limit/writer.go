package main

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"styleshare/internal/relay"
)

// writer writes JSON from the binary values of PostgreSQL.
type writer struct {
	out        []byte
	viewer     int64
	renditions string
}

func (w *writer) raw(text string) { w.out = append(w.out, text...) }

func int64Of(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) }

// int64s reads a value of type bigint[].
func int64s(b []byte, into []int64) []int64 {
	for at := 20; at < len(b); at += 12 { // behind the dimensions, and each behind its length
		into = append(into, int64Of(b[at+4:]))
	}
	return into
}

func isTrue(b []byte) bool { return b[0] == 1 }

// text writes a string; nil is null.
func (w *writer) text(b []byte) {
	if b == nil {
		w.raw("null")
		return
	}
	const hex = "0123456789abcdef"
	w.out = append(w.out, '"')
	clean := 0
	for i, c := range b {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		w.out = append(w.out, b[clean:i]...)
		clean = i + 1
		if c < ' ' {
			w.out = append(w.out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		} else {
			w.out = append(w.out, '\\', c)
		}
	}
	w.out = append(append(w.out, b[clean:]...), '"')
}

func (w *writer) id(typeName string, key int64) {
	w.out = append(relay.AppendID(append(w.out, '"'), typeName, key), '"')
}

func (w *writer) cursor(key int64) {
	w.out = append(append(append(w.out, '"'), relay.Cursor(key)...), '"')
}

// integer writes an integer or a bigint; nil is null.
func (w *writer) integer(b []byte) {
	switch len(b) {
	case 0:
		w.raw("null")
	case 4:
		w.out = strconv.AppendInt(w.out, int64(int32(binary.BigEndian.Uint32(b))), 10)
	default:
		w.out = strconv.AppendInt(w.out, int64Of(b), 10)
	}
}

func (w *writer) float(b []byte) {
	w.out = strconv.AppendFloat(w.out, math.Float64frombits(binary.BigEndian.Uint64(b)), 'g', -1, 64)
}

func (w *writer) boolean(b []byte) { w.out = strconv.AppendBool(w.out, isTrue(b)) }

// epoch is PostgreSQL's, in microseconds of Unix.
const epoch = 946_684_800_000_000

func (w *writer) time(b []byte) {
	w.out = time.UnixMicro(int64Of(b)+epoch).UTC().AppendFormat(w.out, `"2006-01-02T15:04:05.000Z"`)
}

// url writes the address of a rendition; without a token the photo is not ready.
func (w *writer) url(id int64, token []byte, file string) {
	if token == nil {
		w.raw("null")
		return
	}
	w.out = append(append(w.out, '"'), w.renditions...)
	w.out = append(append(strconv.AppendInt(w.out, id, 10), '-'), token...)
	w.out = append(append(append(w.out, '/'), file...), '"')
}

// chipColumns are what chip writes of the person u with the avatar a.
const (
	chipColumns = `u.id, u.username, u.display_name, a.id, a.dominant_color, case when a.state = 'READY' then a.object_token end,
		exists (select from follows v where v.follower_id = $1 and v.followee_id = u.id)`
	chipWidth = 7
	avatar    = `left join photos a on a.id = u.avatar_photo_id`
)

// chip writes the fields of UserChip, without the brackets.
func (w *writer) chip(v [][]byte) {
	w.raw(`"id":`)
	w.id("User", int64Of(v[0]))
	w.raw(`,"username":`)
	w.text(v[1])
	w.raw(`,"displayName":`)
	w.text(v[2])
	w.raw(`,"avatar":`)
	if v[3] == nil {
		w.raw("null")
	} else {
		id := int64Of(v[3])
		w.raw(`{"id":`)
		w.id("Photo", id)
		w.raw(`,"dominantColor":`)
		w.text(v[4])
		w.raw(`,"url":`)
		w.url(id, v[5], "thumb.jpg")
		w.raw("}")
	}
	w.raw(`,"viewerFollows":`)
	w.boolean(v[6])
}

// pageInfo writes where a page stands: key is that of its last entry, 0 for an empty one.
func (w *writer) pageInfo(more bool, key int64) {
	w.raw(`"pageInfo":{"hasNextPage":`)
	w.out = strconv.AppendBool(w.out, more)
	w.raw(`,"endCursor":`)
	if key == 0 {
		w.raw("null")
	} else {
		w.cursor(key)
	}
	w.raw("}")
}

// list writes a comma before all but the first.
func (w *writer) next(i int) {
	if i > 0 {
		w.out = append(w.out, ',')
	}
}
