package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

// The primaries of well-known colour spaces as their profiles give them: XYZ adapted to D50.
var (
	displayP3 = [3][3]float64{{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}}
	adobeRGB  = [3][3]float64{{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}}
	sRGB      = [3][3]float64{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}
)

func fixed(values ...float64) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

// para is a parametric curve, curv a sampled one.
func para(function uint16, params ...float64) []byte {
	return append(append([]byte("para\x00\x00\x00\x00"), byte(function>>8), byte(function), 0, 0), fixed(params...)...)
}

func curv(values ...uint16) []byte {
	b := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(len(values)))
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func sRGBCurve() []byte { return para(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045) }

func sampledSRGBCurve() []byte {
	values := make([]uint16, 1024)
	for i := range values {
		x := float64(i) / 1023
		if x > 0.04045 {
			x = math.Pow((x+0.055)/1.055, 2.4)
		} else {
			x /= 12.92
		}
		values[i] = uint16(math.Round(65535 * x))
	}
	return curv(values...)
}

// iccProfile builds a matrix/TRC profile with one curve for all channels, and a tag that means nothing before those.
func iccProfile(colorSpace string, primaries [3][3]float64, curve []byte) []byte {
	type tag struct {
		signature string
		data      []byte
	}
	tags := []tag{{"cprt", []byte("text\x00\x00\x00\x00none\x00\x00\x00\x00")}}
	for i, c := range []string{"r", "g", "b"} {
		xyz := append([]byte("XYZ \x00\x00\x00\x00"), fixed(primaries[i][:]...)...)
		tags = append(tags, tag{c + "XYZ", xyz}, tag{c + "TRC", curve})
	}
	head := make([]byte, 128)
	copy(head[12:], "mntr")
	copy(head[16:], colorSpace)
	copy(head[20:], "XYZ ")
	copy(head[36:], "acsp")
	profile := binary.BigEndian.AppendUint32(head, uint32(len(tags)))
	var data []byte
	for _, tag := range tags {
		profile = append(profile, tag.signature...)
		profile = binary.BigEndian.AppendUint32(profile, uint32(132+12*len(tags)+len(data)))
		profile = binary.BigEndian.AppendUint32(profile, uint32(len(tag.data)))
		data = append(data, tag.data...)
	}
	profile = append(profile, data...)
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	return profile
}

func pngProfile(t testing.TB, profile []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(profile); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return pngChunk("iCCP", append([]byte("a name\x00\x00"), packed.Bytes()...))
}

// The colours that sRGB's primaries have in other spaces are known from many a table.
var (
	primariesInP3    = [4]color.NRGBA{{234, 51, 35, 255}, {117, 251, 76, 255}, {0, 0, 245, 255}, white}
	primariesInAdobe = [4]color.NRGBA{{219, 0, 0, 255}, {144, 255, 60, 255}, {0, 0, 250, 255}, white}
	primaries        = [4]color.NRGBA{red, green, blue, white}
)

func TestColorsBecomeSRGB(t *testing.T) {
	t.Parallel()
	p3 := iccProfile("RGB ", displayP3, sRGBCurve())
	adobe := iccProfile("RGB ", adobeRGB, curv(0x0233))
	split := func(part, of byte, data []byte) []byte {
		return jpegSegment(markerAPP2, slices.Concat(iccPrefix, []byte{part, of}, data))
	}
	inP3, inAdobe := quadrants(64, 48, primariesInP3), quadrants(64, 48, primariesInAdobe)
	for name, c := range map[string]struct {
		file []byte
		want [4]color.NRGBA
	}{
		"PNG, P3, parametric": {withChunks(encodePNG(t, inP3), pngProfile(t, p3)), primaries},
		"PNG, P3, sampled":    {withChunks(encodePNG(t, inP3), pngProfile(t, iccProfile("RGB ", displayP3, sampledSRGBCurve()))), primaries},
		"PNG, Adobe RGB":      {withChunks(encodePNG(t, inAdobe), pngProfile(t, adobe)), primaries},
		"JPEG, P3, in three parts out of order": {withSegments(encodeJPEG(t, inP3),
			split(2, 3, p3[100:200]), split(1, 3, p3[:100]), split(3, 3, p3[200:])), primaries},
		"JPEG, a part missing":  {withSegments(encodeJPEG(t, inP3), split(2, 3, p3[100:200]), split(1, 3, p3[:100])), primariesInP3},
		"JPEG, a part repeated": {withSegments(encodeJPEG(t, inP3), split(1, 2, p3), split(1, 2, p3)), primariesInP3},
		"PNG, grey profile":     {withChunks(encodePNG(t, inP3), pngProfile(t, iccProfile("GRAY", displayP3, sRGBCurve()))), primariesInP3},
		"PNG, CMYK profile":     {withChunks(encodePNG(t, inP3), pngProfile(t, iccProfile("CMYK", displayP3, sRGBCurve()))), primariesInP3},
		"PNG, without curves":   {withChunks(encodePNG(t, inP3), pngProfile(t, iccProfile("RGB ", displayP3, []byte("mft2 a table")))), primariesInP3},
		"PNG, broken profile":   {withChunks(encodePNG(t, inP3), pngProfile(t, p3[:200])), primariesInP3},
		"PNG, broken packing":   {withChunks(encodePNG(t, inP3), pngChunk("iCCP", []byte("a name\x00\x00xxxx"))), primariesInP3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range process(t, c.file).Renditions {
				wantCorners(t, show(t, r), c.want, 6)
			}
		})
	}
}

