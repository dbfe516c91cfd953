package imaging

import (
	"encoding/binary"
	"math"
)

// parseCurve reads a tone curve, sampled ("curv") or parametric ("para"), as a function from 0…1 to 0…1.
func parseCurve(tag []byte) (func(float64) float64, bool) {
	if len(tag) < 12 {
		return nil, false
	}
	var curve func(float64) float64
	switch string(tag[:4]) {
	case "curv":
		curve = sampledCurve(tag[8:])
	case "para":
		curve = parametricCurve(binary.BigEndian.Uint16(tag[8:]), tag[12:])
	}
	if curve == nil {
		return nil, false
	}
	return func(x float64) float64 {
		y := curve(x)
		if math.IsNaN(y) {
			return 0
		}
		return min(max(y, 0), 1)
	}, true
}

// sampledCurve reads a count and as many values of 16 bits. No value means the identity, and a lone one is a gamma exponent.
func sampledCurve(data []byte) func(float64) float64 {
	count, data := binary.BigEndian.Uint32(data), data[4:]
	if uint64(count)*2 > uint64(len(data)) {
		return nil
	}
	switch count {
	case 0:
		return func(x float64) float64 { return x }
	case 1:
		gamma := float64(binary.BigEndian.Uint16(data)) / 256
		return func(x float64) float64 { return math.Pow(x, gamma) }
	}
	sample := func(i int) float64 { return float64(binary.BigEndian.Uint16(data[2*i:])) / math.MaxUint16 }
	last := int(count) - 1
	return func(x float64) float64 {
		at := x * float64(last)
		i := min(int(at), last-1)
		part := at - float64(i)
		return sample(i)*(1-part) + sample(i+1)*part
	}
}

// parametricCurve makes one of the five functions of the ICC specification, table 68. All are a power function above a break
// and a straight line below it; what a function lacks is filled in so that one formula serves them all.
func parametricCurve(function uint16, data []byte) func(float64) float64 {
	counts := [...]int{1, 3, 4, 5, 7}
	if int(function) >= len(counts) || len(data) < 4*counts[function] {
		return nil
	}
	var p [7]float64 // g a b c d e f
	for i := range counts[function] {
		p[i] = s15Fixed16(data[4*i:])
	}
	g, a, b, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch function {
	case 0:
		a = 1
	case 1:
		c, d = 0, -b/a
	case 2:
		c, d, e, f = 0, -b/a, c, c
	}
	return func(x float64) float64 {
		if x >= d {
			return math.Pow(a*x+b, g) + e
		}
		return c*x + f
	}
}
