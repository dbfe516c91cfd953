package prepare

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// ErrMissing is inside the error for a program that has to be installed first.
var ErrMissing = errors.New("program not found")

// homebrew lists where Homebrew puts things: Apple silicon first, then Intel.
var homebrew = []string{"/opt/homebrew", "/usr/local"}

// Program finds a program: it looks in PATH and where packages put servers that an ordinary user's PATH lacks.
func Program(name string) (string, error) {
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	dirs := []string{"/usr/sbin", "/usr/bin", "/usr/local/bin"}
	for _, brew := range homebrew {
		dirs = append(dirs, brew+"/bin")
	}
	for _, dir := range dirs {
		if p, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, ErrMissing)
}

// minPostgreSQL is the oldest major version that knows CREATE DATABASE … STRATEGY file_copy.
const minPostgreSQL = 15

var postgresVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// PostgreSQL returns the directory and major version of PostgreSQL's programs: of the wanted major version, or the
// newest when that is 0.
func PostgreSQL(major int) (dir string, version int, err error) {
	for _, d := range postgresDirs() {
		if _, err := os.Stat(filepath.Join(d, "initdb")); err != nil {
			continue
		}
		out, err := exec.Command(filepath.Join(d, "postgres"), "--version").Output()
		if err != nil {
			continue
		}
		m := postgresVersion.FindSubmatch(out)
		if m == nil {
			continue
		}
		v, _ := strconv.Atoi(string(m[1]))
		if v == major {
			return d, v, nil
		}
		if major == 0 && v > version {
			dir, version = d, v
		}
	}
	switch {
	case dir == "" && major != 0:
		return "", 0, fmt.Errorf("the data was made by PostgreSQL %d: %w", major, ErrMissing)
	case dir == "":
		return "", 0, fmt.Errorf("postgres: %w", ErrMissing)
	case version < minPostgreSQL:
		return "", 0, fmt.Errorf("PostgreSQL %d in %s is too old, %d or newer is wanted: %w", version, dir, minPostgreSQL, ErrMissing)
	}
	return dir, version, nil
}

// postgresDirs lists directories that may hold PostgreSQL's programs. Debian and Homebrew keep them out of PATH.
func postgresDirs() []string {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for _, brew := range homebrew {
		more, _ := filepath.Glob(brew + "/opt/postgresql*/bin")
		dirs = append(dirs, more...)
	}
	if len(dirs) > 0 {
		return dirs
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(p); err == nil {
			p = target
		}
		dirs = append(dirs, filepath.Dir(p))
	}
	return dirs
}
