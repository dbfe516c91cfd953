package jpeg

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"testing"

	"styleshare/internal/planar"
)

// kinds are the ways of coding that cameras, phones and editors use, as arguments of cjpeg.
var kinds = map[string][]string{
	"4:2:0":                {"-sample", "2x2"},
	"4:2:2":                {"-sample", "2x1"},
	"4:4:0":                {"-sample", "1x2"},
	"4:4:4":                {"-sample", "1x1"},
	"4:1:1":                {"-sample", "4x1"},
	"gray":                 {"-grayscale"},
	"optimized":            {"-optimize"},
	"restarts":             {"-restart", "1"},
	"restarts in a row":    {"-restart", "7B"},
	"progressive":          {"-progressive"},
	"progressive gray":     {"-progressive", "-grayscale"},
	"progressive 4:4:4":    {"-progressive", "-sample", "1x1"},
	"progressive restarts": {"-progressive", "-restart", "5B"},
	"coarse":               {"-quality", "20"},
	"fine":                 {"-quality", "98"},
	"fine, progressive":    {"-quality", "98", "-progressive"},
}

// ycc makes the standard library's picture one of ours.
func ycc(t testing.TB, m image.Image) *planar.Image {
	t.Helper()
	plane := func(pix []byte, stride, width, height int) planar.Plane {
		return planar.Plane{Width: width, Height: height, Stride: stride, Pix: pix}
	}
	b := m.Bounds()
	switch m := m.(type) {
	case *image.Gray:
		return &planar.Image{Width: b.Dx(), Height: b.Dy(), Planes: []planar.Plane{plane(m.Pix, m.Stride, b.Dx(), b.Dy())}}
	case *image.YCbCr:
		shift := map[image.YCbCrSubsampleRatio][2]int{
			image.YCbCrSubsampleRatio444: {1, 1}, image.YCbCrSubsampleRatio422: {2, 1}, image.YCbCrSubsampleRatio420: {2, 2},
			image.YCbCrSubsampleRatio440: {1, 2}, image.YCbCrSubsampleRatio411: {4, 1}, image.YCbCrSubsampleRatio410: {4, 2},
		}[m.SubsampleRatio]
		cw, ch := ceilDiv(b.Dx(), shift[0]), ceilDiv(b.Dy(), shift[1])
		return &planar.Image{Width: b.Dx(), Height: b.Dy(), Planes: []planar.Plane{
			plane(m.Y, m.YStride, b.Dx(), b.Dy()), plane(m.Cb, m.CStride, cw, ch), plane(m.Cr, m.CStride, cw, ch),
		}}
	}
	t.Fatalf("a picture of type %T", m)
	return nil
}

// Luma is compared with djpeg's, chroma with the standard library's, which some restart markers are too much for.
func TestDecodesAsOthersDo(t *testing.T) { //nolint:paralleltest // one flag for the package
	for _, size := range [][2]int{{200, 150}, {33, 17}, {16, 16}, {1, 1}, {7, 90}} {
		source := ppm(scene(size[0], size[1]))
		for name, args := range kinds {
			file := pipe(t, source, "cjpeg", args...)
			got := decode(t, file, whole)
			luma := pgm(t, pipe(t, file, "djpeg", "-grayscale", "-dct", "int"))
			if got.Width != size[0] || got.Height != size[1] {
				t.Errorf("%s: %d × %d", name, got.Width, got.Height)
				continue
			}
			if db := psnr(&luma, &got.Planes[0]); db < 55 {
				t.Errorf("%s, %v, luma: %.1f dB", name, size, db)
			}
			m, err := jpeg.Decode(bytes.NewReader(file))
			if err != nil {
				continue
			}
			for i, want := range ycc(t, m).Planes {
				p := &got.Planes[i]
				if p.Width != want.Width || p.Height != want.Height {
					continue // chroma that has more samples than anybody needs
				}
				if db := psnr(&want, p); db < 55 {
					t.Errorf("%s, %v, plane %d: %.1f dB", name, size, i, db)
				}
			}
		}
	}
}

