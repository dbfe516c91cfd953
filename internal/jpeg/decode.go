package jpeg

import (
	"context"
	"encoding/binary"
	"sync"

	"styleshare/internal/planar"
)

// Markers of T.81 table B.1.
const (
	markerSOF0  = 0xc0 // baseline
	markerSOF1  = 0xc1 // extended
	markerSOF2  = 0xc2 // progressive
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDRI   = 0xdd
	markerAPP14 = 0xee
	markerTEM   = 0x01
)

// decoder is the state that the segments of a file build up.
type decoder struct {
	ctx           context.Context //nolint:containedctx // it lives as long as one call of Decode
	fit           func(width, height int) (int, int)
	width, height int
	components    []component
	progressive   bool
	rgb           bool // as Adobe's segment says
	quantizers    [4]*[64]uint16
	dcTables      [4]*huffman
	acTables      [4]*huffman
	restart       int    // MCUs in a restart interval; 0 without any
	buffer        []byte // of the scan's data without stuffing
	scans         int
	reader        bitReader
	// endRun is how many more blocks end without a coefficient of their own (T.81 G.1.2.2).
	endRun int
}

// buffers are for scans' data without stuffing.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Decode reads the picture at the smallest of 1/8, 1/4, 1/2 and 1/1 of its size at which it still is as wide and high as fit says,
// with chroma of at least half that. fit is given the size as stored and called once.
//
// A file that was cut off is read if nine tenths of its rows are there; the others are grey. A progressive one must be whole. The error is ErrUnsupported, a FormatError,
// or ctx's.
func Decode(ctx context.Context, file []byte, fit func(width, height int) (int, int)) (*planar.Image, error) {
	if len(file) < 2 || file[0] != 0xff || file[1] != markerSOI {
		return nil, FormatError("no start of image")
	}
	buffer := buffers.Get().(*[]byte)
	d := &decoder{ctx: ctx, fit: fit, buffer: *buffer}
	defer func() {
		*buffer = d.buffer
		buffers.Put(buffer)
	}()
	for rest := file[2:]; ; {
		marker, body, after, ok := nextSegment(rest)
		if !ok && d.progressive { // the scans that are missing would sharpen every row
			return nil, errCut
		}
		if !ok || marker == markerEOI {
			return d.picture()
		}
		if marker == markerSOS {
			length, err := d.scan(body, after)
			if err != nil {
				return nil, err
			}
			rest = after[length:]
			continue
		}
		if err := d.segment(marker, body); err != nil {
			return nil, err
		}
		rest = after
	}
}

// nextSegment finds the next marker and its segment's body, passing over stray bytes. It is not ok at the end of the file, or of a
// segment that goes beyond it.
func nextSegment(file []byte) (marker byte, body, after []byte, ok bool) {
	for i := 0; i+1 < len(file); i++ {
		marker = file[i+1]
		if file[i] != 0xff || marker == 0 || marker == 0xff || marker == markerTEM || markerRST0 <= marker && marker <= markerRST7 {
			continue
		}
		if marker == markerEOI {
			return marker, nil, nil, true
		}
		rest := file[i+2:]
		if len(rest) < 2 {
			return 0, nil, nil, false
		}
		length := int(binary.BigEndian.Uint16(rest))
		if length < 2 || length > len(rest) {
			return 0, nil, nil, false
		}
		return marker, rest[2:length], rest[length:], true
	}
	return 0, nil, nil, false
}

func (d *decoder) segment(marker byte, body []byte) error {
	switch marker {
	case markerSOF0, markerSOF1, markerSOF2:
		d.progressive = marker == markerSOF2
		return d.frame(body)
	case markerDHT:
		return d.huffmanTables(body)
	case markerDQT:
		return d.quantizerTables(body)
	case markerDRI:
		if len(body) != 2 {
			return FormatError("restart interval of a wrong length")
		}
		d.restart = int(binary.BigEndian.Uint16(body))
	case markerAPP14:
		// Adobe's segment: the last byte is 0 for RGB and 1 for Y'CbCr.
		d.rgb = len(body) >= 12 && string(body[:5]) == "Adobe" && body[11] == 0
	case markerJPG, markerDAC:
		return ErrUnsupported
	default:
		if markerSOF0 <= marker && marker <= markerSOF15 {
			return ErrUnsupported
		}
	}
	return nil
}

// frame reads a start of frame (T.81 B.2.2).
func (d *decoder) frame(body []byte) error {
	if d.components != nil {
		return FormatError("two frames")
	}
	if len(body) < 6 || len(body) != 6+3*int(body[5]) {
		return FormatError("frame header of a wrong length")
	}
	if count := body[5]; body[0] != 8 || count != 1 && count != 3 {
		return ErrUnsupported
	}
	d.height, d.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	if d.width == 0 || d.height == 0 {
		return FormatError("a side of no pixels")
	}
	for spec := body[6:]; len(spec) > 0; spec = spec[3:] {
		c := component{id: spec[0], h: int(spec[1] >> 4), v: int(spec[1] & 15), quantizer: spec[2]}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.quantizer > 3 {
			return FormatError("component of wrong factors")
		}
		if c.h == 3 || c.v == 3 { // nobody writes them, and chroma would not lie between two pixels
			return ErrUnsupported
		}
		d.components = append(d.components, c)
	}
	if len(d.components) == 1 { // its factors mean nothing
		d.components[0].h, d.components[0].v = 1, 1
	}
	return nil
}

// quantizerTables reads T.81 B.2.4.1.
func (d *decoder) quantizerTables(body []byte) error {
	for len(body) > 0 {
		precision, id := body[0]>>4, body[0]&15
		size := 64 * (1 + int(precision))
		if precision > 1 || id > 3 || len(body) < 1+size {
			return FormatError("broken quantization table")
		}
		table := new([64]uint16)
		for i := range table {
			if precision == 0 {
				table[i] = uint16(body[1+i])
			} else {
				table[i] = binary.BigEndian.Uint16(body[1+2*i:])
			}
		}
		d.quantizers[id] = table
		body = body[1+size:]
	}
	return nil
}

// huffmanTables reads T.81 B.2.4.2.
func (d *decoder) huffmanTables(body []byte) error {
	for len(body) > 0 {
		if len(body) < 17 {
			return FormatError("broken Huffman table")
		}
		class, id, size := body[0]>>4, body[0]&15, 0
		for _, n := range body[1:17] {
			size += int(n)
		}
		if class > 1 || id > 3 || size > 256 || len(body) < 17+size {
			return FormatError("broken Huffman table")
		}
		table, err := newHuffman(body[1:17], body[17:17+size])
		if err != nil {
			return err
		}
		if class == 0 {
			d.dcTables[id] = table
		} else {
			d.acTables[id] = table
		}
		body = body[17+size:]
	}
	return nil
}

// neededTenths is how many tenths of its rows each scan must have.
const neededTenths = 9

const errCut = FormatError("cut off")

// picture gives what the scans have made.
func (d *decoder) picture() (*planar.Image, error) {
	if d.scans == 0 {
		return nil, FormatError("no picture")
	}
	m := &planar.Image{Width: d.components[0].plane.Width, Height: d.components[0].plane.Height}
	for i := range d.components {
		c := &d.components[i]
		if c.table == nil {
			return nil, FormatError("component without a scan")
		}
		if d.progressive {
			if err := d.transform(c); err != nil {
				return nil, err
			}
		}
		m.Planes = append(m.Planes, c.plane)
	}
	return m, nil
}
