// Package jpeg decodes photos at a fraction of their size, and encodes renditions, without leaving the planes of luma and
// chroma that a JPEG consists of.
//
// A photo of 12 megapixels that becomes 1280 pixels wide need never exist whole: [Decode] reads only the low frequencies of each
// 8 × 8 block and gives 4 × 4, 2 × 2 or 1 × 1 samples for it. It reads baseline, extended and progressive Huffman coding with 8
// bits a sample, of one component (grey) or three (Y'CbCr) with any subsampling, with restart markers, interleaved or not.
// Everything else is [ErrUnsupported]: four components, RGB, 12 bits, arithmetic coding.
//
// The caller has looked at the headers and refused what is too large: a photo costs the planes of its scaled picture, a copy of
// its file, and, where it is progressive, two bytes for each of its samples.
package jpeg

import "errors"

// ErrUnsupported is the error for a JPEG that Decode does not read, although another decoder might.
var ErrUnsupported = errors.New("jpeg: a kind that is not read here")

// FormatError says what is wrong with the file.
type FormatError string

func (e FormatError) Error() string { return "jpeg: " + string(e) }

// zigzag gives the place of a coefficient, in rows of eight, by its number in the file (T.81 figure A.6).
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

func clamp(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31))
	}
	return byte(v)
}
