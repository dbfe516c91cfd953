package imaging

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestDimensions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width, height int
		want          [4][2]int // thumb, small, medium, large
	}{
		{1400, 700, [4][2]int{{150, 150}, {320, 160}, {640, 320}, {1280, 640}}},
		{450, 600, [4][2]int{{150, 150}, {320, 427}, {450, 600}, {450, 600}}},
		{500, 1300, [4][2]int{{150, 150}, {246, 640}, {492, 1280}, {500, 1300}}},
		{320, 240, [4][2]int{{150, 150}, {320, 240}, {320, 240}, {320, 240}}},
		{100, 80, [4][2]int{{80, 80}, {100, 80}, {100, 80}, {100, 80}}},
		{20000, 100, [4][2]int{{100, 100}, {320, 2}, {640, 3}, {1280, 6}}},
		{100, 20000, [4][2]int{{100, 100}, {3, 640}, {6, 1280}, {13, 2560}}},
		{1, 30000, [4][2]int{{1, 1}, {1, 640}, {1, 1280}, {1, 2560}}},
		{30000, 1, [4][2]int{{1, 1}, {320, 1}, {640, 1}, {1280, 1}}},
		{1, 1, [4][2]int{{1, 1}, {1, 1}, {1, 1}, {1, 1}}},
	} {
		t.Run(fmt.Sprintf("%dx%d", c.width, c.height), func(t *testing.T) {
			t.Parallel()
			result := process(t, encodePNG(t, image.NewGray(rectOf(c.width, c.height))))
			if result.Width != c.width || result.Height != c.height {
				t.Errorf("the photo is said to be %d × %d", result.Width, result.Height)
			}
			for i, size := range []Size{Thumb, Small, Medium, Large} {
				r := result.Renditions[i]
				if r.Size != size || r.Width != c.want[i][0] || r.Height != c.want[i][1] {
					t.Errorf("%s is %d × %d, want %s of %v", r.Size, r.Width, r.Height, size, c.want[i])
				}
				wantCorners(t, show(t, r), [4]color.NRGBA{{A: 255}, {A: 255}, {A: 255}, {A: 255}}, 2)
			}
		})
	}
}

func TestFitKeepsTheShape(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 1<<15)
		width, height := side.Draw(t, "width"), side.Draw(t, "height")
		maxWidth, maxHeight := side.Draw(t, "maxWidth"), side.Draw(t, "maxHeight")
		w, h := fit(width, height, maxWidth, maxHeight)
		if w < 1 || h < 1 || w > min(width, maxWidth) || h > min(height, maxHeight) {
			t.Fatalf("%d × %d is out of bounds", w, h)
		}
		if w != width && w != maxWidth && h != maxHeight {
			t.Fatalf("%d × %d could be larger", w, h)
		}
		ratio := min(1, float64(maxWidth)/float64(width), float64(maxHeight)/float64(height))
		exactW, exactH := max(1, ratio*float64(width)), max(1, ratio*float64(height))
		if math.Abs(float64(w)-exactW) > 0.51 || math.Abs(float64(h)-exactH) > 0.51 {
			t.Fatalf("%d × %d, exactly %.2f × %.2f", w, h, exactW, exactH)
		}
	})
}

// What each value of EXIF's orientation makes of stored quadrants that are red, green, blue and white.
var uprightCorners = map[uint16][4]color.NRGBA{
	1: {red, green, blue, white},
	2: {green, red, white, blue},
	3: {white, blue, green, red},
	4: {blue, white, red, green},
	5: {red, blue, green, white},
	6: {blue, red, white, green},
	7: {white, green, blue, red},
	8: {green, white, red, blue},
}

func TestOrientation(t *testing.T) {
	t.Parallel()
	stored := quadrants(320, 200, uprightCorners[1])
	plainJPEG, plainPNG := encodeJPEG(t, stored), encodePNG(t, stored)
	for orientation, corners := range uprightCorners {
		big, little := exifBlock(binary.BigEndian, orientation), exifBlock(binary.LittleEndian, orientation)
		for name, c := range map[string]struct {
			file          []byte
			width, height int
		}{
			"JPEG, big endian": {withSegments(plainJPEG, jpegSegment(markerAPP1, slices.Concat(exifPrefix, big))), 320, 200},
			"JPEG, little endian, after XMP": {withSegments(plainJPEG, jpegSegment(markerAPP1, []byte("http://ns.adobe.com/xap/1.0/\x00<x/>")),
				jpegSegment(markerAPP1, slices.Concat(exifPrefix, little))), 320, 200},
			"PNG":  {withChunks(plainPNG, pngChunk("eXIf", big)), 320, 200},
			"WebP": {riff(vp8x(1<<3, 64, 48), simpleWebP(t, "lossless.webp"), riffChunk("EXIF", little)), 64, 48},
			"WebP, with JPEG's prefix": {riff(vp8x(1<<3, 64, 48), simpleWebP(t, "lossy.webp"),
				riffChunk("EXIF", slices.Concat(exifPrefix, big))), 64, 48},
		} {
			t.Run(fmt.Sprintf("%d/%s", orientation, name), func(t *testing.T) {
				t.Parallel()
				result := process(t, c.file)
				if orientation >= 5 {
					c.width, c.height = c.height, c.width
				}
				if result.Width != c.width || result.Height != c.height {
					t.Errorf("%d × %d, want %d × %d", result.Width, result.Height, c.width, c.height)
				}
				for _, r := range result.Renditions {
					wantCorners(t, show(t, r), corners, 12)
				}
			})
		}
	}
}

