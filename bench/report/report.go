// Package report writes what benchmarks measured into the file that shows it, each into a section of its own.
package report

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// File is where all results stand.
const File = "bench/RESULTS.md"

// The lines between which a program writes.
func markers(section string) (begin, end string) {
	return "<!-- " + section + ": begin -->\n", "<!-- " + section + ": end -->\n"
}

// Write puts text in the place of the section's, or behind everything where there is no such section yet.
func Write(path, section, text string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(replace(string(old), section, text)), 0o644) //nolint:gosec // a file of the repository, for everybody to read
}

func replace(old, section, text string) string {
	begin, end := markers(section)
	block := begin + "\n" + strings.TrimSpace(text) + "\n\n" + end
	before, rest, ok := strings.Cut(old, begin)
	if !ok {
		return strings.TrimRight(old, "\n") + "\n\n" + block
	}
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		return before + block + rest
	}
	return before + block + after
}

// Table writes rows as Markdown.
func Table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(head)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

// Machine names the processor, the cores, the system and the version of Go.
func Machine() string {
	return fmt.Sprintf("%s, %d cores, %s, Go %s", processor(), runtime.NumCPU(), system(), strings.TrimPrefix(runtime.Version(), "go"))
}

// Commit is what was measured; "changed" follows where the tree is not what is committed. Results may be.
func Commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "an unknown commit"
	}
	commit := strings.TrimSpace(string(out))
	changes, err := exec.CommandContext(ctx, "git", "status", "--porcelain", "--", ".", ":!"+File).Output()
	if err != nil || len(changes) > 0 {
		commit += ", changed"
	}
	return commit
}

func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "an unknown processor"
}

func system() string {
	text, _ := os.ReadFile("/etc/os-release")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			return strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	return runtime.GOOS
}