// A scaled picture is what the whole one becomes when each square of samples is averaged, but for the highest frequencies.
func TestDecodesScaled(t *testing.T) { //nolint:paralleltest // one flag for the package
	source := ppm(scene(203, 149))
	for name, args := range kinds {
		file := pipe(t, source, "cjpeg", args...)
		full := decode(t, file, whole)
		for _, by := range []int{2, 4, 8} {
			got := decode(t, file, func(width, height int) (int, int) { return width / by, height / by })
			if got.Width != ceilDiv(203, by) || got.Height != ceilDiv(149, by) {
				t.Errorf("%s by %d: %d × %d", name, by, got.Width, got.Height)
				continue
			}
			for i := range got.Planes {
				want := averaged(&full.Planes[i], ceilDiv(full.Planes[i].Width, got.Planes[i].Width))
				p := got.Planes[i]
				p.Width, p.Height = min(p.Width, want.Width), min(p.Height, want.Height)
				if db := psnr(&p, want); db < 30 {
					t.Errorf("%s by %d, plane %d: %.1f dB", name, by, i, db)
				}
			}
		}
	}
}

// averaged takes the mean of whole squares.
func averaged(p *planar.Plane, by int) *planar.Plane {
	out := planar.NewPlane(p.Width/by, p.Height/by)
	for y := range out.Height {
		for x := range out.Width {
			sum := 0
			for v := range by {
				for u := range by {
					sum += int(p.Pix[(y*by+v)*p.Stride+x*by+u])
				}
			}
			out.Pix[y*out.Stride+x] = byte((sum + by*by/2) / (by * by))
		}
	}
	return &out
}

func TestCutOffFiles(t *testing.T) { //nolint:paralleltest // one flag for the package
	for _, name := range []string{"4:2:0", "gray", "restarts", "progressive"} {
		file := pipe(t, ppm(scene(160, 320)), "cjpeg", kinds[name]...)
		full := decode(t, file, whole)
		accepted := 0
		for cut := 2; cut < len(file)-2; cut += 1 + len(file)/150 {
			for _, tail := range [][]byte{nil, {0xff, markerEOI}} {
				m, err := Decode(t.Context(), append(bytes.Clone(file[:cut]), tail...), whole)
				if err != nil {
					if _, ok := errors.AsType[FormatError](err); !ok {
						t.Fatalf("%s cut at %d: %v", name, cut, err)
					}
					continue
				}
				accepted++
				// The nine tenths that are there are what they were.
				m.Planes[0].Height = 320 * 8 / 10
				if db := psnr(&m.Planes[0], &full.Planes[0]); name != "progressive" && db < 50 {
					t.Errorf("%s cut at %d of %d: %.1f dB", name, cut, len(file), db)
				}
			}
		}
		// A tenth of 300 cuts, where the rows of a picture are alike; a progressive one may be cut between two scans if it says so.
		if most := 40; accepted > most || name != "progressive" && accepted == 0 {
			t.Errorf("%s: %d of about 300 cuts are accepted", name, accepted)
		}
	}
}

