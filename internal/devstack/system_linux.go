package devstack

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// scratchRoots are where ephemeral stacks may live, the fastest first.
var scratchRoots = []string{"/dev/shm", "/tmp"}

// initdbLocale sorts by code point and knows the letters of every script (pg_trgm finds no Hangul under plain C).
var initdbLocale = []string{"--locale=C.UTF-8"}

// childLocale is the locale children run in.
const childLocale = "C.UTF-8"

// tie makes the kernel send the signal when the forking thread dies.
func tie(attr *syscall.SysProcAttr, orphaned syscall.Signal) { attr.Pdeathsig = orphaned }

// commandLine gives the arguments of a running process, empty when there is no such process.
func commandLine(pid int) string {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(b), "\x00", " ")
}
