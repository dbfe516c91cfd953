package report

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSectionsAreReplacedAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	if err := os.WriteFile(path, []byte("# Measured\n\nBy hand.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, w := range [][2]string{{"api", "first"}, {"jobs", "other\n"}, {"api", "second"}, {"api", "third"}} {
		if err := Write(path, w[0], w[1]); err != nil {
			t.Fatal(err)
		}
	}
	const want = "# Measured\n\nBy hand.\n\n<!-- api: begin -->\n\nthird\n\n<!-- api: end -->\n\n<!-- jobs: begin -->\n\nother\n\n<!-- jobs: end -->\n"
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
	}
}

func TestALostEndLosesNothing(t *testing.T) {
	t.Parallel()
	const want = "a\n<!-- x: begin -->\n\nnew\n\n<!-- x: end -->\nold\nb\n"
	if got := replace("a\n<!-- x: begin -->\nold\nb\n", "x", "new"); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	const want = "| a | b |\n|---|---|\n| 1 | 2 |\n"
	if got := Table([]string{"a", "b"}, [][]string{{"1", "2"}}); got != want {
		t.Errorf("got\n%s", got)
	}
}
