package e2e

import "syscall"

// tie has the kernel kill a child whose parent died, so that tests that are killed leave nothing behind.
func tie(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
