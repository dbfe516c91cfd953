// Package diagnosis runs checks and words what they find, for a terminal, for a page and for programs.
package diagnosis

import (
	"context"
	"fmt"
	"time"
)

// Severity says how bad a finding is.
type Severity int

// From nothing to do to something that does not work.
const (
	OK Severity = iota
	Warning
	Error
)

// String is the word for it.
func (s Severity) String() string { return [...]string{"ok", "warning", "error"}[s] }

// MarshalText implements encoding.TextMarshaler.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Finding is one thing that a check has found, good or bad.
type Finding struct {
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`
	What     string   `json:"what"`
	// Do is what to do about it; empty where there is nothing.
	Do string `json:"do,omitempty"`
}

// Found takes the findings of a check.
type Found struct {
	check    string
	findings []Finding
}

// OK notes that something is as it should be.
func (f *Found) OK(format string, args ...any) { f.add(OK, "", format, args) }

// Warn notes what works, but should be looked at.
func (f *Found) Warn(do, format string, args ...any) { f.add(Warning, do, format, args) }

// Error notes what does not work.
func (f *Found) Error(do, format string, args ...any) { f.add(Error, do, format, args) }

func (f *Found) add(s Severity, do, format string, args []any) {
	f.findings = append(f.findings, Finding{f.check, s, fmt.Sprintf(format, args...), do})
}

// Check looks at one thing. An error says that it could not.
type Check struct {
	Name string
	Run  func(context.Context, *Found) error
}

// Report is what all checks have found.
type Report struct {
	Worst    Severity  `json:"worst"`
	Findings []Finding `json:"findings"`
}

// Run makes the checks one after the other, so that they take little of a busy installation, each for at most so long.
// One that fails is a finding, and the others are made all the same.
func Run(ctx context.Context, timeout time.Duration, checks []Check) (r Report) {
	for _, c := range checks {
		found := Found{check: c.Name}
		checkCtx, cancel := context.WithTimeout(ctx, timeout)
		err := c.Run(checkCtx, &found)
		cancel()
		if err != nil {
			found.Error("", "could not be looked at: %v", err)
		}
		for _, f := range found.findings {
			r.Worst = max(r.Worst, f.Severity)
		}
		r.Findings = append(r.Findings, found.findings...)
	}
	return r
}

// count tells how many findings are that bad.
func (r Report) count(s Severity) (n int) {
	for _, f := range r.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

func (r Report) summary() string {
	return fmt.Sprintf("%d errors, %d warnings, %d ok", r.count(Error), r.count(Warning), r.count(OK))
}
