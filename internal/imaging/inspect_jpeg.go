package imaging

import (
	"bytes"
	"encoding/binary"
)

// Markers of ITU-T T.81 table B.1.
const (
	markerSOF0  = 0xc0 // baseline
	markerSOF1  = 0xc1 // extended sequential
	markerSOF2  = 0xc2 // progressive
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOFF  = 0xcf
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP1  = 0xe1
	markerAPP2  = 0xe2
	markerAPP14 = 0xee
	markerTEM   = 0x01
)

// jpegWalk goes over the segments of a JPEG and adds up what decoding it would cost.
type jpegWalk struct {
	limits        Limits
	width, height int
	components    []jpegComponent
	scans         int
	work          int64
	orientation   int
	profile       jpegProfile
	progressive   int64
	foreign       bool
}

// jpegComponent is a colour channel of the frame; blocks is how many 8 × 8 blocks a scan of it visits.
type jpegComponent struct {
	id     byte
	blocks int64
}

func inspectJPEG(file []byte, limits Limits) (header, error) {
	w := jpegWalk{limits: limits, orientation: 1}
	pos := 2
	for {
		marker, at, ok := nextMarker(file, pos)
		switch {
		case !ok:
			return w.cut(len(file))
		case marker == markerEOI:
			return w.header(at)
		case marker == markerSOI || marker == markerTEM:
			return header{}, reject(Unreadable, "JPEG marker %#x out of place", marker)
		case len(file) < at+2:
			return header{}, reject(Unreadable, "JPEG segment cut off")
		}
		end := at + int(binary.BigEndian.Uint16(file[at:]))
		if end < at+2 || end > len(file) {
			return header{}, reject(Unreadable, "JPEG segment %#x of a wrong length", marker)
		}
		if err := w.segment(marker, file[at+2:end]); err != nil {
			return header{}, err
		}
		pos = end
	}
}

// nextMarker finds the first marker from pos on and where its segment starts. Like decoders do, it passes over entropy-coded
// data with its stuffed zeros and restart markers, over fill bytes, and over stray bytes between segments.
func nextMarker(file []byte, pos int) (marker byte, at int, ok bool) {
	for {
		skip := bytes.IndexByte(file[pos:], 0xff)
		if skip < 0 {
			return 0, 0, false
		}
		for pos += skip; pos < len(file) && file[pos] == 0xff; {
			pos++
		}
		if pos == len(file) {
			return 0, 0, false
		}
		marker, pos = file[pos], pos+1
		if marker != 0 && (marker < markerRST0 || marker > markerRST7) {
			return marker, pos, true
		}
	}
}

func (w *jpegWalk) segment(marker byte, body []byte) error {
	switch marker {
	case markerSOF0, markerSOF1, markerSOF2:
		if marker == markerSOF2 {
			w.progressive = 1
		}
		return w.frame(body)
	case markerSOS:
		return w.scan(body)
	case markerAPP1:
		if bytes.HasPrefix(body, exifPrefix) && w.orientation == 1 {
			w.orientation = exifOrientation(body)
		}
	case markerAPP2:
		w.profile.add(body)
	case markerAPP14: // Adobe's, which says RGB
		w.foreign = w.foreign || len(body) >= 12 && string(body[:5]) == "Adobe" && body[11] == 0
	case markerDHT, markerJPG:
	default:
		if markerSOF0 <= marker && marker <= markerSOFF {
			return reject(UnsupportedFormat, "JPEG of process %#x", marker) // lossless, hierarchical, arithmetic
		}
	}
	return nil
}

// frame reads a start of frame (T.81 B.2.2): precision, height, width, then id and sampling factors of each component.
func (w *jpegWalk) frame(body []byte) error {
	if w.components != nil {
		return reject(Unreadable, "JPEG with two frames")
	}
	if len(body) < 6 || len(body) != 6+3*int(body[5]) || body[5] == 0 {
		return reject(Unreadable, "JPEG frame header of a wrong length")
	}
	if body[0] != 8 {
		return reject(UnsupportedFormat, "JPEG of %d bits", body[0])
	}
	if body[5] > 4 {
		return reject(UnsupportedFormat, "JPEG of %d components", body[5])
	}
	w.height, w.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	if err := checkDimensions(uint32(w.width), uint32(w.height), w.limits); err != nil {
		return err
	}
	return w.layOut(body[6:])
}

// layOut counts the blocks of each component. A lone component is stored without interleaving, whatever its factors say.
func (w *jpegWalk) layOut(specs []byte) error {
	maxH, maxV := 1, 1
	for i := 0; i < len(specs); i += 3 {
		h, v := int(specs[i+1]>>4), int(specs[i+1]&15)
		if h < 1 || h > 4 || v < 1 || v > 4 {
			return reject(Unreadable, "JPEG sampling factors %d × %d", h, v)
		}
		maxH, maxV = max(maxH, h), max(maxV, v)
		w.foreign = w.foreign || h == 3 || v == 3
	}
	w.foreign = w.foreign || len(specs) == 4*3
	if len(specs) == 3 {
		maxH, maxV = 1, 1
	}
	across, down := ceilDiv(w.width, 8*maxH), ceilDiv(w.height, 8*maxV)
	w.components = make([]jpegComponent, 0, 4)
	for i := 0; i < len(specs); i += 3 {
		perUnit := int(specs[i+1]>>4) * int(specs[i+1]&15)
		if len(specs) == 3 {
			perUnit = 1
		}
		w.components = append(w.components, jpegComponent{id: specs[i], blocks: int64(across * down * perUnit)})
	}
	return nil
}

// scan reads a start of scan (T.81 B.2.3): how many components, and the id and tables of each.
func (w *jpegWalk) scan(body []byte) error {
	if len(body) < 1 || len(body) != 4+2*int(body[0]) || body[0] == 0 {
		return reject(Unreadable, "JPEG scan header of a wrong length")
	}
	if w.scans++; w.scans > w.limits.MaxScans {
		return reject(Unreadable, "JPEG of more than %d scans", w.limits.MaxScans)
	}
	for i := 1; i <= 2*int(body[0]); i += 2 {
		blocks := int64(0)
		for _, c := range w.components {
			if c.id == body[i] {
				blocks = c.blocks
			}
		}
		if blocks == 0 {
			return reject(Unreadable, "JPEG scan of a component that is not in the frame")
		}
		w.work += blocks
	}
	if w.work > w.limits.MaxWork {
		return reject(Unreadable, "JPEG scans visit more than %d blocks", w.limits.MaxWork)
	}
	return nil
}

// cut is the header of a file that ends before its picture does: phones lose the connection, cards are pulled out.
func (w *jpegWalk) cut(end int) (header, error) {
	head, err := w.header(end)
	head.cut = true
	return head, err
}

func (w *jpegWalk) header(end int) (header, error) {
	if w.scans == 0 {
		return header{}, reject(Unreadable, "JPEG without a picture")
	}
	blocks := int64(0)
	for _, c := range w.components {
		blocks += c.blocks
	}
	return header{
		samples:     64 * blocks,
		progressive: w.progressive,
		foreign:     w.foreign,
		width:       w.width,
		height:      w.height,
		orientation: w.orientation,
		profile:     w.profile.join(),
		end:         end,
	}, nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
