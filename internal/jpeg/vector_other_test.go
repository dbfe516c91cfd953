//go:build !amd64

package jpeg

func setAVX2(bool) {}

const hasAVX2 = false
