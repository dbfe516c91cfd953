package imaging

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"sync/atomic"
	"testing"

	library "github.com/bbrks/go-blurhash"
)

func TestReadsEveryKind(t *testing.T) {
	t.Parallel()
	for name, file := range photos(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := [4]color.NRGBA{red, green, blue, white}
			if name == "progressive-gray.jpg" {
				want = [4]color.NRGBA{{76, 76, 76, 255}, {150, 150, 150, 255}, {29, 29, 29, 255}, white}
			}
			result := process(t, file)
			for _, r := range result.Renditions {
				wantCorners(t, show(t, r), want, 12)
			}
		})
	}
}

// Half-transparent red on white is pink, in every way that a PNG can say so.
func TestTransparencyIsFlattenedOnWhite(t *testing.T) {
	t.Parallel()
	half, none := color.NRGBA{255, 0, 0, 128}, color.NRGBA{0, 0, 0, 0}
	corners := [4]color.NRGBA{red, half, none, blue}
	straight := quadrants(64, 48, corners)
	deep := image.NewNRGBA64(straight.Rect)
	palette := image.NewPaletted(straight.Rect, color.Palette{red, half, none, blue})
	for y := range 48 {
		for x := range 64 {
			deep.Set(x, y, straight.At(x, y))
			palette.SetColorIndex(x, y, uint8(2*(2*y/48)+2*x/64))
		}
	}
	for name, m := range map[string]image.Image{"straight": straight, "16 bits": deep, "palette": palette} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range process(t, encodePNG(t, m)).Renditions {
				wantCorners(t, show(t, r), [4]color.NRGBA{red, {255, 127, 127, 255}, white, blue}, 6)
			}
		})
	}
}

// The readers that are fast for one type must say what the general one says.
func TestRowReadersAgree(t *testing.T) {
	t.Parallel()
	corners := [4]color.NRGBA{{200, 40, 90, 255}, {10, 220, 30, 77}, {0, 0, 0, 0}, {7, 8, 9, 200}}
	straight := quadrants(8, 8, corners)
	premultiplied, grey := image.NewRGBA(straight.Rect), image.NewGray(straight.Rect)
	ycc := image.NewYCbCr(straight.Rect, image.YCbCrSubsampleRatio420)
	for i := range ycc.Y {
		ycc.Y[i] = uint8(i * 37)
	}
	for i := range ycc.Cb {
		ycc.Cb[i], ycc.Cr[i] = uint8(i*61), uint8(i*89)
	}
	for y := range 8 {
		for x := range 8 {
			premultiplied.Set(x, y, straight.At(x, y))
			grey.Set(x, y, straight.At(x, y))
		}
	}
	for _, m := range []image.Image{straight, premultiplied, grey, ycc} {
		fast, general := make([]uint8, 3*5), make([]uint8, 3*5)
		for y := range 8 {
			readerOf(m, JPEG)(fast, 2, y)
			anyRows(m.(image.RGBA64Image).RGBA64At)(general, 2, y)
			for i := range fast {
				if d := int(fast[i]) - int(general[i]); max(d, -d) > 1 {
					t.Fatalf("%T, row %d: %v, generally %v", m, y, fast, general)
				}
			}
		}
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	mostlyGrey := flat(300, 300, color.NRGBA{120, 120, 120, 255})
	for y := range 300 {
		for x := range 110 {
			mostlyGrey.SetNRGBA(x, y, color.NRGBA{200, 16, 48, 255})
		}
	}
	speck := flat(300, 300, color.NRGBA{120, 120, 120, 255})
	for y := range 40 {
		for x := range 40 {
			speck.SetNRGBA(x, y, color.NRGBA{200, 16, 48, 255})
		}
	}
	grey := color.NRGBA{120, 120, 120, 255}
	for _, c := range []struct {
		name        string
		m           image.Image
		dominant    string
		left, right color.NRGBA // of the blurhash, in the middle of the edge
	}{
		{"one colour", flat(200, 100, color.NRGBA{30, 144, 255, 255}), "#1e90ff", color.NRGBA{30, 144, 255, 255}, color.NRGBA{30, 144, 255, 255}},
		{"one pixel", flat(1, 1, color.NRGBA{30, 144, 255, 255}), "#1e90ff", color.NRGBA{30, 144, 255, 255}, color.NRGBA{30, 144, 255, 255}},
		{"one row", flat(500, 1, color.NRGBA{30, 144, 255, 255}), "#1e90ff", color.NRGBA{30, 144, 255, 255}, color.NRGBA{30, 144, 255, 255}},
		{"black", flat(9, 9, color.NRGBA{A: 255}), "#000000", color.NRGBA{A: 255}, color.NRGBA{A: 255}},
		{"vivid third", mostlyGrey, "#c81030", color.NRGBA{200, 16, 48, 255}, grey},
		{"vivid speck", speck, "#787878", grey, grey},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			result := process(t, encodePNG(t, c.m))
			if result.DominantColor != c.dominant {
				t.Errorf("dominant colour %s, want %s", result.DominantColor, c.dominant)
			}
			if x, y, err := library.Components(result.Blurhash); err != nil || x != blurX || y != blurY || len(result.Blurhash) != 28 {
				t.Errorf("blurhash %q of %d × %d components: %v", result.Blurhash, x, y, err)
			}
			blurred, err := library.Decode(result.Blurhash, 17, 17, 1)
			if err != nil {
				t.Fatal(err)
			}
			wantColor(t, blurred, 0, 8, c.left, 40)
			wantColor(t, blurred, 16, 8, c.right, 40)
		})
	}
}

