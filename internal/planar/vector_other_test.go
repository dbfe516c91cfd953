//go:build !amd64

package planar

func setAVX2(bool) {}
