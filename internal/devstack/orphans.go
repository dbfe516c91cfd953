package devstack

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ephemeralPrefix begins the directory names of ephemeral stacks.
const ephemeralPrefix = "styleshare-test-"

// endOrphans ends the servers of this directory that outlived their parent. Every part has the directory in its command
// line, so a process that merely got the same id later is left alone.
func (h *home) endOrphans() error {
	files, err := filepath.Glob(h.path("pids/*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err == nil && pid > 1 && h.owns(pid) {
			if err := h.endOrphan(pid, filepath.Base(file)); err != nil {
				return err
			}
		}
		_ = os.Remove(file)
	}
	return nil
}

func (h *home) owns(pid int) bool {
	return strings.Contains(commandLine(pid), h.dir+"/")
}

// endOrphan asks politely first (SIGINT is PostgreSQL's fast shutdown, and ends the others too).
func (h *home) endOrphan(pid int, name string) error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		_ = syscall.Kill(pid, sig)
		for deadline := time.Now().Add(stopTimeout); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if !h.owns(pid) {
				return nil
			}
		}
	}
	return fmt.Errorf("%s of an earlier start (process %d) does not end: end it and start again", name, pid)
}

// sweepEphemeral removes what killed ephemeral stacks left behind. A held lock means that the stack still runs; a directory
// younger than a minute may not have taken its lock yet.
func sweepEphemeral() {
	for _, root := range scratchRoots {
		dirs, _ := filepath.Glob(filepath.Join(root, ephemeralPrefix+"*"))
		for _, dir := range dirs {
			info, err := os.Lstat(dir)
			if err != nil || !info.IsDir() || ownerOf(info) != os.Geteuid() || time.Since(info.ModTime()) < time.Minute {
				continue
			}
			h := &home{dir: dir, ephemeral: true}
			if h.takeLock() == nil {
				_ = h.endOrphans()
				h.close()
			}
		}
	}
}

// lastLines gives the end of a log for an error message, with the log's place.
func lastLines(file string) string {
	b, err := os.ReadFile(file)
	text := strings.TrimSpace(string(b))
	if err != nil || text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	lines = lines[max(0, len(lines)-5):]
	return ":\n  " + strings.Join(lines, "\n  ") + "\n(the whole log is " + file + ")"
}
