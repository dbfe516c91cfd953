package release

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

// TestMain has the process be a server of a release where a test's binary asks for it.
func TestMain(m *testing.M) {
	if version := os.Getenv("RELEASE_TEST_VERSION"); version != "" {
		serve(version, os.Getenv("RELEASE_TEST_HOW"))
	}
	testkit.Main(m)
}

// serve is a process with an admin address, broken in some way or not at all.
func serve(version, how string) {
	address := os.Getenv("ADMIN_LISTEN")
	if how == "ends" || how == "ends when rolled" && os.Getenv("ROLLED") != "" {
		fmt.Fprintln(os.Stderr, "cannot start for some reason")
		os.Exit(1)
	}
	if how == "older" {
		version = "0.0.1"
	}
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", address)
	for errors.Is(err, syscall.EADDRINUSE) { // the process before is just ending
		l, err = config.Listen(context.Background(), "tcp", address)
	}
	if err != nil {
		panic(err)
	}
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" && how == "never ready" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = fmt.Fprintf(w, `{"version": %q}`, version)
	}))
}

// machine is one that releases are deployed to, with one process.
type machine struct {
	*Deployment
	out  *bytes.Buffer
	push func(t *testing.T, version Version, how string)
	log  string // what binaries that migrate write to
}

func newMachine(t *testing.T) machine {
	t.Helper()
	store, err := storage.New(t.Context(), testkit.S3(t))
	fatal(t, err)
	signing, public, _ := NewKeys()
	key, _ := ParseSigningKey(signing)
	pub, _ := ParsePublicKey(public)
	address, err := freeAddress(t.Context())
	fatal(t, err)
	root, dir, out := t.TempDir(), t.TempDir(), &bytes.Buffer{}
	pid := filepath.Join(dir, "pid")
	// The manager of this machine's services.
	roll := fmt.Sprintf(`[ ! -f %[1]s ] || kill $(cat %[1]s); ROLLED=1 ADMIN_LISTEN=%[2]s %[3]s/current/styleshare serve >/dev/null 2>&1 & echo $! >%[1]s`,
		pid, address, root)
	t.Cleanup(func() { _ = exec.Command("sh", "-c", "kill $(cat "+pid+")").Run() })
	m := machine{out: out, log: filepath.Join(dir, "migrations"), Deployment: &Deployment{Store: store, Key: pub, Root: root, Keep: 3, Roll: roll,
		Processes: func(context.Context) ([]string, error) { return []string{"http://" + address}, nil },
		Patience:  20 * time.Second, Out: out}}
	m.push = func(t *testing.T, version Version, how string) {
		t.Helper()
		script := fmt.Sprintf("#!/bin/sh\ncase $1 in\n--version) echo '%[1]s (abc)';;\nmigrate) echo %[1]s >>%[2]s;;\nserve) RELEASE_TEST_VERSION=%[1]s RELEASE_TEST_HOW='%[3]s' exec %[4]s;;\nesac\n",
			version, m.log, how, os.Args[0])
		_, err := Push(t.Context(), store, made(t, version, binaryArchive(t, version, script)), key)
		fatal(t, err)
	}
	return m
}

func binaryArchive(t *testing.T, version Version, script string) string {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	fatal(t, archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: version.folder() + "/" + Name, Mode: 0o755, Size: int64(len(script))}))
	_, _ = archive.Write([]byte(script))
	fatal(t, errors.Join(archive.Close(), zipped.Close()))
	return out.String()
}

// runs fails unless the machine's process runs this version and current leads there.
func (m machine) runs(t *testing.T, version Version) {
	t.Helper()
	addresses, _ := m.Processes(t.Context())
	if err := m.await(t.Context(), addresses[0], version); err != nil {
		t.Errorf("%v\n%s", err, m.out)
	}
	if m.link(current) != version {
		t.Errorf("current leads to %s, want %s", m.link(current), version)
	}
}

// The tests of deployments are not parallel: a program that one of them forks would hold the binary open that another one
// writes and runs.
func TestDeployments(t *testing.T) {
	m := newMachine(t)
	m.push(t, "1.0.0", "")
	fatal(t, m.Run(t.Context(), ""))
	m.runs(t, "1.0.0")
	if _, err := os.Stat(m.log); err == nil {
		t.Error("it migrated and was not asked to")
	}
	m.push(t, "1.1.0", "")
	m.Migrate = true
	fatal(t, m.Run(t.Context(), ""))
	m.runs(t, "1.1.0")
	if migrated, err := os.ReadFile(m.log); err != nil || string(migrated) != "1.1.0\n" {
		t.Errorf("migrated: %q, %v", migrated, err)
	}
	m.Store = nil // an operator goes back, without the store
	fatal(t, m.Run(t.Context(), "1.0.0"))
	m.runs(t, "1.0.0")
}

func TestBrokenReleasesChangeNothing(t *testing.T) {
	m := newMachine(t)
	m.push(t, "1.0.0", "")
	fatal(t, m.Run(t.Context(), ""))
	for how, says := range map[string]string{"never ready": "is not ready", "ends": "cannot start for some reason", "older": "is not ready"} {
		version := Version(fmt.Sprintf("1.1.%d", len(how)))
		m.push(t, version, how)
		patience := m.Patience
		if how != "ends" { // which says so by itself
			m.Patience = 300 * time.Millisecond
		}
		if err := m.Run(t.Context(), version); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "was not deployed") {
			t.Errorf("%s: %v", how, err)
		}
		m.Patience = patience
		m.runs(t, "1.0.0")
	}
	if strings.Count(m.out.String(), "rolling") != 1 {
		t.Errorf("a broken release was rolled:\n%s", m.out)
	}
}

func TestGoesBack(t *testing.T) {
	m := newMachine(t)
	m.push(t, "1.0.0", "")
	fatal(t, m.Run(t.Context(), ""))
	m.push(t, "1.1.0", "ends when rolled")
	processes, patience := m.Processes, m.Patience
	m.Processes = func(ctx context.Context) ([]string, error) {
		m.Patience = patience
		if m.link(current) != "1.0.0" { // it will never be ready
			m.Patience = 300 * time.Millisecond
		}
		return processes(ctx)
	}
	if err := m.Run(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "went back to 1.0.0, which runs again") {
		t.Errorf("%v", err)
	}
	m.runs(t, "1.0.0")
	// One that was killed before it could go back left 1.1.0 behind. The next failure leads to what is known to be good.
	fatal(t, m.point(current, "1.1.0"))
	m.push(t, "1.2.0", "ends when rolled")
	if err := m.Run(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "went back to 1.0.0") {
		t.Errorf("%v", err)
	}
	m.runs(t, "1.0.0")
	// An impatient operator ends it between two processes.
	m.Patience = patience
	ctx, cancel := context.WithCancel(t.Context())
	m.Processes = func(ctx context.Context) ([]string, error) { cancel(); m.Processes = processes; return processes(ctx) }
	m.push(t, "1.3.0", "")
	if err := m.Run(ctx, ""); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "went back to 1.0.0") {
		t.Errorf("%v", err)
	}
	m.runs(t, "1.0.0")
}