// countdown is a context that ends when it was asked a number of times.
type countdown struct {
	context.Context //nolint:containedctx // it is a context itself
	left            atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestEndsWithItsContextAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, file := range map[string][]byte{
		"JPEG": encodeJPEG(t, flat(200, 100, red)),
		"PNG":  encodePNG(t, flat(200, 100, red)),
		"WebP": readFixture(t, "lossy.webp"),
	} {
		steps := 0
		for ; ; steps++ {
			ctx := &countdown{Context: t.Context()}
			ctx.left.Store(int64(steps))
			result, err := Process(ctx, file, formatOf(t, file), DefaultLimits())
			if err == nil {
				break
			}
			if _, rejected := errors.AsType[*Rejection](err); result != nil || rejected || !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: step %d gives %v", name, steps, err)
			}
		}
		if steps < 10 {
			t.Errorf("%s: asked only %d times", name, steps)
		}
	}
}

func FuzzProcess(f *testing.F) {
	for _, file := range photos(f) {
		f.Add(file)
	}
	f.Add(manyScans(f, 3))
	f.Add(hugePNG(100))
	f.Add(withChunks(encodePNG(f, flat(4, 4, red)), pngProfile(f, iccProfile("RGB ", adobeRGB, curv(0x0233)))))
	limits := Limits{MaxBytes: 1 << 16, MaxPixels: 1 << 13, MaxSide: 1 << 12, MaxScans: 20, MaxWork: 1 << 12}
	f.Fuzz(func(t *testing.T, file []byte) {
		declared, _ := Sniff(file)
		result, err := Process(t.Context(), file, declared, limits)
		if err != nil {
			if _, ok := errors.AsType[*Rejection](err); !ok {
				t.Fatal(err)
			}
			return
		}
		if result.Width*result.Height > limits.MaxPixels || len(result.Blurhash) != 28 || len(result.DominantColor) != 7 {
			t.Errorf("%d × %d, %q, %q", result.Width, result.Height, result.Blurhash, result.DominantColor)
		}
		for _, r := range result.Renditions {
			if r.Width > result.Width || r.Height > result.Height || !bytes.HasPrefix(r.JPEG, []byte{0xff, 0xd8}) {
				t.Errorf("%s of %d × %d", r.Size, r.Width, r.Height)
			}
		}
	})
}
