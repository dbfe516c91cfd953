package main

import (
	"math"
	"strings"
	"testing"
	"time"
)

func made3() results {
	r := results{}
	for _, cpu := range []float64{1, 2, 6} {
		r.add("HomeFeed", ourBest, figures{cpu: cpu, server: cpu / 2, perSecond: 3000, percent99: 12})
		r.add("HomeFeed", reference, figures{cpu: cpu * 10, perSecond: 300})
	}
	return r
}

func TestTable(t *testing.T) {
	t.Parallel()
	got := made3().tables(operations, []string{ourBest, reference, limit})
	for _, want := range []string{
		"### Feed page (HomeFeed)\n", "| " + ourBest + " | 2.00 | 0.10 | – | 1.00 | 0.000 | 0.000 | 3000 | 0.000 | 12.00 |\n", "| " + reference + " | 20.00 | 1.00 |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "Like") || strings.Contains(got, limit) {
		t.Errorf("rows of nothing:\n%s", got)
	}
}

func TestGoals(t *testing.T) {
	t.Parallel()
	got := goalTable(made3().goals())
	for _, want := range []string{
		"| feed page, all caches, to Mercurius | at most 0.15 | 0.10 | yes |", "| feed page, all caches, pages a second | at least 2500 | 3000.00 | yes |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "like") {
		t.Errorf("a goal without a number:\n%s", got)
	}
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	ms := func(n ...int) (all []time.Duration) {
		for _, n := range n {
			all = append(all, time.Duration(n)*time.Millisecond)
		}
		return all
	}
	f := summarise(outcome{count: 100, elapsed: 2 * time.Second, latencies: []float64{1, 2, 3}}, ms(10, 20, 30, 40), ms(110, 70, 40, 50))
	want := figures{count: 100, cpu: 1.7, server: 1, database: 0.5, others: 0.2, perSecond: 50, median: 2, percent99: 3}
	if math.Abs(f.cpu-want.cpu) > 1e-9 {
		t.Errorf("got %+v, want %+v", f, want)
	}
	if f.cpu = want.cpu; f != want {
		t.Errorf("got %+v, want %+v", f, want)
	}
}
