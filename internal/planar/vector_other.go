//go:build !amd64

package planar

const useAVX2 = false

func convolveAVX2(_, _ *byte, _ int, _ *uint32, _, _ int) { panic("no AVX2") }

func transposeAVX2(_ *byte, _ int, _ *byte, _, _ int) { panic("no AVX2") }
