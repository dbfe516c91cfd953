package imaging

import (
	"bytes"
	"encoding/binary"
)

var exifPrefix = []byte("Exif\x00\x00")

// Of the TIFF structure that EXIF is, only the orientation matters.
const (
	tagOrientation = 0x0112
	typeShort      = 3
)

// exifOrientation reads the orientation out of an EXIF block, with or without the prefix that JPEG demands. It gives 1, upright,
// where there is none or the block is broken: wrong metadata is no reason to refuse a picture that can be seen.
func exifOrientation(block []byte) int {
	tiff := bytes.TrimPrefix(block, exifPrefix)
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	offset := uint64(order.Uint32(tiff[4:]))
	if offset+2 > uint64(len(tiff)) {
		return 1
	}
	count, entries := int(order.Uint16(tiff[offset:])), tiff[offset+2:]
	for ; count > 0 && len(entries) >= 12; count, entries = count-1, entries[12:] {
		if order.Uint16(entries) != tagOrientation || order.Uint16(entries[2:]) != typeShort {
			continue
		}
		if v := order.Uint16(entries[8:]); 1 <= v && v <= 8 {
			return int(v)
		}
		return 1
	}
	return 1
}
