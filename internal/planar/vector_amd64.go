package planar

import "golang.org/x/sys/cpu"

var useAVX2 = cpu.X86.HasAVX2

// convolveAVX2 is convolveRow for a width of 16 at least, pairs of weights, and 2 × pairs rows that can be read.
//
//go:noescape
func convolveAVX2(dst, src *byte, stride int, weights *uint32, pairs, width int)

// transposeAVX2 is transposeBlock for blocks side by side in src, which stand one below the other in dst.
//
//go:noescape
func transposeAVX2(dst *byte, dstStride int, src *byte, srcStride, blocks int)
