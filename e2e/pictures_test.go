package e2e

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"
)

// dimensions gives the size of a JPEG that was answered.
func dimensions(t *testing.T, a Answer) string {
	t.Helper()
	m, format, err := image.DecodeConfig(bytes.NewReader(a.Body))
	if err != nil || format != "jpeg" || a.Header.Get("Content-Type") != "image/jpeg" {
		t.Fatalf("status %d, %s, %s: %v", a.Status, a.Header.Get("Content-Type"), format, err)
	}
	return fmt.Sprintf("%d×%d", m.Width, m.Height)
}

func pngPicture(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// webpPicture is one of the pictures that the decoder is tested with.
func webpPicture(t *testing.T) []byte {
	t.Helper()
	return imagingFile(t, "lossy.webp")
}

func imagingFile(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(root + "/internal/imaging/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// hugePNG is a whole PNG of side × side white pixels: a few hundred kilobytes for a gigapixel.
func hugePNG(t *testing.T, side int) []byte {
	t.Helper()
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(side)), uint32(side))
	head = append(head, 1, 0, 0, 0, 0) // grey, one bit a pixel
	var pixels bytes.Buffer
	w, err := zlib.NewWriterLevel(&pixels, zlib.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	row := bytes.Repeat([]byte{0xff}, 1+(side+7)/8)
	row[0] = 0 // no filter
	for range side {
		if _, err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", head), pngChunk("IDAT", pixels.Bytes()), pngChunk("IEND", nil))
}

func pngChunk(kind string, data []byte) []byte {
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...)
	chunk = append(chunk, data...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// manyScans is a progressive JPEG whose last scan is said over and over.
func manyScans(t *testing.T, scans int) []byte {
	t.Helper()
	file := imagingFile(t, "progressive.jpg")
	last := bytes.LastIndex(file, []byte{0xff, 0xda})
	scan := file[last : len(file)-2]
	return slices.Concat(file[:last], bytes.Repeat(scan, scans), []byte{0xff, 0xd9})
}

// Texts that only the metadata of withMetadata has, and tag bytes of its GPS block.
const (
	cameraName = "SECRETCAMERA9000"
	xmpText    = "SECRETXMPTEXT"
	iptcText   = "SECRETIPTCTEXT"
	jpegNote   = "SECRETJPEGNOTE"
)

// withMetadata is a JPEG as a phone takes it: Exif with the camera, an orientation that turns it, and the place; XMP, IPTC
// and a comment.
func withMetadata(t *testing.T, file []byte) []byte {
	t.Helper()
	segment := func(marker byte, body string) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
	}
	return slices.Concat(file[:2],
		segment(0xe1, "Exif\x00\x00"+string(exif())),
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+xmpText+"</x:xmpmeta>"),
		segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x13\x1c\x02\x78\x00\x0e"+iptcText+"\x00"),
		segment(0xfe, jpegNote), file[2:])
}

// exif is a TIFF structure with a camera's name, an orientation of 6 and a place in Seoul.
func exif() []byte {
	const ifd, gps = 8, 8 + 2 + 3*12 + 4
	name := cameraName + "\x00"
	nameAt := gps + 2 + 4*12 + 4
	latitudeAt := nameAt + len(name) + len(name)%2
	var b []byte
	entry := func(tag, kind uint16, count, value uint32) {
		b = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, tag), kind)
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, count), value)
	}
	b = append(b, "II*\x00"...)
	b = binary.LittleEndian.AppendUint32(b, ifd)
	b = binary.LittleEndian.AppendUint16(b, 3)
	entry(0x0110, 2, uint32(len(name)), uint32(nameAt)) // model
	entry(0x0112, 3, 1, 6)                              // orientation: turn right
	entry(0x8825, 4, 1, gps)                            // GPS
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint16(b, 4)
	entry(1, 2, 2, 'N')
	entry(2, 5, 3, uint32(latitudeAt))
	entry(3, 2, 2, 'E')
	entry(4, 5, 3, uint32(latitudeAt+24))
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = append(b, name...)
	b = append(b, make([]byte, len(name)%2)...)
	for _, number := range []uint32{37, 1, 33, 1, 59, 1, 126, 1, 58, 1, 41, 1} {
		b = binary.LittleEndian.AppendUint32(b, number)
	}
	return b
}

// metadata lists what a JPEG says besides its picture: application segments but the JFIF and ICC ones, comments, and what
// stands behind the end.
func metadata(t *testing.T, file []byte) (found []string) {
	t.Helper()
	for at := 2; at+4 <= len(file); {
		marker := file[at+1]
		if file[at] != 0xff {
			t.Fatalf("no marker at %d", at)
		}
		if marker == 0xda { // the picture; markers in it are followed by 0 or are restarts
			end := bytes.LastIndex(file, []byte{0xff, 0xd9})
			if end < 0 || end+2 != len(file) {
				found = append(found, fmt.Sprintf("%d bytes behind the end", len(file)-end-2))
			}
			return found
		}
		size := int(binary.BigEndian.Uint16(file[at+2:]))
		body := string(file[at+4 : at+2+size])
		if isText := marker == 0xfe; isText || marker >= 0xe0 && marker <= 0xef && !strings.HasPrefix(body, "JFIF\x00") && !strings.HasPrefix(body, "ICC_PROFILE\x00") {
			found = append(found, fmt.Sprintf("segment %x: %.40q", marker, body))
		}
		at += 2 + size
	}
	return found
}
