//go:build !amd64

package jpeg

const useAVX2 = false

func readBlocks(_ *bitReader, _ []step, _, _ int) (left, stopped int) { panic("no AVX2") }

func inverse4AVX2(_ *byte, _ int, _ *int16, _ *[16]int16, _ int) { panic("no AVX2") }

func forwardAVX2(_ *[64]int16, _ *byte, _ int, _ *[64]float32) uint64 { panic("no AVX2") }
