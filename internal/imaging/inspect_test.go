package imaging

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image/color"
	"slices"
	"testing"
)

func TestRefusesWhatIsNoSupportedPhoto(t *testing.T) {
	t.Parallel()
	files := photos(t)
	progressive := files["progressive.jpg"]
	frame := bytes.Index(progressive, []byte{0xff, markerSOF2})
	patched := func(at int, b byte) []byte {
		file := slices.Clone(progressive)
		file[at] = b
		return file
	}
	lossy := simpleWebP(t, "lossy.webp")
	for _, c := range []struct {
		name     string
		file     []byte
		declared Format
		want     Reason
	}{
		{"empty", nil, JPEG, UnsupportedFormat},
		{"text", []byte("just some words about a photo"), JPEG, UnsupportedFormat},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff;"), PNG, UnsupportedFormat},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), JPEG, UnsupportedFormat},
		{"AVIF", []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1"), WebP, UnsupportedFormat},
		{"SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), PNG, UnsupportedFormat},
		{"TIFF", exifBlock(binary.LittleEndian, 1), JPEG, UnsupportedFormat},
		{"RIFF that is sound", []byte("RIFF\x04\x00\x00\x00WAVE"), WebP, UnsupportedFormat},
		{"PNG declared JPEG", files["truecolor.png"], JPEG, Mismatch},
		{"JPEG declared WebP", files["baseline.jpg"], WebP, Mismatch},
		{"WebP declared PNG", files["lossy.webp"], PNG, Mismatch},
		{"JPEG declared GIF", files["baseline.jpg"], "image/gif", Mismatch},
		{"arithmetic JPEG", readFixture(t, "arithmetic.jpg"), JPEG, UnsupportedFormat},
		{"lossless JPEG", patched(frame+1, 0xc3), JPEG, UnsupportedFormat},
		{"12-bit JPEG", patched(frame+4, 12), JPEG, UnsupportedFormat},
		{"JPEG sampled by three", patched(frame+11, 0x31), JPEG, UnsupportedFormat},
		{"CMYK JPEG without Adobe's marker", bytes.Replace(files["cmyk.jpg"], []byte("Adobe"), []byte("Other"), 1), JPEG, UnsupportedFormat},
		{"JPEG of no height", append(append(slices.Clone(progressive[:frame+5]), 0, 0), progressive[frame+7:]...), JPEG, Unreadable},
		{"JPEG that only ends", []byte{0xff, 0xd8, 0xff, 0xd9}, JPEG, Unreadable},
		{"JPEG with two frames", withSegments(progressive, progressive[frame:frame+19]), JPEG, Unreadable},
		{"JPEG scan of an unknown component", withSegments(progressive, jpegSegment(markerSOS, []byte{1, 9, 0, 0, 0, 0})), JPEG, Unreadable},
		{"PNG without a header", append(slices.Clone(pngMagic), pngChunk("IEND", nil)...), PNG, Unreadable},
		{"PNG without a picture", append(slices.Clone(files["truecolor.png"][:33]), pngChunk("IEND", nil)...), PNG, Unreadable},
		{"PNG with two headers", withChunks(files["truecolor.png"], files["truecolor.png"][8:33]), PNG, Unreadable},
		{"animated WebP", riff(vp8x(vp8xAnimation, 64, 48), riffChunk("ANIM", make([]byte, 6))), WebP, UnsupportedFormat},
		{"WebP that hides its animation", riff(vp8x(0, 64, 48), riffChunk("ANMF", make([]byte, 16))), WebP, UnsupportedFormat},
		{"WebP without a picture", riff(vp8x(0, 64, 48)), WebP, Unreadable},
		{"WebP with two pictures", riff(lossy, lossy), WebP, Unreadable},
		{"WebP larger than its canvas", riff(vp8x(0, 64, 47), lossy), WebP, Unreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Process(t.Context(), c.file, c.declared, DefaultLimits())
			wantRejection(t, err, c.want)
		})
	}
}

func TestRefusesWhatIsOverALimit(t *testing.T) {
	t.Parallel()
	for name, file := range photos(t) {
		for _, c := range []struct {
			limit string
			set   func(*Limits)
			want  Reason
		}{
			{"bytes", func(l *Limits) { l.MaxBytes = int64(len(file)) - 1 }, TooLarge},
			{"pixels", func(l *Limits) { l.MaxPixels = 64*48 - 1 }, TooManyPixels},
			{"side", func(l *Limits) { l.MaxSide = 63 }, TooManyPixels},
		} {
			t.Run(name+"/"+c.limit, func(t *testing.T) {
				t.Parallel()
				limits := DefaultLimits()
				c.set(&limits)
				_, err := Process(t.Context(), file, formatOf(t, file), limits)
				wantRejection(t, err, c.want)
			})
		}
	}
}

func TestAcceptsWhatIsAtItsLimits(t *testing.T) {
	t.Parallel()
	for name, file := range photos(t) {
		limits := Limits{MaxBytes: int64(len(file)), MaxPixels: 64 * 48, MaxSide: 64, MaxScans: 10, MaxWork: 1000}
		if _, err := Process(t.Context(), file, formatOf(t, file), limits); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The progressive fixture is 4 × 3 units of 16 × 16 pixels: 48 blocks of luma and 12 of each chroma. Its ten scans are the DC of
// all three and its refinement, four of luma's AC, and two of each chroma's.
func TestCountsScansAndWork(t *testing.T) {
	t.Parallel()
	file := readFixture(t, "progressive.jpg")
	work := int64(2*72 + 4*48 + 4*12)
	for _, c := range []struct {
		scans int
		work  int64
		ok    bool
	}{{10, work, true}, {9, work, false}, {10, work - 1, false}} {
		limits := DefaultLimits()
		limits.MaxScans, limits.MaxWork = c.scans, c.work
		_, err := Process(t.Context(), file, JPEG, limits)
		if c.ok && err != nil {
			t.Errorf("%d scans, %d blocks: %v", c.scans, c.work, err)
		}
		if !c.ok {
			wantRejection(t, err, Unreadable)
		}
	}
}

var endOfJPEG = []byte{0xff, markerEOI}

// Of these small JPEGs each row of blocks is more than a tenth.
func TestRefusesTruncatedFilesWhereverTheyAreCut(t *testing.T) {
	t.Parallel()
	for name, file := range photos(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			format := formatOf(t, file)
			for cut := range len(file) {
				want := Unreadable
				if _, ok := Sniff(file[:cut]); !ok {
					want = UnsupportedFormat
				}
				_, err := Process(t.Context(), file[:cut], format, DefaultLimits())
				if err == nil && format == JPEG && cut >= len(file)-len(endOfJPEG)-1 {
					continue // all of its rows are there, but for the last byte's filling and the end's marker
				}
				wantRejection(t, err, want)
			}
		})
	}
}

// A container that is put in order again after a cut reaches the decoder, which has to see what is missing.
func TestRefusesTruncatedPicturesInWholeContainers(t *testing.T) {
	t.Parallel()
	files := photos(t)
	var cut [][]byte
	for _, name := range []string{"baseline.jpg", "progressive.jpg", "restart-444.jpg", "cmyk.jpg"} {
		scan := bytes.LastIndex(files[name], []byte{0xff, markerSOS})
		length := scan + 2 + int(binary.BigEndian.Uint16(files[name][scan+2:]))
		cut = append(cut, append(slices.Clone(files[name][:length]), 0xff, markerEOI))
	}
	pixels := files["truecolor.png"]
	at := bytes.Index(pixels, []byte("IDAT"))
	data := pixels[at+4 : at+4+int(binary.BigEndian.Uint32(pixels[at-4:]))]
	for n := 0; n < len(data)-4; n += 7 {
		cut = append(cut, append(append(slices.Clone(pixels[:at-4]), pngChunk("IDAT", data[:n])...), pngChunk("IEND", nil)...))
	}
	for _, name := range []string{"lossy.webp", "lossless.webp"} {
		chunk := simpleWebP(t, name)
		for n := 8; n < len(chunk)-8; n += 5 {
			// Half of it at most: the last bytes may be nothing but padding of the coder.
			cut = append(cut, riff(riffChunk(string(chunk[:4]), chunk[8:8+(n-8)/2])))
		}
	}
	for i, file := range cut {
		_, err := Process(t.Context(), file, formatOf(t, file), DefaultLimits())
		if _, ok := errors.AsType[*Rejection](err); !ok {
			t.Errorf("cut %d: got %v, want a rejection of\n%x", i, err, file)
		}
	}
}

func TestBrokenBytesNeverPanic(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	limits.MaxPixels = 1 << 13
	for name, file := range photos(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			format := formatOf(t, file)
			for at := range file {
				broken := slices.Clone(file)
				broken[at] ^= 0xff
				head, err := inspect(broken, format, limits)
				if err == nil {
					_, err = decode(t.Context(), broken, head)
				}
				if _, ok := errors.AsType[*Rejection](err); err != nil && !ok {
					t.Fatalf("byte %d: %v", at, err)
				}
			}
		})
	}
}

func TestDecoderPanicsAreTheFilesFault(t *testing.T) {
	t.Parallel()
	_, err := decode(context.Background(), nil, header{format: PNG, end: 1})
	wantRejection(t, err, Unreadable)
}

func TestReadsNothingBehindThePicture(t *testing.T) {
	t.Parallel()
	for name, file := range photos(t) {
		longer := append(slices.Clone(file), readFixture(t, "progressive.jpg")...)
		result := process(t, longer)
		if name != "progressive-gray.jpg" {
			wantCorners(t, show(t, result.Renditions[3]), [4]color.NRGBA{red, green, blue, white}, 12)
		}
	}
}
