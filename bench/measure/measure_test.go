package measure

import (
	"math"
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	t.Parallel()
	const line = "4242 (a (strange) name) S 41 4242 4242 0 -1 4194560 900 100 2 3 120 30 7 5 20 0 9 0 300 1000 200 18446744073709551615"
	p, err := parseStat(line)
	if want := (process{4242, 41, 1620 * time.Millisecond}); err != nil || p != want {
		t.Errorf("got %+v, %v, want %+v", p, err, want)
	}
	for _, broken := range []string{"", "4242 sh S 1", "4242 (sh) S 1 2", "x (sh) S 41 4242 4242 0 -1 4194560 900 100 2 3 120 30 7 5 20"} {
		if p, err := parseStat(broken); err == nil {
			t.Errorf("%q is %+v", broken, p)
		}
	}
}

func TestSumTakesTheTree(t *testing.T) {
	t.Parallel()
	all := []process{{1, 0, 1}, {2, 1, 10}, {3, 2, 100}, {4, 3, 1000}, {5, 1, 10_000}, {6, 5, 100_000}}
	for root, want := range map[int]time.Duration{1: 111_111, 2: 1110, 5: 110_000, 6: 100_000, 7: 0} {
		if got := sum(all, root); got != want {
			t.Errorf("%d: %d, want %d", root, got, want)
		}
	}
}

func TestCPUOfThisProcess(t *testing.T) {
	t.Parallel()
	before, err := CPU(os.Getpid(), os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for after := before; after[1] < before[0]+3*tick; { // what is done here is counted, or this never ends
		if after, err = CPU(os.Getpid(), os.Getpid()); err != nil {
			t.Fatal(err)
		}
	}
	if mb, err := Resident(os.Getpid()); err != nil || mb < 1 {
		t.Errorf("%d MB, %v", mb, err)
	}
}

func TestMediansAndRatios(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want float64 }{
		{Median([]float64{3, 1, 2}), 2},
		{Median([]float64{4, 1, 2, 3}), 2.5},
		{Ratio([]float64{1, 20, 3}, []float64{2, 10, 3}), 1}, // of 0.5, 2 and 1
		{Percentile([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 50), 5},
		{Percentile([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 99), 10},
		{Percentile([]float64{7}, 1), 7},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
	if !math.IsNaN(Median(nil)) || !math.IsNaN(Percentile(nil, 50)) || !math.IsNaN(Ratio(nil, nil)) {
		t.Error("there is no median of nothing")
	}
}
