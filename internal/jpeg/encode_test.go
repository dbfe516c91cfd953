package jpeg

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"styleshare/internal/planar"
)

// picture gives a scene as planes, with chroma of half the size or none.
func picture(t testing.TB, width, height int, gray bool) *planar.Image {
	t.Helper()
	args := []string{"-sample", "2x2", "-quality", "100"}
	if gray {
		args = append(args, "-grayscale")
	}
	return decode(t, pipe(t, ppm(scene(width, height)), "cjpeg", args...), whole)
}

func TestEncodesWhatOthersDecode(t *testing.T) { //nolint:paralleltest // one flag for the package
	for _, size := range [][2]int{{200, 150}, {33, 17}, {16, 16}, {1, 1}, {8, 90}} {
		for _, gray := range []bool{false, true} {
			for quality, least := range map[int]float64{40: 24, 82: 28, 100: 45} {
				name := fmt.Sprintf("%v, gray %t, quality %d", size, gray, quality)
				m := picture(t, size[0], size[1], gray)
				file, err := Encode(t.Context(), m, quality)
				if err != nil {
					t.Fatal(err)
				}
				luma := pgm(t, pipe(t, file, "djpeg", "-strict", "-grayscale"))
				if db := psnr(&luma, &m.Planes[0]); db < least {
					t.Errorf("%s: djpeg's luma is off by %.1f dB", name, db)
				}
				standard, err := jpeg.Decode(bytes.NewReader(file))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for i, p := range ycc(t, standard).Planes {
					if p.Width != m.Planes[i].Width || p.Height != m.Planes[i].Height {
						t.Errorf("%s, plane %d: %d × %d", name, i, p.Width, p.Height)
					} else if db := psnr(&p, &m.Planes[i]); db < least {
						t.Errorf("%s, plane %d: %.1f dB", name, i, db)
					}
				}
			}
		}
	}
}

// Tables made for the picture are shorter than the usual ones, at the same quality.
func TestFilesAreSmallerThanWithUsualTables(t *testing.T) { //nolint:paralleltest // one flag for the package
	m := picture(t, 300, 200, true)
	ours, err := Encode(t.Context(), m, 82)
	if err != nil {
		t.Fatal(err)
	}
	theirs := pipe(t, pipe(t, ours, "djpeg", "-grayscale"), "cjpeg", "-grayscale", "-quality", "82", "-optimize")
	if len(ours) > len(theirs)*102/100 {
		t.Errorf("%d bytes; libjpeg-turbo's optimized file has %d", len(ours), len(theirs))
	}
}

func TestAssemblyAgreesWithGo(t *testing.T) { //nolint:paralleltest // one flag for the package
	if !useAVX2 {
		t.Log("this processor has no AVX2: plain Go is compared with itself")
	}
	defer setAVX2(useAVX2)
	random := rand.New(rand.NewPCG(3, 4))
	q := newQuantizer(&lumaTable, 82)
	for range 20_000 {
		var samples [64]byte
		var coefficients [2 * 16]int16
		var factors [16]int16
		for i := range samples {
			samples[i] = byte(random.Uint32() >> random.IntN(8))
		}
		for i := range coefficients {
			coefficients[i] = int16(random.Uint32()) >> random.IntN(16)
		}
		for i := range factors {
			factors[i] = int16(random.Uint32() >> (16 + random.IntN(16)))
		}
		var forwards [2][64]int16
		var sets [2]uint64
		var inverses [2][32]byte
		for i, on := range []bool{true, false} {
			setAVX2(on)
			sets[i] = forward(&forwards[i], samples[:], 8, &q.reciprocals)
			inverse4(inverses[i][:], 8, coefficients[:], &factors, 2)
			setAVX2(true)
		}
		if forwards[0] != forwards[1] || sets[0] != sets[1] || inverses[0] != inverses[1] {
			t.Fatalf("of %v and %v:\n%v\n%v\n%v\n%v", samples, coefficients, forwards[0], forwards[1], inverses[0], inverses[1])
		}
	}
}

// Codes are at most 16 bits long, none is a prefix of another, and none consists of ones only, however the counts are.
func TestCodes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for n := range 200 {
		var counts [256]uint32
		fibonacci := [2]uint32{1, 1}
		for i := range 1 + random.IntN(256) {
			counts[i] = random.Uint32N(1 << random.IntN(20))
			if n%3 == 0 && i < 40 { // the deepest trees
				counts[i] = fibonacci[0]
				fibonacci = [2]uint32{fibonacci[1], fibonacci[0] + fibonacci[1]}
			}
		}
		c := bestCodes(&counts)
		space := 0
		for symbol, count := range counts {
			code, length := c.of(uint8(symbol))
			if count == 0 {
				continue
			}
			if length < 1 || length > 16 || code == 1<<length-1 {
				t.Fatalf("symbol %d of %d: code %b of %d bits", symbol, count, code, length)
			}
			space += 1 << (16 - length)
		}
		if space >= 1<<16 {
			t.Fatalf("the codes take %d of %d", space, 1<<16)
		}
		if _, err := newHuffman(c.lengths[:], c.symbols); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzEncode: whatever the samples, both paths write the same file, and the standard library reads out of it what Decode does.
func FuzzEncode(f *testing.F) {
	f.Add(uint8(16), uint8(16), uint8(82), false, []byte{0, 255, 30})
	f.Add(uint8(1), uint8(1), uint8(1), true, []byte{7})
	f.Add(uint8(33), uint8(9), uint8(100), false, []byte("noise of some kind"))
	f.Fuzz(func(t *testing.T, width, height, quality uint8, gray bool, pattern []byte) {
		m := patterned(int(width%64)+1, int(height%64)+1, gray, pattern)
		file, err := Encode(t.Context(), m, int(quality%100)+1)
		if err != nil {
			t.Fatal(err)
		}
		setAVX2(false)
		plain, err := Encode(t.Context(), m, int(quality%100)+1)
		setAVX2(hasAVX2)
		if err != nil || !bytes.Equal(file, plain) {
			t.Fatalf("%d bytes, %d in Go, %v", len(file), len(plain), err)
		}
		standard, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		ours := decode(t, file, whole)
		for i, p := range ycc(t, standard).Planes {
			for y := range p.Height {
				for x := range p.Width {
					a, b := int(p.Pix[y*p.Stride+x]), int(ours.Planes[i].Pix[y*ours.Planes[i].Stride+x])
					if a-b > 2 || b-a > 2 {
						t.Fatalf("plane %d at (%d, %d): %d, the standard library says %d", i, x, y, b, a)
					}
				}
			}
		}
	})
}

// patterned repeats a pattern of samples over all planes.
func patterned(width, height int, gray bool, pattern []byte) *planar.Image {
	m := &planar.Image{Width: width, Height: height, Planes: []planar.Plane{planar.NewPlane(width, height)}}
	if !gray {
		half := planar.NewPlane((width+1)/2, (height+1)/2)
		m.Planes = append(m.Planes, half, planar.NewPlane(half.Width, half.Height))
	}
	at := 0
	for _, p := range m.Planes {
		for i := range p.Pix {
			if len(pattern) > 0 {
				p.Pix[i] = pattern[at%len(pattern)]
				at++
			}
		}
	}
	return m
}
