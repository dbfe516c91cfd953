package planar

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func noise(width, height int, seed uint64) Plane {
	p := NewPlane(width, height)
	random := rand.New(rand.NewPCG(seed, 1))
	for i := range p.Pix {
		p.Pix[i] = byte(random.Uint32())
	}
	return p
}

// without runs f by the plain Go that other processors run.
func without[T any](f func() T) T {
	was := useAVX2
	setAVX2(false)
	defer setAVX2(was)
	return f()
}

// Whatever the shape, the assembly and the plain Go give the same bytes. The flag is the package's own: no parallel tests here.
func TestAssemblyAgreesWithGo(t *testing.T) { //nolint:paralleltest // see above
	if !useAVX2 {
		t.Log("this processor has no AVX2: plain Go is compared with itself")
	}
	random := rand.New(rand.NewPCG(7, 7))
	for n := range 200 {
		src := noise(1+random.IntN(90), 1+random.IntN(90), uint64(n))
		to := extent{1 + random.IntN(60), 1 + random.IntN(60), 0, 0}
		to.spanX, to.spanY = float64(to.width)-random.Float64()/2, float64(to.height)-random.Float64()/2
		o := Orientation(1 + random.IntN(8))
		run := func() Plane { return src.resize(Whole, to, o) }
		got, want := run(), without(run)
		for y := range want.Height {
			if !bytes.Equal(got.Pix[y*got.Stride:][:got.Width], want.Pix[y*want.Stride:][:want.Width]) {
				t.Fatalf("%d × %d to %+v, orientation %d: row %d differs", src.Width, src.Height, to, o, y)
			}
		}
	}
}

// at reads a picture turned by an orientation the slow way: EXIF's definition.
func at(p *Plane, width, height, x, y int, o Orientation) byte {
	if o.turned() {
		x, y = y, x
	}
	switch o {
	case 2:
		x = width - 1 - x
	case 3:
		x, y = width-1-x, height-1-y
	case 4:
		y = height - 1 - y
	case 6:
		y = height - 1 - y
	case 7:
		x, y = width-1-x, height-1-y
	case 8:
		x = width - 1 - x
	}
	return p.Pix[y*p.Stride+x]
}

func TestTurning(t *testing.T) { //nolint:paralleltest // one flag for the package
	for _, size := range [][2]int{{1, 1}, {3, 5}, {16, 16}, {33, 17}, {40, 9}} {
		for o := Orientation(1); o <= 8; o++ {
			t.Run(fmt.Sprintf("%dx%d/%d", size[0], size[1], o), func(t *testing.T) {
				m := &Image{Width: size[0], Height: size[1], Planes: []Plane{noise(size[0], size[1], 3)}}
				out, err := m.Resize(t.Context(), Whole, size[0], size[1], o)
				if err != nil {
					t.Fatal(err)
				}
				for y := range out.Height {
					for x := range out.Width {
						if got, want := out.Planes[0].Pix[y*out.Planes[0].Stride+x], at(&m.Planes[0], size[0], size[1], x, y, o); got != want {
							t.Fatalf("(%d, %d) is %d, want %d", x, y, got, want)
						}
					}
				}
			})
		}
	}
}

// A flat surface stays flat, a ramp stays a ramp: no seam, no shift.
func TestFlatAndRamp(t *testing.T) { //nolint:paralleltest // one flag for the package
	m := &Image{Width: 97, Height: 61, Planes: []Plane{NewPlane(97, 61), NewPlane(49, 31), NewPlane(49, 31)}}
	for i := range m.Planes[1:] {
		m.Planes[1+i].SpanX, m.Planes[1+i].SpanY = 48.5, 30.5
	}
	for i := range m.Planes {
		for j := range m.Planes[i].Pix {
			m.Planes[i].Pix[j] = byte(40 + 80*i)
		}
	}
	out, err := m.Resize(t.Context(), Whole, 31, 17, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range out.Planes {
		for y := range p.Height {
			for x := range p.Width {
				if v := p.Pix[y*p.Stride+x]; v != byte(40+80*i) {
					t.Fatalf("plane %d at (%d, %d): %d", i, x, y, v)
				}
			}
		}
	}
	ramp := NewPlane(240, 16)
	for y := range 16 {
		for x := range 240 {
			ramp.Pix[y*ramp.Stride+x] = byte(x)
		}
	}
	small := ramp.resize(Whole, extent{60, 16, 60, 16}, 1)
	for x := 4; x < 56; x++ {
		if want := 4*float64(x) + 1.5; math.Abs(float64(small.Pix[x])-want) > 1 {
			t.Errorf("column %d is %d, want %.1f", x, small.Pix[x], want)
		}
	}
}

func TestCenterSquare(t *testing.T) { //nolint:paralleltest // one flag for the package
	for _, c := range []struct {
		width, height int
		want          Window
	}{{100, 50, Window{0.25, 0, 0.5, 1}}, {50, 100, Window{0, 0.25, 1, 0.5}}, {7, 7, Whole}} {
		if got := CenterSquare(c.width, c.height); got != c.want {
			t.Errorf("%d × %d: %+v", c.width, c.height, got)
		}
	}
}

// FuzzResize: whatever the sizes and the part, both paths give the same samples, and a flat surface stays flat.
func FuzzResize(f *testing.F) {
	f.Add(uint16(100), uint16(80), uint16(30), uint16(20), uint8(1), 0.1, 0.5, uint64(1))
	f.Add(uint16(1), uint16(300), uint16(7), uint16(1), uint8(6), 0.0, 1.0, uint64(2))
	f.Fuzz(func(t *testing.T, width, height, toWidth, toHeight uint16, turn uint8, from, part float64, seed uint64) {
		src := noise(int(width%400)+1, int(height%400)+1, seed)
		to := extent{int(toWidth%300) + 1, int(toHeight%300) + 1, 0, 0}
		to.spanX, to.spanY = float64(to.width), float64(to.height)
		o := Orientation(turn%8 + 1)
		w := Window{X: fraction(from), Y: fraction(from) / 2}
		w.Width, w.Height = max(fraction(part), 0.01)*(1-w.X), max(fraction(part), 0.01)*(1-w.Y)
		run := func() Plane { return src.resize(w, to, o) }
		got, want := run(), without(run)
		for y := range want.Height {
			if !bytes.Equal(got.Pix[y*got.Stride:][:got.Width], want.Pix[y*want.Stride:][:want.Width]) {
				t.Fatalf("row %d differs", y)
			}
		}
		level := byte(seed)
		for i := range src.Pix {
			src.Pix[i] = level
		}
		got = run()
		for y := range got.Height {
			for x, v := range got.Pix[y*got.Stride:][:got.Width] {
				if v != level {
					t.Fatalf("%d at (%d, %d) of a surface of %d", v, x, y, level)
				}
			}
		}
	})
}

// fraction makes something of 0 to 1 of any number.
func fraction(v float64) float64 {
	_, v = math.Modf(math.Abs(v))
	if math.IsNaN(v) {
		return 0
	}
	return v
}
