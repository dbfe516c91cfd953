package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

var programVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// program finds pg_dump or pg_restore of a major version of PostgreSQL, or else of the next one that there is: newer
// programs read older servers, not the other way round.
func program(ctx context.Context, name string, major int) (string, error) {
	best, bestMajor, oldest := "", 0, 0
	for _, path := range candidates(name) {
		out, err := exec.CommandContext(ctx, path, "--version").Output()
		m := programVersion.FindSubmatch(out)
		if err != nil || m == nil {
			continue
		}
		v, _ := strconv.Atoi(string(m[1]))
		if v >= major && (best == "" || v < bestMajor) {
			best, bestMajor = path, v
		}
		oldest = max(oldest, v)
	}
	switch {
	case best != "":
		return best, nil
	case oldest > 0:
		return "", fmt.Errorf("%s of this machine is of PostgreSQL %d, and the server is %d: install postgresql-client-%d", name, oldest, major, major)
	}
	return "", fmt.Errorf("%s is not on this machine: install postgresql-client-%d", name, major)
}

// candidates are where Debian and Homebrew keep the programs of several versions, and then whatever is in PATH.
func candidates(name string) (paths []string) {
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/opt/homebrew/opt/*postgresql*/bin/", "/opt/homebrew/opt/libpq/bin/",
		"/usr/local/opt/*postgresql*/bin/", "/usr/local/opt/libpq/bin/"} {
		found, _ := filepath.Glob(pattern + name)
		paths = append(paths, found...)
	}
	if path, err := exec.LookPath(name); err == nil {
		paths = append(paths, path)
	}
	return paths
}

// tlsVariables are libpq's names for what an address says about TLS.
var tlsVariables = map[string]string{"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}

// environment tells a program of PostgreSQL where the database is. Not by an argument, which everybody on the machine can
// read, and not by the address as it is, in which there may be settings of pgx.
func environment(databaseURL string) ([]string, error) {
	c, err := pgconn.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("this is not a PostgreSQL address like postgres://user:password@host:5432/name")
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "LC_ALL=C",
		"PGHOST=" + c.Host, "PGPORT=" + strconv.Itoa(int(c.Port)), "PGUSER=" + c.User, "PGPASSWORD=" + c.Password, "PGDATABASE=" + c.Database}
	if u, err := url.Parse(databaseURL); err == nil {
		for parameter, variable := range tlsVariables {
			if value := u.Query().Get(parameter); value != "" {
				env = append(env, variable+"="+value)
			}
		}
	}
	return env, nil
}

// stopPatience is how long a program may take to end by itself.
const stopPatience = 10 * time.Second

// child prepares a program of PostgreSQL for the major version of a server. said gets what it writes of mistakes.
func child(ctx context.Context, databaseURL, name string, major int, said *words, args ...string) (*exec.Cmd, error) {
	path, err := program(ctx, name, major)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	if cmd.Env, err = environment(databaseURL); err != nil {
		return nil, err
	}
	cmd.Stderr = said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopPatience
	return cmd, nil
}

// words keeps the beginning of what a program says.
type words struct{ bytes.Buffer }

const maxWords = 8 << 10

// Write takes some more, as long as there is room.
func (w *words) Write(p []byte) (int, error) {
	if room := maxWords - w.Len(); room > 0 {
		w.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// reason is the first mistake that the program names. What follows it may show rows.
func (w *words) reason(err error) error {
	for line := range strings.Lines(w.String()) {
		if _, text, ok := strings.Cut(line, "error: "); ok {
			return fmt.Errorf("%w: %s", err, strings.TrimSpace(text))
		}
	}
	return err
}

// CanCreate tells what is missing on this machine for Create: pg_dump of the server's version.
func (b *Backups) CanCreate(ctx context.Context) error {
	conn, err := connect(ctx, b.DatabaseURL)
	if err != nil {
		return err
	}
	defer disconnect(ctx, conn)
	s, err := readServer(ctx, conn)
	if err == nil {
		_, err = program(ctx, "pg_dump", s.major)
	}
	return err
}
