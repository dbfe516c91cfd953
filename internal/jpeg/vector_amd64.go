package jpeg

import "golang.org/x/sys/cpu"

var useAVX2 = cpu.X86.HasAVX2

// inverse4AVX2 is inverse4.
//
//go:noescape
func inverse4AVX2(block *[16]int32, dst *byte, stride int)

// forwardAVX2 is forward.
//
//go:noescape
func forwardAVX2(dst *[64]int16, src *byte, stride int, reciprocals *[64]float32)
