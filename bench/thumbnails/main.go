// Command thumbnails compares the picture pipeline with sharp (libvips), the fastest that the field has: CPU for each photo of
// 12 megapixels, memory, bytes and quality, both in turns on one machine.
//
//	go run ./bench/thumbnails [-rounds 5] [-photos 6] [FOLDER]
//
// FOLDER has JPEGs to make the photos of; without it they come from Debian's package mate-backgrounds. It wants node, npm,
// and cjpeg of libjpeg-turbo-progs.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"styleshare/internal/imaging"
)

// quality is the worker's own, and what sharp is asked for.
const quality = 82

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	rounds := flag.Int("rounds", 5, "how often each contender has its turn")
	photos := flag.Int("photos", 6, "how many photos a turn has")
	flag.Parse()
	if flag.Arg(0) == "worker" { // a child of this very program
		return worker(ctx, out, flag.Arg(1), flag.Arg(2), flag.Arg(3))
	}
	work, err := os.MkdirTemp("", "thumbnails")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	sources, err := sourcesIn(ctx, flag.Arg(0), work)
	if err != nil {
		return err
	}
	if err = install(ctx); err != nil {
		return err
	}
	var table strings.Builder
	fmt.Fprintf(&table, "Photos of 4032 × 3024 pixels, 4 renditions, quality %d, one at a time; medians of %d rounds of %d photos; %s, %d cores.\n\n",
		quality, *rounds, *photos, processor(), runtime.NumCPU())
	table.WriteString("| photo | contender | CPU ms | sharp's usual way takes | resident MB | KB of renditions | large: dB to an exact scaling |\n|---|---|---|---|---|---|---|\n")
	for _, s := range sources {
		rows, err := s.measure(ctx, work, *rounds, *photos)
		if err != nil {
			return err
		}
		table.WriteString(rows)
	}
	_, err = io.WriteString(out, table.String())
	return err
}

// figures are what a contender says of a turn.
type figures struct {
	Milliseconds float64 `json:"milliseconds"` // of CPU, for each photo
	Megabytes    int     `json:"megabytes"`    // resident at most
	Bytes        int     `json:"bytes"`        // of the four renditions
}

// contenders are commands, less the file and the folder for the renditions.
func contenders(photos int) (names []string, commands map[string][]string) {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	n, q := strconv.Itoa(photos), strconv.Itoa(quality)
	return []string{"sharp, usual", "sharp, best", "this worker"}, map[string][]string{
		"sharp, usual": {"node", "bench/thumbnails/sharp.mjs", "usual", n, q},
		"sharp, best":  {"node", "bench/thumbnails/sharp.mjs", "best", n, q},
		"this worker":  {self, "worker", n},
	}
}

func (s source) measure(ctx context.Context, work string, rounds, photos int) (string, error) {
	names, commands := contenders(photos)
	all := make(map[string][]figures)
	for range rounds {
		for _, name := range names {
			folder := filepath.Join(work, strings.ReplaceAll(name, " ", "-"))
			if err := os.MkdirAll(folder, 0o750); err != nil {
				return "", err
			}
			command := append(slices.Clone(commands[name]), s.path, folder)
			out, err := exec.CommandContext(ctx, command[0], command[1:]...).Output()
			if err != nil {
				return "", fmt.Errorf("%s: %w", name, err)
			}
			var f figures
			if err = json.Unmarshal(out, &f); err != nil {
				return "", fmt.Errorf("%s: %w", name, err)
			}
			all[name] = append(all[name], f)
		}
	}
	var rows strings.Builder
	for _, name := range names {
		quality, err := s.quality(filepath.Join(work, strings.ReplaceAll(name, " ", "-"), "large.jpg"))
		if err != nil {
			return "", err
		}
		last := all[name][rounds-1]
		fmt.Fprintf(&rows, "| %s | %s | %.0f | × %.2f | %d | %d | %.2f |\n", s.name, name, median(all[name], milliseconds),
			ratio(all["sharp, usual"], all[name]), last.Megabytes, last.Bytes/1000, quality)
	}
	return rows.String(), nil
}

func milliseconds(f figures) float64 { return f.Milliseconds }

func median(all []figures, of func(figures) float64) float64 {
	values := make([]float64, len(all))
	for i, f := range all {
		values[i] = of(f)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// ratio is the median of the ratios of each round: what else the machine does weighs on both.
func ratio(reference, all []figures) float64 {
	ratios := make([]figures, len(all))
	for i := range all {
		ratios[i].Milliseconds = reference[i].Milliseconds / all[i].Milliseconds
	}
	return median(ratios, milliseconds)
}

// worker makes the renditions of one photo so many times, and says what that took.
func worker(ctx context.Context, out io.Writer, count, path, folder string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	renditions := func() (*imaging.Result, error) {
		return imaging.Process(ctx, file, imaging.JPEG, imaging.DefaultLimits())
	}
	result, err := renditions()
	if err != nil {
		return err
	}
	before := usage()
	for range n {
		if result, err = renditions(); err != nil {
			return err
		}
	}
	after := usage()
	f := figures{Milliseconds: (cpu(after) - cpu(before)) / float64(n), Megabytes: resident()}
	for _, r := range result.Renditions {
		f.Bytes += len(r.JPEG)
		if err = os.WriteFile(filepath.Join(folder, strings.ToLower(string(r.Size))+".jpg"), r.JPEG, 0o600); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(f)
}

func usage() (u syscall.Rusage) {
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for oneself
	return u
}

// resident is what the process had in memory at most, in megabytes. What getrusage says begins with its parent's.
func resident() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err == nil {
			return kilobytes / 1024
		}
	}
	return 0
}

// cpu is in milliseconds.
func cpu(u syscall.Rusage) float64 {
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}
