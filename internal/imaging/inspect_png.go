package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

// inspectPNG walks the chunks: length, type, data, checksum. Checksums are left to the decoder.
func inspectPNG(file []byte, limits Limits) (header, error) {
	head := header{orientation: 1}
	for pos := len(pngMagic); ; {
		if len(file)-pos < 12 {
			return header{}, reject(Unreadable, "PNG without an end")
		}
		length := binary.BigEndian.Uint32(file[pos:])
		if uint64(length) > uint64(len(file)-pos-12) {
			return header{}, reject(Unreadable, "PNG chunk cut off")
		}
		kind, data := string(file[pos+4:pos+8]), file[pos+8:pos+8+int(length)]
		pos += 12 + int(length)
		if (kind == "IHDR") != (head.width == 0) {
			return header{}, reject(Unreadable, "PNG header missing or repeated")
		}
		switch kind {
		case "IHDR":
			if length != 13 {
				return header{}, reject(Unreadable, "PNG header of a wrong length")
			}
			width, height := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
			if err := checkDimensions(width, height, limits); err != nil {
				return header{}, err
			}
			head.width, head.height = int(width), int(height)
			if head.pixelBytes = 4; data[8] == 16 {
				head.pixelBytes = 8
			}
			if data[12] != 0 { // interlaced: passes of up to a half of the pixels
				head.pixelBytes = head.pixelBytes * 3 / 2
			}
		case "iCCP":
			head.profile = inflateProfile(data)
		case "eXIf":
			head.orientation = exifOrientation(data)
		case "IEND":
			head.end = pos
			return head, nil
		}
	}
}

// inflateProfile reads an iCCP chunk: a name, a zero byte, the compression method 0, and the profile in zlib's format.
// It gives nil for what is broken or would inflate beyond maxProfile.
func inflateProfile(data []byte) []byte {
	_, packed, ok := bytes.Cut(data, []byte{0})
	if !ok || len(packed) < 1 || packed[0] != 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil || len(profile) > maxProfile {
		return nil
	}
	return profile
}
