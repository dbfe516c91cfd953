package imaging

import "bytes"

// SniffLen is how many bytes of a file Sniff needs at most.
const SniffLen = 12

var pngMagic = []byte("\x89PNG\r\n\x1a\n")

// Sniff tells the format of a file by its first bytes, and false for anything that Process would refuse as UnsupportedFormat.
func Sniff(head []byte) (Format, bool) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xd8, 0xff}):
		return JPEG, true
	case bytes.HasPrefix(head, pngMagic):
		return PNG, true
	case len(head) >= SniffLen && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP, true
	}
	return "", false
}

// header is what the walkers learn of a file without decoding it.
type header struct {
	format        Format
	width, height int    // as stored, before orientation
	orientation   int    // EXIF's 1 to 8
	profile       []byte // ICC profile, not yet checked; nil without one
	end           int    // where the picture ends in the file; what follows is never read
	cut           bool   // a JPEG whose end is missing; enough of it may be there

	// What decoding it takes in memory.
	samples     int64 // of all components of a JPEG, with those that fill up blocks
	progressive int64 // 1 for a progressive JPEG
	foreign     bool  // a JPEG that only the standard library reads
	pixelBytes  int64 // of the decoded picture, where it is no JPEG
}

// inspect walks the headers of file and refuses what breaks a limit. It allocates nothing that grows with the picture.
func inspect(file []byte, declared Format, limits Limits) (header, error) {
	if int64(len(file)) > limits.MaxBytes {
		return header{}, reject(TooLarge, "%d bytes, %d allowed", len(file), limits.MaxBytes)
	}
	format, ok := Sniff(file)
	if !ok {
		return header{}, reject(UnsupportedFormat, "unknown magic bytes")
	}
	if format != declared {
		return header{}, reject(Mismatch, "the file is %s", format)
	}
	var head header
	var err error
	switch format {
	case JPEG:
		head, err = inspectJPEG(file, limits)
	case PNG:
		head, err = inspectPNG(file, limits)
	case WebP:
		head, err = inspectWebP(file, limits)
	}
	head.format = format
	return head, err
}

func checkDimensions(width, height uint32, limits Limits) error {
	if width == 0 || height == 0 {
		return reject(Unreadable, "a side of no pixels")
	}
	if uint64(max(width, height)) > uint64(limits.MaxSide) {
		return reject(TooManyPixels, "%d × %d, sides of %d allowed", width, height, limits.MaxSide)
	}
	if uint64(width)*uint64(height) > uint64(limits.MaxPixels) {
		return reject(TooManyPixels, "%d × %d, %d pixels allowed", width, height, limits.MaxPixels)
	}
	return nil
}
