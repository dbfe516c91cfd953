package imaging

import "encoding/binary"

// Bits of a VP8X chunk's first byte.
const vp8xAnimation = 1 << 1

// inspectWebP walks the chunks of the RIFF container. The picture's own header must agree with the canvas, where there is one.
func inspectWebP(file []byte, limits Limits) (header, error) {
	size := uint64(binary.LittleEndian.Uint32(file[4:])) + 8
	if size > uint64(len(file)) {
		return header{}, reject(Unreadable, "WebP cut off")
	}
	head := header{orientation: 1, end: int(size)}
	picture := false
	for rest := file[12:max(12, size)]; len(rest) >= 8; {
		length := binary.LittleEndian.Uint32(rest[4:])
		if uint64(length) > uint64(len(rest)-8) {
			return header{}, reject(Unreadable, "WebP chunk cut off")
		}
		kind, data := string(rest[:4]), rest[8:8+int(length)]
		rest = rest[min(len(rest), 8+int(length)+int(length&1)):]
		switch kind {
		case "VP8X", "VP8 ", "VP8L":
			if picture {
				return header{}, reject(Unreadable, "WebP with two pictures")
			}
			if err := head.webpCanvas(kind, data, limits); err != nil {
				return header{}, err
			}
			picture = kind != "VP8X"
			// The decoder of lossless pictures keeps what it transforms; alpha is one.
			if head.pixelBytes = max(head.pixelBytes, 2); kind != "VP8 " {
				head.pixelBytes = 8
			}
		case "ANIM", "ANMF":
			return header{}, reject(UnsupportedFormat, "animated WebP")
		case "ICCP":
			if len(data) <= maxProfile {
				head.profile = data
			}
		case "EXIF":
			head.orientation = exifOrientation(data)
		}
	}
	if !picture {
		return header{}, reject(Unreadable, "WebP without a picture")
	}
	return head, nil
}

// webpCanvas takes the dimensions out of the canvas or picture chunk.
func (h *header) webpCanvas(kind string, data []byte, limits Limits) error {
	var width, height uint32
	switch {
	case kind == "VP8X" && len(data) == 10:
		if data[0]&vp8xAnimation != 0 {
			return reject(UnsupportedFormat, "animated WebP")
		}
		width = 1 + uint32(data[4]) + uint32(data[5])<<8 + uint32(data[6])<<16
		height = 1 + uint32(data[7]) + uint32(data[8])<<8 + uint32(data[9])<<16
	case kind == "VP8 " && len(data) >= 10 && string(data[3:6]) == "\x9d\x01\x2a":
		// The two upper bits of each are a hint for upscaling.
		width = uint32(binary.LittleEndian.Uint16(data[6:]) & 0x3fff)
		height = uint32(binary.LittleEndian.Uint16(data[8:]) & 0x3fff)
	case kind == "VP8L" && len(data) >= 5 && data[0] == 0x2f:
		bits := binary.LittleEndian.Uint32(data[1:])
		width, height = 1+bits&0x3fff, 1+bits>>14&0x3fff
	default:
		return reject(Unreadable, "WebP header broken")
	}
	if err := checkDimensions(width, height, limits); err != nil {
		return err
	}
	if h.width != 0 && (h.width != int(width) || h.height != int(height)) {
		return reject(Unreadable, "WebP picture and canvas differ")
	}
	h.width, h.height = int(width), int(height)
	return nil
}