// A profile that calls blue what others call red shows that a WebP's is used, whichever way the picture is coded.
func TestProfileOfAWebP(t *testing.T) {
	t.Parallel()
	turned := iccProfile("RGB ", [3][3]float64{sRGB[2], sRGB[1], sRGB[0]}, sRGBCurve())
	for _, name := range []string{"lossless.webp", "lossy.webp"} {
		file := riff(vp8x(1<<5, 64, 48), riffChunk("ICCP", turned), simpleWebP(t, name))
		wantCorners(t, show(t, process(t, file).Renditions[3]), [4]color.NRGBA{blue, green, red, white}, 12)
	}
}

// Values inside of both spaces, reckoned from the primaries' chromaticities under D65 without any profile.
func TestMixedColors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ p3, want color.NRGBA }{
		{color.NRGBA{200, 120, 90, 255}, p3ToSRGB(200, 120, 90)},
		{color.NRGBA{60, 130, 80, 255}, p3ToSRGB(60, 130, 80)},
		{color.NRGBA{20, 18, 30, 255}, p3ToSRGB(20, 18, 30)},
		{color.NRGBA{128, 128, 128, 255}, color.NRGBA{128, 128, 128, 255}},
	} {
		m := image.NewRGBA(rectOf(1, 1))
		m.Set(0, 0, c.p3)
		parseProfile(iccProfile("RGB ", displayP3, sRGBCurve())).convert(m)
		wantColor(t, m, 0, 0, c.want, 1)
	}
}

// p3ToSRGB uses the published matrix from linear Display P3 to linear sRGB (CSS Color 4).
func p3ToSRGB(r, g, b float64) color.NRGBA {
	linear := func(v float64) float64 {
		if v /= 255; v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	coded := func(v float64) uint8 { return uint8(math.Round(255 * min(max(encodeSRGB(v), 0), 1))) }
	r, g, b = linear(r), linear(g), linear(b)
	return color.NRGBA{
		coded(1.2249401763*r - 0.2249401763*g),
		coded(-0.0420569547*r + 1.0420569547*g),
		coded(-0.0196375546*r - 0.0786360456*g + 1.0982736001*b), 255,
	}
}

func TestProfilesOfSRGBChangeNothing(t *testing.T) {
	t.Parallel()
	for name, curve := range map[string][]byte{"parametric": sRGBCurve(), "sampled": sampledSRGBCurve()} {
		if parseProfile(iccProfile("RGB ", sRGB, curve)) != nil {
			t.Errorf("%s: converts", name)
		}
	}
	if parseProfile(iccProfile("RGB ", sRGB, curv(0x0100))) == nil {
		t.Error("a linear picture is not converted")
	}
	if parseProfile(iccProfile("RGB ", displayP3, sRGBCurve())) == nil {
		t.Error("Display P3 is taken for sRGB")
	}
}

func TestCurves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		tag   []byte
		x, at float64
	}{
		{"identity", curv(), 0.3, 0.3},
		{"gamma", curv(0x0200), 0.5, 0.25},
		{"samples, between", curv(0, 0, 65535), 0.75, 0.5},
		{"samples, the end", curv(0, 0, 65535), 1, 1},
		{"para 0", para(0, 2), 0.5, 0.25},
		{"para 1, above", para(1, 2, 2, -0.5), 0.5, 0.25},
		{"para 1, below", para(1, 2, 2, -0.5), 0.2, 0},
		{"para 2, above", para(2, 2, 2, -0.5, 0.125), 0.5, 0.375},
		{"para 2, below", para(2, 2, 2, -0.5, 0.125), 0.2, 0.125},
		{"para 3, above", para(3, 2, 1, 0, 0.5, 0.25), 0.5, 0.25},
		{"para 3, below", para(3, 2, 1, 0, 0.5, 0.25), 0.125, 0.0625},
		{"para 4, above", para(4, 2, 1, 0, 0.5, 0.25, 0.125, 0.0625), 0.5, 0.375},
		{"para 4, below", para(4, 2, 1, 0, 0.5, 0.25, 0.125, 0.0625), 0.125, 0.125},
		{"clipped above", para(2, 1, 1, 0, 0.5), 0.9, 1},
		{"clipped below", para(2, 1, 1, 0, -0.5), 0.1, 0},
		{"not a number", para(0, math.Inf(1)), 1, 1},
		{"root of a negative", para(3, 0.5, 1, -1, 0, 0), 0.5, 0},
	} {
		curve, ok := parseCurve(c.tag)
		if !ok {
			t.Errorf("%s: refused", c.name)
			continue
		}
		if got := curve(c.x); math.Abs(got-c.at) > 1e-4 {
			t.Errorf("%s: %g gives %g, want %g", c.name, c.x, got, c.at)
		}
	}
	for name, tag := range map[string][]byte{
		"empty": nil, "unknown": []byte("mft2\x00\x00\x00\x00\x00\x00\x00\x00"), "too few samples": curv(1, 2, 3)[:16],
		"too few parameters": para(4, 1, 2), "unknown function": para(5, 1, 2, 3, 4, 5, 6, 7),
	} {
		if _, ok := parseCurve(tag); ok {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestBrokenProfilesNeverPanic(t *testing.T) {
	t.Parallel()
	profile := iccProfile("RGB ", displayP3, sRGBCurve())
	for n := range profile {
		parseProfile(profile[:n])
		broken := slices.Clone(profile)
		broken[n] ^= 0xff
		if space := parseProfile(broken); space != nil {
			space.convert(image.NewRGBA(rectOf(2, 2)))
		}
	}
}
