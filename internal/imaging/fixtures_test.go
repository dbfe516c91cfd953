package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var (
	red   = color.NRGBA{255, 0, 0, 255}
	green = color.NRGBA{0, 255, 0, 255}
	blue  = color.NRGBA{0, 0, 255, 255}
	white = color.NRGBA{255, 255, 255, 255}
)

// quadrants draws the four colours of a picture's corners, top left to bottom right; the files of testdata show the same.
func quadrants(width, height int, corners [4]color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(rectOf(width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, corners[2*(2*y/height)+2*x/width])
		}
	}
	return m
}

func flat(width, height int, c color.NRGBA) *image.NRGBA {
	return quadrants(width, height, [4]color.NRGBA{c, c, c, c})
}

func encodeJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&buf, m); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func readFixture(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// photos are one readable file of each kind, all of them showing red, green, blue and white quadrants or their greys.
func photos(t testing.TB) map[string][]byte {
	t.Helper()
	m := quadrants(64, 48, [4]color.NRGBA{red, green, blue, white})
	files := map[string][]byte{
		"baseline.jpg":  encodeJPEG(t, m),
		"truecolor.png": encodePNG(t, m),
	}
	for _, name := range []string{
		"progressive.jpg", "progressive-gray.jpg", "restart-444.jpg", "cmyk.jpg",
		"lossy.webp", "lossless.webp", "lossy-alpha.webp", "lossless-alpha.webp",
	} {
		files[name] = readFixture(t, name)
	}
	return files
}

func formatOf(t testing.TB, file []byte) Format {
	t.Helper()
	format, ok := Sniff(file)
	if !ok {
		t.Fatal("fixture of no format")
	}
	return format
}

func jpegSegment(marker byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
}

// withSegments puts segments behind a JPEG's start.
func withSegments(file []byte, segments ...[]byte) []byte {
	return bytes.Join([][]byte{file[:2], bytes.Join(segments, nil), file[2:]}, nil)
}

func pngChunk(kind string, data []byte) []byte {
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...)
	chunk = append(chunk, data...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// withChunks puts chunks behind a PNG's IHDR.
func withChunks(file []byte, chunks ...[]byte) []byte {
	const afterHeader = 8 + 12 + 13
	return bytes.Join([][]byte{file[:afterHeader], bytes.Join(chunks, nil), file[afterHeader:]}, nil)
}

func riffChunk(kind string, data []byte) []byte {
	chunk := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data))), data...)
	if len(data)%2 == 1 {
		chunk = append(chunk, 0)
	}
	return chunk
}

func riff(chunks ...[]byte) []byte {
	return riffChunk("RIFF", append([]byte("WEBP"), bytes.Join(chunks, nil)...))
}

// vp8x is the chunk that announces a canvas and what else is in the file.
func vp8x(flags byte, width, height int) []byte {
	w, h := width-1, height-1
	return riffChunk("VP8X", []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)})
}

// simpleWebP gives the picture chunk of a fixture that has no other.
func simpleWebP(t testing.TB, name string) []byte {
	t.Helper()
	return readFixture(t, name)[12:]
}

// exifBlock is a TIFF structure with a camera's name before the orientation.
func exifBlock(order binary.AppendByteOrder, orientation uint16) []byte {
	block := []byte("II*\x00")
	if order.String() == binary.BigEndian.String() {
		block = []byte("MM\x00*")
	}
	block = order.AppendUint32(block, 8)
	block = order.AppendUint16(block, 2)
	for _, entry := range []struct {
		tag, kind uint16
		count     uint32
		value     []byte
	}{
		{0x010f, 2, 4, []byte("Cam\x00")},
		{tagOrientation, typeShort, 1, order.AppendUint16(nil, orientation)},
	} {
		block = order.AppendUint16(block, entry.tag)
		block = order.AppendUint16(block, entry.kind)
		block = order.AppendUint32(block, entry.count)
		block = append(block, append(entry.value, 0, 0, 0, 0)[:4]...)
	}
	return order.AppendUint32(block, 0)
}

func process(t testing.TB, file []byte) *Result {
	t.Helper()
	result, err := Process(t.Context(), file, formatOf(t, file), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func wantRejection(t testing.TB, err error, want Reason) {
	t.Helper()
	rejection, ok := errors.AsType[*Rejection](err)
	if !ok {
		t.Fatalf("got %v, want a rejection as %s", err, want)
	}
	if rejection.Reason != want {
		t.Errorf("got %v, want %s", rejection, want)
	}
}

func show(t testing.TB, r Rendition) image.Image {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(r.JPEG))
	if err != nil {
		t.Fatalf("%s: %v", r.Size, err)
	}
	if m.Bounds() != rectOf(r.Width, r.Height) {
		t.Fatalf("%s is of %v, said to be %d × %d", r.Size, m.Bounds(), r.Width, r.Height)
	}
	return m
}

// wantColor compares one pixel, with room for what JPEG does to a flat colour.
func wantColor(t testing.TB, m image.Image, x, y int, want color.NRGBA, tolerance int) {
	t.Helper()
	got := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
	for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
		if max(d, -d) > tolerance {
			t.Errorf("pixel %d,%d of %v is %v, want %v", x, y, m.Bounds(), got, want)
			return
		}
	}
}

// wantCorners looks into the middle of each quadrant.
func wantCorners(t testing.TB, m image.Image, want [4]color.NRGBA, tolerance int) {
	t.Helper()
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	for i, c := range want {
		wantColor(t, m, w*(1+2*(i%2))/4, h*(1+2*(i/2))/4, c, tolerance)
	}
}
