//go:build !linux

package e2e

import "syscall"

// tie does nothing where the kernel cannot do it.
func tie(*syscall.SysProcAttr) {}
