// Package measure is what benchmarks count with: the CPU of processes, and medians of rounds.
package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/PID/stat on Linux (USER_HZ).
const tick = 10 * time.Millisecond

// process is a line of /proc/PID/stat.
type process struct {
	pid, parent int
	// cpu is what it and its children that have ended took, in user and system mode.
	cpu time.Duration
}

// CPU is what each of the processes took since it began, user and system, with all its descendants. Only Linux tells.
func CPU(roots ...int) ([]time.Duration, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	totals := make([]time.Duration, len(roots))
	for i, root := range roots {
		totals[i] = sum(all, root)
	}
	return totals, nil
}

func processes() (all []process, err error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("/proc tells of no processes: %w", os.ErrNotExist)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // has ended meanwhile
		}
		p, err := parseStat(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, p)
	}
	return all, nil
}

// parseStat reads a line of /proc/PID/stat, see proc(5). The second field is a name that may have blanks and brackets in it.
func parseStat(text string) (process, error) {
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return process{}, fmt.Errorf("no name in %q", text)
	}
	fields := strings.Fields(text[end+1:])
	if len(fields) < 15 {
		return process{}, fmt.Errorf("too short: %q", text)
	}
	var numbers [6]int
	for i, field := range []string{strings.TrimSpace(text[:open]), fields[1], fields[11], fields[12], fields[13], fields[14]} {
		n, err := strconv.Atoi(field)
		if err != nil {
			return process{}, err
		}
		numbers[i] = n
	}
	ticks := numbers[2] + numbers[3] + numbers[4] + numbers[5]
	return process{numbers[0], numbers[1], time.Duration(ticks) * tick}, nil
}

// sum adds up the tree that grows from the root.
func sum(all []process, root int) (total time.Duration) {
	for _, p := range all {
		if p.pid == root {
			total += p.cpu
		}
		if p.parent == root && p.pid != root {
			total += sum(all, p.pid)
		}
	}
	return total
}

// Resident is what a process and its descendants have in memory now, in megabytes; pages that they share count for each.
func Resident(root int) (int, error) {
	all, err := processes()
	if err != nil {
		return 0, err
	}
	return residentTree(all, root) >> 10, nil
}

func residentTree(all []process, root int) (kilobytes int) {
	kilobytes = resident(root)
	for _, p := range all {
		if p.parent == root && p.pid != root {
			kilobytes += residentTree(all, p.pid)
		}
	}
	return kilobytes
}

func resident(pid int) (kilobytes int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kilobytes); err == nil {
			return kilobytes
		}
	}
	return 0
}
