package rowcodec

// refuse has Decode refuse the bytes.
func (f *Fields) refuse() { f.bad, f.in = true, "" }

// byte reads one that is no larger than limit.
func (f *Fields) byte(limit byte) byte {
	if f.in == "" || f.in[0] > limit {
		f.refuse()
		return 0
	}
	b := f.in[0]
	f.in = f.in[1:]
	return b
}

// fixed reads 8 bytes, the least first.
func (f *Fields) fixed() uint64 {
	if len(f.in) < 8 {
		f.refuse()
		return 0
	}
	s := f.in[:8]
	f.in = f.in[8:]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// uvarint reads what binary.AppendUvarint has written; that package reads it from slices only.
func (f *Fields) uvarint() (n uint64) {
	for i := range len(f.in) {
		b := f.in[i]
		if i == 9 && b > 1 {
			break
		}
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			f.in = f.in[i+1:]
			return n
		}
	}
	f.refuse()
	return 0
}

func (f *Fields) varint() int64 {
	n := f.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

// length reads the number of things that are to follow, of at least size bytes each.
func (f *Fields) length(size int) int {
	n := f.uvarint()
	if n > uint64(len(f.in)/size) {
		f.refuse()
		return 0
	}
	return int(n)
}