func TestBrokenEXIFMeansUpright(t *testing.T) {
	t.Parallel()
	good := exifBlock(binary.BigEndian, 6)
	if got := exifOrientation(good); got != 6 {
		t.Fatalf("the good block says %d", got)
	}
	changed := func(at int, b byte) []byte {
		block := slices.Clone(good)
		block[at] = b
		return block
	}
	const entry = 10 + 12 // of the orientation
	for name, block := range map[string][]byte{
		"empty":             nil,
		"byte order":        changed(0, 'X'),
		"offset":            changed(4, 0xff),
		"offset at the end": changed(7, byte(len(good)-1)),
		"no such entry":     changed(9, 1),
		"type":              changed(entry+3, 4),
		"value zero":        changed(entry+9, 0),
		"value nine":        changed(entry+9, 9),
		"cut in the entry":  good[:entry+11],
	} {
		if got := exifOrientation(block); got != 1 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestThumbIsTheCenter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ width, height, side int }{{900, 300, 150}, {300, 900, 150}, {2400, 200, 150}, {60, 4000, 60}} {
		m := flat(c.width, c.height, red)
		square := centerSquare(m.Rect)
		for y := square.Min.Y; y < square.Max.Y; y++ {
			for x := square.Min.X; x < square.Max.X; x++ {
				m.SetNRGBA(x, y, blue)
			}
		}
		thumb := process(t, encodePNG(t, m)).Renditions[0]
		shown := show(t, thumb)
		if thumb.Width != c.side {
			t.Errorf("%v: side %d", c, thumb.Width)
		}
		wantCorners(t, shown, [4]color.NRGBA{blue, blue, blue, blue}, 4)
		last := c.side - 6
		for _, at := range [][2]int{{5, 5}, {last, 5}, {5, last}, {last, last}} {
			wantColor(t, shown, at[0], at[1], blue, 40)
		}
	}
}

// A fine pattern must come out as its mean, not as some of its pixels.
func TestScalingAverages(t *testing.T) {
	t.Parallel()
	m := image.NewGray(rectOf(3000, 200))
	for i := range m.Pix {
		m.Pix[i] = uint8(255 * ((i%m.Stride + i/m.Stride) % 2))
	}
	for _, r := range process(t, encodePNG(t, m)).Renditions {
		grey := color.NRGBA{128, 128, 128, 255}
		wantCorners(t, show(t, r), [4]color.NRGBA{grey, grey, grey, grey}, 6)
	}
}

// The segments of the renditions: tables, frame, scan and nothing that could carry a word.
func TestRenditionsCarryNoMetadata(t *testing.T) {
	t.Parallel()
	const secret = "48.8584N 2.2945E"
	exif := slices.Concat(exifBlock(binary.BigEndian, 1), []byte(secret))
	m := quadrants(64, 48, uprightCorners[1])
	for name, file := range map[string][]byte{
		"JPEG": withSegments(encodeJPEG(t, m),
			jpegSegment(markerAPP1, slices.Concat(exifPrefix, exif)),
			jpegSegment(markerAPP1, []byte("http://ns.adobe.com/xap/1.0/\x00"+secret)),
			jpegSegment(markerAPP2, slices.Concat(iccPrefix, []byte{1, 1}, []byte(secret))),
			jpegSegment(0xed, []byte("Photoshop 3.0\x00"+secret)),
			jpegSegment(0xfe, []byte(secret))),
		"PNG":  withChunks(encodePNG(t, m), pngChunk("eXIf", exif), pngChunk("tEXt", []byte("Comment\x00"+secret))),
		"WebP": riff(vp8x(1<<3|1<<2, 64, 48), simpleWebP(t, "lossy.webp"), riffChunk("EXIF", exif), riffChunk("XMP ", []byte(secret))),
	} {
		if !bytes.Contains(file, []byte(secret)) {
			t.Fatalf("%s: the fixture lacks the secret", name)
		}
		for _, r := range process(t, file).Renditions {
			if bytes.Contains(r.JPEG, []byte(secret)) {
				t.Errorf("%s: %s tells the place", name, r.Size)
			}
			allowed := []byte{0xdb, markerDHT, markerSOF0, markerSOS}
			for pos := 2; ; {
				marker, at, ok := nextMarker(r.JPEG, pos)
				if ok && marker == markerEOI && at == len(r.JPEG) {
					break
				}
				if !ok || !bytes.Contains(allowed, []byte{marker}) {
					t.Fatalf("%s: %s has a segment %#x", name, r.Size, marker)
				}
				pos = at + int(binary.BigEndian.Uint16(r.JPEG[at:]))
			}
		}
	}
}
