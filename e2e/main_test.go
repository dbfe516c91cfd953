package e2e

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"styleshare/internal/testkit"
)

// update has the tests write what they got as what they want from now on.
var update = flag.Bool("update", false, "write the answers and the statement counts anew")

func TestMain(m *testing.M) { testkit.Main(m, removeBinary) }

// root is the directory of the module.
const root = ".."

// built is the directory that the binary was built into, once for all tests.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// serverBinary builds the server, with the race detector where the tests have it.
func serverBinary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() { built.dir, built.err = build() })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "styleshare")
}

func build() (string, error) {
	if err := nameSources(); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "styleshare-e2e-")
	if err != nil {
		return "", err
	}
	args := []string{"build", "-o", filepath.Join(dir, "styleshare")}
	if raceEnabled {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, ".")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, nil
}

// nameSources looks at every file that the binary is made of: go test repeats a cached result unless a file changed that
// the test looked at, and it cannot see what `go build` looked at.
func nameSources() error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "bin" || name == "tools" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		_, err = os.Stat(path)
		return err
	})
}

func removeBinary() {
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
}
