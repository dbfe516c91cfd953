package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"runtime"
	"slices"
	"testing"
)

// allocated gives the bytes that f allocates. It is right only while no other test runs: in tests that are not parallel.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// manyScans is a progressive JPEG of 6000 × 8000 pixels whose last scan is said over and over.
func manyScans(t testing.TB, scans int) []byte {
	t.Helper()
	file := readFixture(t, "progressive.jpg")
	frame := bytes.Index(file, []byte{0xff, markerSOF2})
	binary.BigEndian.PutUint16(file[frame+5:], 8000)
	binary.BigEndian.PutUint16(file[frame+7:], 6000)
	last := bytes.LastIndex(file, []byte{0xff, markerSOS})
	scan := file[last : len(file)-2]
	return slices.Concat(file[:last], bytes.Repeat(scan, scans), []byte{0xff, markerEOI})
}

func hugePNG(side uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	head = append(head, 1, 0, 0, 0, 0) // grey, one bit a pixel
	return slices.Concat(pngMagic, pngChunk("IHDR", head), pngChunk("IDAT", make([]byte, 64)), pngChunk("IEND", nil))
}

func hugeVP8L() []byte {
	head := binary.LittleEndian.AppendUint32([]byte{0x2f}, 16382|16382<<14)
	return riff(riffChunk("VP8L", append(head, make([]byte, 64)...)))
}

func hugeVP8() []byte {
	head := append(make([]byte, 3), 0x9d, 0x01, 0x2a)
	head = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(head, 16383), 16383)
	return riff(riffChunk("VP8 ", append(head, make([]byte, 64)...)))
}

func TestBombsAreRefusedWithoutAllocation(t *testing.T) {
	noScanLimit := DefaultLimits()
	noScanLimit.MaxScans = 1 << 20
	for _, c := range []struct {
		name   string
		file   []byte
		limits Limits
		want   Reason
	}{
		{"JPEG of 2,000 scans", manyScans(t, 2000), DefaultLimits(), Unreadable},
		{"JPEG of 2,000 scans, by their work", manyScans(t, 2000), noScanLimit, Unreadable},
		{"PNG of 30000 × 30000", hugePNG(30_000), DefaultLimits(), TooManyPixels},
		{"PNG of the largest sides", hugePNG(1<<31 - 1), DefaultLimits(), TooManyPixels},
		{"PNG of sides over 31 bits", hugePNG(1<<32 - 1), DefaultLimits(), TooManyPixels},
		{"lossless WebP", hugeVP8L(), DefaultLimits(), TooManyPixels},
		{"lossy WebP", hugeVP8(), DefaultLimits(), TooManyPixels},
		{"canvas of a WebP", riff(vp8x(0, 1<<24, 1<<24)), DefaultLimits(), TooManyPixels},
	} {
		t.Run(c.name, func(t *testing.T) {
			format := formatOf(t, c.file)
			var err error
			took := allocated(func() { _, err = Process(t.Context(), c.file, format, c.limits) })
			wantRejection(t, err, c.want)
			if took > 64<<10 {
				t.Errorf("allocated %d bytes", took)
			}
		})
	}
}

func TestProfileOfAPNGIsInflatedWithinBounds(t *testing.T) {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := io.CopyN(w, zeros{}, 16<<20); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	chunk := append([]byte("bomb\x00\x00"), packed.Bytes()...)
	took := allocated(func() {
		if profile := inflateProfile(chunk); profile != nil {
			t.Errorf("took a profile of %d bytes", len(profile))
		}
	})
	if took > 8<<20 {
		t.Errorf("allocated %d bytes", took)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestJPEGOfOnlyProfilePartsIsWalkedWithinBounds(t *testing.T) {
	part := jpegSegment(markerAPP2, append(slices.Clone(iccPrefix), 1, 1, 0))
	file := withSegments(readFixture(t, "progressive.jpg"), bytes.Repeat(part, 200_000))
	took := allocated(func() {
		head, err := inspect(file, JPEG, DefaultLimits())
		if err != nil || head.profile != nil {
			t.Errorf("got a profile of %d bytes and %v", len(head.profile), err)
		}
	})
	if took > 64<<10 {
		t.Errorf("allocated %d bytes", took)
	}
}
