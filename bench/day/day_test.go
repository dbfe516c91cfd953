package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const root = "../.."

// Bounds of a good day. A job may wait for the five minutes without workers, and for a while after them.
const (
	longestWait   = 600 // seconds
	longestAnswer = 2.5 // seconds
	mostTurns     = 6   // within an hour
	mostLeft      = 1   // second of work
)

// faults says what is wrong with a day.
func faults(f fleet, v verdict) (wrong []string) {
	add := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	add(v.age > longestWait, "a job waits %.0f s", v.age)
	add(v.answer > longestAnswer, "a request takes %.1f s", v.answer)
	add(v.serverTurns > mostTurns, "servers turn %d times within an hour", v.serverTurns)
	add(v.turns > mostTurns, "workers turn %d times within an hour", v.turns)
	add(v.left > mostLeft, "%.1f s of work are left", v.left)
	add(v.night.servers > f.server.min || v.night.workers > f.worker.min || f.server.min > 3 || f.worker.min > 3,
		"%d servers and %d workers at night", v.night.servers, v.night.workers)
	return wrong
}

func fleets(t *testing.T) []fleet {
	t.Helper()
	files := os.DirFS(root + "/deploy")
	pods, err := kubernetes(files)
	if err != nil {
		t.Fatal(err)
	}
	machines, err := aws(files)
	if err != nil {
		t.Fatal(err)
	}
	return []fleet{pods, machines}
}

func TestTheDay(t *testing.T) {
	t.Parallel()
	for _, f := range fleets(t) {
		for _, grown := range []float64{1, growth} {
			for s := range uint64(4) {
				moments, left := simulate(f, grown, seed+s)
				v := judge(moments, left)
				for _, wrong := range faults(f, v) {
					t.Errorf("%s, %g times the day, seed %d: %s", f.name, grown, seed+s, wrong)
				}
				t.Logf("%s, %g times the day: %s", f.name, grown, v)
			}
		}
	}
}

// A policy that is broken must not pass.
func TestBrokenPolicies(t *testing.T) {
	t.Parallel()
	all := fleets(t)
	pods, machines := all[0], all[1]
	tests := map[string]struct {
		fleet fleet
		spoil func(*fleet)
		want  string
	}{
		"pods are taken away at once": {pods, func(f *fleet) {
			f.server.behavior.ScaleDown.StabilizationWindowSeconds = 0
			f.worker.behavior.ScaleDown.StabilizationWindowSeconds = 0
		}, "turn"},
		"too few pods":                {pods, func(f *fleet) { f.server.max = 4 }, "a request takes"},
		"too few workers":             {pods, func(f *fleet) { f.worker.max = 2 }, "a job waits"},
		"pods never go":               {pods, func(f *fleet) { f.server.behavior.ScaleDown.Policies = nil }, "at night"},
		"as many workers all the day": {pods, func(f *fleet) { f.worker.min = f.worker.max }, "at night"},
		"CPU at 300 %":                {machines, func(f *fleet) { f.server.cpu, f.server.inFlight = 3, 1e9 }, "a request takes"},
		"a machine at most":           {machines, func(f *fleet) { f.server.max = 1 }, "a request takes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := test.fleet
			test.spoil(&f)
			moments, left := simulate(f, growth, seed)
			if wrong := strings.Join(faults(f, judge(moments, left)), "; "); !strings.Contains(wrong, test.want) {
				t.Errorf("found %q, want %q: %s", wrong, test.want, judge(moments, left))
			}
		})
	}
}

func TestTheDayIsTheSameAgain(t *testing.T) {
	t.Parallel()
	f := fleets(t)[0]
	one, _ := simulate(f, 1, 7)
	two, _ := simulate(f, 1, 7)
	other, _ := simulate(f, 1, 8)
	if !slices.Equal(one, two) || slices.Equal(one, other) {
		t.Error("a day is not made by its seed")
	}
}

// The day holds what it should.
func TestTheDayHoldsItsWork(t *testing.T) {
	t.Parallel()
	sum := 0.0
	for now := time.Duration(0); now < day; now += lookAt {
		sum += share(now)
	}
	if sum < 0.999 || sum > 1.001 {
		t.Errorf("the shares of the day make %g", sum)
	}
}

// The picture in docs is the one of these policies: make simulate.
func TestThePictureIsUpToDate(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "day.svg")
	if err := replay(root+"/deploy", out, io.Discard); err != nil {
		t.Fatal(err)
	}
	drawn, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(root + "/docs/scaling-day.svg")
	// Other processors round otherwise: there it is only sure that both draw the same panels.
	same := bytes.Equal(kept, drawn) || runtime.GOARCH != "amd64" && bytes.Count(kept, []byte("<g ")) == bytes.Count(drawn, []byte("<g "))
	if err != nil || !same {
		t.Errorf("docs/scaling-day.svg is not what these policies give: make simulate (%v)", err)
	}
}

func TestFilesThatTellTooLittle(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/deploy/aws/autoscaling.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err = os.Mkdir(dir+"/aws", 0o700); err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("TargetValue: 8"), nil, 1)
	if err = os.WriteFile(dir+"/aws/autoscaling.yaml", text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = aws(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), "requests in flight") {
		t.Errorf("got %v", err)
	}
}
