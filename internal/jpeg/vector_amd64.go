package jpeg

import "golang.org/x/sys/cpu"

var useAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasBMI2

// readBlocks reads blocks, beginning at a step of an MCU, as long as their codes are short and the end of the data far, and tells how
// many MCUs are left and at which step it stopped. What it read of a block before it stopped is still to be read.
func readBlocks(r *bitReader, steps []step, at, units int) (left, stopped int) {
	limit := len(r.data) - mostOfBlock
	if r.next > limit {
		return units, at
	}
	return readBlocksBMI2(r, &steps[0], len(steps), at, units, &r.data[limit])
}

//go:noescape
func readBlocksBMI2(r *bitReader, steps *step, count, at, units int, limit *byte) (left, stopped int)

// inverse4AVX2 is inverse4 for one block at least. Where their number is odd, it reads and writes one more.
//
//go:noescape
func inverse4AVX2(dst *byte, stride int, row *int16, factors *[16]int16, blocks int)

// forwardAVX2 is forward.
//
//go:noescape
func forwardAVX2(dst *[64]int16, src *byte, stride int, reciprocals *[64]float32) (set uint64)
