package imaging

import (
	"bytes"
	"encoding/binary"
	"math"
)

// maxProfile is the largest ICC profile that is looked at, in bytes. Matrix profiles are smaller than 10 KB.
const maxProfile = 1 << 20

var iccPrefix = []byte("ICC_PROFILE\x00")

// jpegProfile gathers an ICC profile from APP2 segments, each with its number from 1 on and how many there are.
type jpegProfile struct {
	parts [][]byte
	size  int
}

// add takes a segment's body; what is no part of a profile or comes out of turn spoils the join, not the picture.
func (p *jpegProfile) add(body []byte) {
	part, ok := bytes.CutPrefix(body, iccPrefix)
	if !ok || len(part) < 2 || p.size > maxProfile || len(p.parts) > math.MaxUint8 {
		return
	}
	p.parts = append(p.parts, part)
	p.size += len(part)
}

// join puts the parts together in the order of their numbers; nil if one is missing, repeated, or the whole too big.
func (p *jpegProfile) join() []byte {
	if len(p.parts) == 0 || len(p.parts) > math.MaxUint8 || p.size > maxProfile {
		return nil
	}
	ordered := make([][]byte, len(p.parts))
	for _, part := range p.parts {
		at, of := int(part[0])-1, int(part[1])
		if of != len(p.parts) || at < 0 || at >= of || ordered[at] != nil {
			return nil
		}
		ordered[at] = part[2:]
	}
	return bytes.Join(ordered, nil)
}

// xyzToSRGB takes the profile connection space (XYZ, adapted to D50) to linear sRGB: the inverse of the matrix of sRGB's primaries
// adapted with Bradford's method.
var xyzToSRGB = [9]float64{
	3.1338561, -1.6168667, -0.4906146,
	-0.9787684, 1.9161415, 0.0334540,
	0.0719453, -0.2289914, 1.4052427,
}

// colorSpace is where a picture's colours live: a tone curve per channel to linear light, and a matrix to linear sRGB.
type colorSpace struct {
	curves [3][256]float32
	matrix [9]float32
}

// parseProfile reads a matrix/TRC profile of RGB. It gives nil where the picture's values can be taken for sRGB as they are: no
// profile, one that says sRGB, one of another kind, or a broken one.
func parseProfile(profile []byte) *colorSpace {
	if len(profile) < 132 || string(profile[16:20]) != "RGB " || string(profile[20:24]) != "XYZ " {
		return nil
	}
	var space colorSpace
	var columns [3][3]float64
	for i, channel := range []string{"r", "g", "b"} {
		column, ok := parseXYZ(iccTag(profile, channel+"XYZ"))
		if !ok {
			return nil
		}
		columns[i] = column
		curve, ok := parseCurve(iccTag(profile, channel+"TRC"))
		if !ok {
			return nil
		}
		for v := range space.curves[i] {
			space.curves[i][v] = float32(curve(float64(v) / 255))
		}
	}
	for row := range 3 {
		for col := range 3 {
			sum := 0.0
			for k := range 3 {
				sum += xyzToSRGB[3*row+k] * columns[col][k]
			}
			space.matrix[3*row+col] = float32(sum)
		}
	}
	if space.isSRGB() {
		return nil
	}
	return &space
}

// isSRGB tells whether converting would change no value by more than rounding; most profiles in the wild are sRGB's.
func (s *colorSpace) isSRGB() bool {
	for i, v := range s.matrix {
		want := float32(0)
		if i%4 == 0 {
			want = 1
		}
		if math.Abs(float64(v-want)) > 0.004 {
			return false
		}
	}
	for c := range s.curves {
		for v, linear := range &s.curves[c] {
			if math.Abs(255*encodeSRGB(float64(linear))-float64(v)) > 1 {
				return false
			}
		}
	}
	return true
}

// iccTag finds the data of a tag in the table that follows the 128 bytes of header; nil if it is missing or out of bounds.
func iccTag(profile []byte, signature string) []byte {
	count, table := binary.BigEndian.Uint32(profile[128:]), profile[132:]
	for ; count > 0 && len(table) >= 12; count, table = count-1, table[12:] {
		if string(table[:4]) != signature {
			continue
		}
		offset, size := uint64(binary.BigEndian.Uint32(table[4:])), uint64(binary.BigEndian.Uint32(table[8:]))
		if offset+size > uint64(len(profile)) {
			return nil
		}
		return profile[offset : offset+size]
	}
	return nil
}

func parseXYZ(tag []byte) (xyz [3]float64, ok bool) {
	if len(tag) < 20 || string(tag[:4]) != "XYZ " {
		return xyz, false
	}
	for i := range xyz {
		xyz[i] = s15Fixed16(tag[8+4*i:])
	}
	return xyz, true
}

func s15Fixed16(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }
