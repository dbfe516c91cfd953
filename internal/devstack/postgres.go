package devstack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/devstack/prepare"
)

// databaseName is also the name of the role that owns it.
const databaseName = "styleshare"

type postgres struct {
	home *home
	dir  string // the data directory; also holds the Unix socket
	bin  string // the directory of the programs
}

func (*postgres) title() string      { return "PostgreSQL" }
func (*postgres) preferredPort() int { return 15432 }

// signals: SIGINT ends sessions and writes a checkpoint, SIGQUIT leaves at once and recovers from the log at the next start.
func (*postgres) signals() (clean, hard, orphaned syscall.Signal) {
	return syscall.SIGINT, syscall.SIGQUIT, syscall.SIGQUIT
}

func (p *postgres) prepare(context.Context) error {
	major := 0
	version, err := os.ReadFile(filepath.Join(p.dir, "PG_VERSION"))
	if err == nil {
		if major, err = strconv.Atoi(strings.TrimSpace(string(version))); err != nil {
			return fmt.Errorf("PG_VERSION is damaged: remove %s to begin with empty data (%w)", p.dir, err)
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if p.bin, _, err = prepare.PostgreSQL(major); err != nil {
		return err
	}
	if major == 0 {
		return p.initialise()
	}
	// We hold the lock of this directory and have ended orphans: the pid in this file is nobody's, or by now somebody else's.
	if err := os.Remove(filepath.Join(p.dir, "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// initialise makes the cluster beside its place and moves it there: a killed start leaves nothing half-made.
func (p *postgres) initialise() error {
	p.home.say("Making an empty PostgreSQL cluster in %s", p.dir)
	work := p.dir + ".new"
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	if err := p.home.privateDir(work); err != nil {
		return err
	}
	password := work + ".password"
	defer func() { _ = os.Remove(password) }()
	if err := os.WriteFile(password, []byte(p.home.secrets.PostgreSQL+"\n"), 0o600); err != nil {
		return err
	}
	if err := p.home.give(password); err != nil {
		return err
	}
	args := append([]string{"--no-sync", "-E", "UTF8", "-U", databaseName, "--auth=scram-sha-256", "--pwfile=" + password, "-D", work}, initdbLocale...)
	if out, err := run(p.home.asChild(filepath.Join(p.bin, "initdb"), args...)); err != nil {
		if strings.Contains(string(out), "No space left") {
			err = syscall.ENOSPC
		}
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return os.Rename(work, p.dir)
}

func (p *postgres) command(port int) *exec.Cmd {
	settings := []string{
		"listen_addresses=127.0.0.1",
		"unix_socket_directories=" + p.dir,
		"timezone=UTC", "log_timezone=UTC",
		"logging_collector=off",
	}
	if p.home.ephemeral {
		// Nothing here survives the stack, so nothing waits for the disk. Many packages test at once.
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"wal_level=minimal", "max_wal_senders=0", "max_connections=500")
	}
	args := []string{"-D", p.dir, "-p", strconv.Itoa(port)}
	for _, s := range append(settings, p.home.settings...) {
		args = append(args, "-c", s)
	}
	return p.home.asChild(filepath.Join(p.bin, "postgres"), args...)
}

// ready connects for real: a probe that only opens the port would hold up a fast shutdown, and the password tells this
// server from another one that took the port.
func (p *postgres) ready(ctx context.Context, port, _ int) error {
	conn, err := pgx.Connect(ctx, p.urlOf(port, "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", databaseName).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "create database "+databaseName)
	return err
}

func (p *postgres) url(port int) string { return p.urlOf(port, databaseName) }

func (p *postgres) urlOf(port int, database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(databaseName, p.home.secrets.PostgreSQL),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}
