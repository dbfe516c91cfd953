package planar

import "encoding/binary"

// transpose makes the columns of dst of the rows of src, in blocks of 8 × 8 samples.
func transpose(dst, src *Plane) {
	for y := 0; y < src.Height; y += 8 {
		x := 0
		if blocks := src.Width / 8; useAVX2 && blocks > 0 {
			transposeAVX2(&dst.Pix[y], dst.Stride, &src.Pix[y*src.Stride], src.Stride, blocks)
			x = 8 * blocks
		}
		for ; x < src.Width; x += 8 {
			transposeBlock(dst.Pix[x*dst.Stride+y:], dst.Stride, src.Pix[y*src.Stride+x:], src.Stride)
		}
	}
}

// transposeBlock swaps halves, quarters and eighths of the block across its diagonal (Hacker's Delight, 7-3). Strides and rows
// are padded, so a whole block can always be read and written.
func transposeBlock(dst []byte, dstStride int, src []byte, srcStride int) {
	const halves, quarters, eighths = 0x00000000ffffffff, 0x0000ffff0000ffff, 0x00ff00ff00ff00ff
	var r [8]uint64
	for i := range r {
		r[i] = binary.LittleEndian.Uint64(src[i*srcStride:])
	}
	exchange := func(i, j int, shift uint, mask uint64) {
		t := (r[i]>>shift ^ r[j]) & mask
		r[j] ^= t
		r[i] ^= t << shift
	}
	for i := range 4 {
		exchange(i, i+4, 32, halves)
	}
	for _, i := range [4]int{0, 1, 4, 5} {
		exchange(i, i+2, 16, quarters)
	}
	for i := 0; i < 8; i += 2 {
		exchange(i, i+1, 8, eighths)
	}
	for i := range r {
		binary.LittleEndian.PutUint64(dst[i*dstStride:], r[i])
	}
}
