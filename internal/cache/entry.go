package cache

import (
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// What lies in memcached: one byte that tells what it is, the time in Unix milliseconds, the value.
const (
	kindValue     = 'v' // the time is when the GetMulti before the load began
	kindTombstone = 't' // the time is of the invalidation, for people who look
	kindMark      = 'm' // the time is of the latest writer; the value is the writers, see mark.go
	headerLen     = 9
)

func encode(kind byte, at time.Time, value []byte) []byte {
	b := make([]byte, headerLen, headerLen+len(value))
	b[0] = kind
	binary.BigEndian.PutUint64(b[1:], uint64(at.UnixMilli()))
	return append(b, value...)
}

// decode gives the value and when its load began; ok is false for tombstones and for what others have put there.
func decode(b []byte) (value []byte, at time.Time, ok bool) {
	if len(b) < headerLen || b[0] != kindValue {
		return nil, time.Time{}, false
	}
	return b[headerLen:], time.UnixMilli(int64(binary.BigEndian.Uint64(b[1:]))), true
}

// seconds is a relative expiry of at least 1 s.
func seconds(d time.Duration) int32 {
	return int32(max(d.Round(time.Second), time.Second) / time.Second)
}

// spreadTTL keeps entries that were filled together from ending together.
func spreadTTL() int32 { return seconds(TTL - rand.N(TTL/10)) }
