package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"styleshare/bench/measure"
	"styleshare/bench/report"
)

func cpu(f figures) float64 { return f.cpu }

// tables are the results of the operations, a table for each. The contenders come in their order.
func (r results) tables(operations []operation, contenders []string) string {
	var b strings.Builder
	for _, op := range operations {
		if r[op.name] == nil {
			continue
		}
		fmt.Fprintf(&b, "\n### %s (%s)\n\n%s", capital(op.title), op.name, r.table(op, contenders))
	}
	return b.String()
}

func (r results) table(op operation, contenders []string) string {
	head := []string{"contender", "CPU ms", "to Mercurius", "to hand-written", "of it: server", "PostgreSQL", "memcached, Redis", "a second", "p50 ms", "p99 ms"}
	var rows [][]string
	for _, name := range contenders {
		if r[op.name][name] == nil {
			continue
		}
		median := func(number func(figures) float64) float64 { return measure.Median(r.of(op.name, name, number)) }
		rows = append(rows, []string{
			name, digits(median(cpu)), digits(r.ratio(op.name, name, reference)), digits(r.ratio(op.name, name, limit)),
			digits(median(func(f figures) float64 { return f.server })), digits(median(func(f figures) float64 { return f.database })),
			digits(median(func(f figures) float64 { return f.others })), fmt.Sprintf("%.0f", median(func(f figures) float64 { return f.perSecond })),
			digits(median(func(f figures) float64 { return f.median })), digits(median(func(f figures) float64 { return f.percent99 })),
		})
	}
	return report.Table(head, rows)
}

// ratio is what a contender takes for each millisecond of the other's, in the same round.
func (r results) ratio(operation, contender, to string) float64 {
	return measure.Ratio(r.of(operation, contender, cpu), r.of(operation, to, cpu))
}

// digits writes a number with two digits behind the point, or three where it is small; "–" where there is none.
func digits(f float64) string {
	switch {
	case math.IsNaN(f):
		return "–"
	case math.Abs(f) < 0.1:
		return fmt.Sprintf("%.3f", f)
	default:
		return fmt.Sprintf("%.2f", f)
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// goal is what was wanted of a number.
type goal struct {
	what   string
	wanted float64
	atMost bool
	got    float64
}

func (r results) goals() []goal {
	best := func(number func(figures) float64) float64 { return measure.Median(r.of("HomeFeed", ourBest, number)) }
	return []goal{
		{"feed page without the in-process cache, to Mercurius", 0.35, true, r.ratio("HomeFeed", ourUsual, reference)},
		{"feed page without the in-process cache, to hand-written", 1.4, true, r.ratio("HomeFeed", ourUsual, limit)},
		{"feed page, all caches, to Mercurius", 0.15, true, r.ratio("HomeFeed", ourBest, reference)},
		{"feed page, all caches, pages a second", 2500, false, best(func(f figures) float64 { return f.perSecond })},
		{"feed page, all caches, p99 in ms", 20, true, best(func(f figures) float64 { return f.percent99 })},
		{"style detail, to Mercurius", 0.5, true, r.ratio("StyleDetail", ourBest, reference)},
		{"profile grid, to Mercurius", 0.5, true, r.ratio("Profile", ourBest, reference)},
		{"viewer, to Mercurius", 0.5, true, r.ratio("Me", ourBest, reference)},
		{"like, to Mercurius", 0.4, true, r.ratio("Like", ourBest, reference)},
	}
}

func goalTable(goals []goal) string {
	var rows [][]string
	for _, g := range goals {
		if math.IsNaN(g.got) {
			continue
		}
		bound, met := "at most ", g.got <= g.wanted
		if !g.atMost {
			bound, met = "at least ", g.got >= g.wanted
		}
		rows = append(rows, []string{g.what, bound + fmt.Sprint(g.wanted), digits(g.got), map[bool]string{true: "yes", false: "no"}[met]})
	}
	if len(rows) == 0 {
		return ""
	}
	return report.Table([]string{"what", "wanted", "measured", "reached"}, rows)
}

// names of contenders in the order in which tables show them.
func names(contenders []*contender) []string {
	all := make([]string, len(contenders))
	for i, c := range contenders {
		all[i] = c.name
	}
	return slices.Clip(all)
}
