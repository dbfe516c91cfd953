package devstack

import (
	"os/exec"
	"strconv"
	"syscall"
)

// scratchRoots are where ephemeral stacks may live. The temporary directory of macOS is too long for a socket's path.
var scratchRoots = []string{"/tmp"}

// initdbLocale sorts by code point and knows the letters of every script. macOS has no C.UTF-8.
var initdbLocale = []string{"--locale=en_US.UTF-8", "--lc-collate=C"}

// childLocale is the locale children run in. Without one PostgreSQL becomes multi-threaded on macOS and refuses to start.
const childLocale = "en_US.UTF-8"

// tie does nothing: macOS has no signal for a dead parent. The next start ends what was left behind.
func tie(*syscall.SysProcAttr, syscall.Signal) {}

// commandLine gives the arguments of a running process, empty when there is no such process.
func commandLine(pid int) string {
	b, err := exec.Command("/bin/ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return string(b)
}
