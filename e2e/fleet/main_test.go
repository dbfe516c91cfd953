//go:build fleet

package fleet

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m, removeBinary, removePackages) }

// root is the directory of the module.
const root = "../.."

// patience bounds every wait, on a machine that is busy with other things.
const patience = time.Minute

var built struct {
	once sync.Once
	dir  string
	err  error
}

// binary builds the server, once for all tests.
func binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() { built.dir, built.err = build() })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "styleshare")
}

func build() (string, error) {
	dir, err := os.MkdirTemp("", "styleshare-fleet-") // all tests share it
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "styleshare"), ".")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, nil
}

func removeBinary() {
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
}

// waitFor asks again and again until the answer is yes, and fails the test after a while.
func waitFor(t testing.TB, what string, is func() bool) {
	t.Helper()
	late := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-late:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}