// Of 100 rows of MCUs, each a restart interval of its own, 89 are too few and 91 enough; what is missing is grey.
func TestNineTenthsOfTheRowsMustBeThere(t *testing.T) { //nolint:paralleltest // one flag for the package
	file := pipe(t, ppm(scene(48, 1600)), "cjpeg", "-sample", "2x2", "-restart", "1")
	full := decode(t, file, whole)
	rows := bytes.Index(file, []byte{0xff, markerSOS})
	for row := 1; row <= 91; row++ {
		rows++
		for file[rows] != 0xff || file[rows+1] < markerRST0 || file[rows+1] > markerRST7 {
			rows++
		}
		m, err := Decode(t.Context(), file[:rows], whole)
		if row < 90 {
			if !errors.Is(err, errCut) {
				t.Fatalf("%d rows: %v", row, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d rows: %v", row, err)
		}
		for i := range m.Planes {
			got, want, there := samples(&m.Planes[i]), samples(&full.Planes[i]), len(samples(&full.Planes[i]))*row/100
			if !bytes.Equal(got[:there], want[:there]) {
				t.Errorf("%d rows: plane %d is another", row, i)
			}
			if rest := got[there:]; !bytes.Equal(rest, bytes.Repeat([]byte{128}, len(rest))) {
				t.Errorf("%d rows: the rest of plane %d is not grey", row, i)
			}
		}
	}
}

func TestRefusesOtherKinds(t *testing.T) { //nolint:paralleltest // one flag for the package
	source := ppm(scene(40, 40))
	if _, err := Decode(t.Context(), pipe(t, source, "cjpeg", "-arithmetic"), whole); !errors.Is(err, ErrUnsupported) {
		t.Errorf("arithmetic coding: %v", err)
	}
	if _, err := Decode(t.Context(), pipe(t, source, "cjpeg", "-rgb"), whole); !errors.Is(err, ErrUnsupported) {
		t.Errorf("RGB: %v", err)
	}
	for at, value := range map[int]byte{4: 12, 9: 4} { // bits a sample, components
		file := pipe(t, source, "cjpeg", "-sample", "2x2")
		frame := bytes.Index(file, []byte{0xff, markerSOF0})
		file[frame+at] = value
		if value == 4 { // and one more of them
			file[frame+3] += 3
			file = slices.Insert(file, frame+19, 4, 0x11, 0)
		}
		if _, err := Decode(t.Context(), file, whole); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%d at %d of the frame: %v", value, at, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"4:2:0", "progressive"} {
		if _, err := Decode(ctx, pipe(t, source, "cjpeg", kinds[name]...), whole); !errors.Is(err, context.Canceled) {
			t.Errorf("%s after the end of its context: %v", name, err)
		}
	}
}

// Whole files and such as were damaged on the way become the same bytes, or fail with the same error.
func TestAssemblyDecodesAsGoDoes(t *testing.T) { //nolint:paralleltest // one flag for the package
	if !useAVX2 {
		t.Log("this processor has no AVX2: plain Go is compared with itself")
	}
	defer setAVX2(useAVX2)
	random := rand.New(rand.NewPCG(9, 10))
	source := ppm(scene(500, 120))
	for name, args := range kinds {
		file := pipe(t, source, "cjpeg", args...)
		for n := range 60 {
			damaged, by := bytes.Clone(file), 1<<(n%4)
			for range n / 4 {
				damaged[len(file)/8+random.IntN(len(file)*7/8)] ^= 1 << random.IntN(8)
			}
			fit := func(width, height int) (int, int) { return width / by, height / by }
			setAVX2(false)
			want, wantErr := Decode(t.Context(), damaged, fit)
			setAVX2(true)
			got, err := Decode(t.Context(), damaged, fit)
			if !errors.Is(err, wantErr) {
				t.Fatalf("%s by %d, damage %d: %v, in Go %v", name, by, n, err, wantErr)
			}
			if err != nil {
				continue
			}
			for i := range want.Planes {
				if !bytes.Equal(samples(&got.Planes[i]), samples(&want.Planes[i])) {
					t.Fatalf("%s by %d, damage %d: plane %d is another", name, by, n, i)
				}
			}
		}
	}
}

// samples are those of the picture alone.
func samples(p *planar.Plane) (all []byte) {
	for y := range p.Height {
		all = append(all, p.Pix[y*p.Stride:][:p.Width]...)
	}
	return all
}

// FuzzDecode: whatever the bytes, no panic, a picture of the size that the header says, and the same one from both paths.
func FuzzDecode(f *testing.F) {
	for _, args := range kinds {
		f.Add(pipe(f, ppm(scene(24, 24)), "cjpeg", args...), uint8(1))
		f.Add(pipe(f, ppm(scene(24, 24)), "cjpeg", args...), uint8(4))
	}
	f.Fuzz(func(t *testing.T, file []byte, by uint8) {
		divisor := max(int(by), 1)
		fit := func(width, height int) (int, int) {
			if width*height > 1<<16 {
				t.Skip("larger than a fuzzer should draw") // bounds are the caller's
			}
			return width / divisor, height / divisor
		}
		m, err := Decode(t.Context(), file, fit)
		setAVX2(false)
		plain, plainErr := Decode(t.Context(), file, fit)
		setAVX2(hasAVX2)
		if !errors.Is(err, plainErr) {
			t.Fatalf("%v, in Go %v", err, plainErr)
		}
		if err != nil {
			return
		}
		for i, p := range m.Planes {
			if p.Width < 1 || p.Height < 1 || len(p.Pix) < p.Stride*p.Height {
				t.Fatalf("%d × %d in %d bytes", p.Width, p.Height, len(p.Pix))
			}
			if !bytes.Equal(samples(&p), samples(&plain.Planes[i])) {
				t.Fatalf("plane %d is another in Go", i)
			}
		}
	})
}
