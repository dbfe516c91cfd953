//go:build fleet

package fleet

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"styleshare/internal/storage"
)

// firstVersion is stamped into the binary of these tests; others of the same length take its place.
const firstVersion = "1.0.0-100000-gfeedfacecafe"

func versionNumber(n int) string { return fmt.Sprintf("1.0.0-1%05d-gfeedfacecafe", n) }

// shop makes releases and deploys them to one machine: two servers and a worker behind nginx, and a supervisor that starts
// them again whenever they end, as systemd does.
type shop struct {
	*stack
	store       *storage.Store
	root        string
	binary      []byte // of firstVersion
	environment []string
	signingKey  string
	processes   []*supervised
	pids        string // the directory with the id of each process
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{stack: newStack(t), root: t.TempDir(), pids: t.TempDir()}
	var err error
	if s.store, err = storage.New(t.Context(), s.bucket); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "styleshare")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X styleshare/internal/version.stampedVersion="+firstVersion, "-o", path, ".")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if s.binary, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	keys, err := exec.Command(path, "release", "keys").Output()
	if err != nil {
		t.Fatal(err)
	}
	s.environment = append(s.stack.environment("TRUSTED_PROXIES=127.0.0.1/32"), strings.Fields(string(keys))[1])
	s.signingKey = strings.Fields(string(keys))[0]
	// The operator's own copy, which deploys the first release too.
	if err = os.WriteFile(filepath.Join(s.pids, "styleshare"), s.binary, 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

// command is a command of the operator's copy.
func (s *shop) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.pids, "styleshare"), args...)
	cmd.Env = s.environment
	return cmd
}

// release makes a release and pushes it. wrap is a script that stands for its binary, which then is called real; "" for
// none.
func (s *shop) release(t *testing.T, version, wrap, signingKey string) {
	t.Helper()
	files := map[string][]byte{"styleshare": bytes.ReplaceAll(s.binary, []byte(firstVersion), []byte(version))}
	if wrap != "" {
		files["real"], files["styleshare"] = files["styleshare"], []byte("#!/bin/sh\nreal=$(dirname $(readlink -f $0))/real\n"+wrap+"\n")
	}
	folder := fmt.Sprintf("styleshare-%s-linux-%s", version, runtime.GOARCH)
	dir := filepath.Join(t.TempDir(), version)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	archive := tarred(t, folder, files)
	sum := sha256.Sum256(archive)
	for name, body := range map[string][]byte{folder + ".tar.gz": archive, "SHA256SUMS": fmt.Appendf(nil, "%x  %s.tar.gz\n", sum, folder)} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := s.command("release", "push", dir)
	cmd.Env = append(cmd.Env, signingKey)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("push: %v\n%s", err, out)
	}
}

func tarred(t *testing.T, folder string, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewWriter(zipped)
	for name, body := range files {
		err = errors.Join(err, archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + name, Mode: 0o755, Size: int64(len(body))}))
		_, wrong := archive.Write(body)
		err = errors.Join(err, wrong)
	}
	if err = errors.Join(err, archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// start starts the machine's processes, of whatever is deployed. Each leaves its id where the roll below finds it.
func (s *shop) start(t *testing.T) (url string) {
	t.Helper()
	for n, command := range []string{"worker", "serve", "serve"} {
		script := filepath.Join(s.pids, fmt.Sprintf("process%d", n))
		text := fmt.Sprintf("#!/bin/sh\necho $$ >%s.pid\nexec %s/current/styleshare \"$@\"\n", script, s.root)
		if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		socket := "public"
		if command == "worker" {
			socket = "admin"
		}
		s.processes = append(s.processes, superviseBinary(t, script, command, socket, s.environment))
	}
	address := reserve(t)
	startNginx(t, address, s.stack, s.bucket.Endpoint, s.processes[1].url, s.processes[2].url)
	return "http://" + address
}

// deployCommand is release deploy as an operator writes it, but for systemd.
func (s *shop) deployCommand(args ...string) *exec.Cmd {
	roll := []string{"styleshare roll --patience=10s"}
	args = append([]string{"release", "deploy", "--root=" + s.root, "--keep=3", "--patience=15s"}, args...)
	for n, p := range s.processes {
		roll = append(roll, fmt.Sprintf("--process=$(cat %s/process%d.pid)=%s", s.pids, n, p.url))
		args = append(args, "--process="+p.url)
	}
	cmd := s.command(append(args, "--roll="+strings.Join(roll, " "))...)
	cmd.Env = append(cmd.Env, "PATH="+s.root+"/current:"+os.Getenv("PATH"))
	return cmd
}

// runs fails unless all processes are ready and run this version, and current leads to it.
func (s *shop) runs(t *testing.T, version string) {
	t.Helper()
	for _, p := range s.processes {
		a, err := newPhone(p.url, 1).send(t.Context(), http.MethodGet, p.url+"/readyz", nil, "Connection: close")
		var ready struct{ Version string }
		if err != nil || a.status != http.StatusOK || json.Unmarshal(a.body, &ready) != nil || ready.Version != version {
			t.Errorf("%s, want %s: %v, %s", p.command, version, err, a.body)
		}
	}
	if target, err := os.Readlink(s.root + "/current"); err != nil || target != "releases/"+version {
		t.Errorf("current leads to %s, %v", target, err)
	}
}

// traffic asks through nginx until end is called, and counts.
type traffic struct {
	asked, failed atomic.Int64
	first         atomic.Pointer[string] // of the failures
	slowest       atomic.Int64           // in nanoseconds
	end           func()
}

// startTraffic has some people write and read all the time.
func startTraffic(t *testing.T, url string) *traffic {
	t.Helper()
	star := newPhone(url, 1)
	star.signUp(t, "star")
	var c traffic
	var people sync.WaitGroup
	over := make(chan struct{})
	c.end = sync.OnceFunc(func() { close(over); people.Wait() })
	t.Cleanup(c.end)
	for n := range 4 {
		p := newPhone(url, 10+n)
		p.signUp(t, fmt.Sprintf("reader%d", n))
		people.Go(func() { c.askAgain(t, p, star.userID, over) })
	}
	return &c
}

// askEvery leaves room below what nginx lets one address ask.
const askEvery = 20 * time.Millisecond

// askAgain has one person follow another and read, until it is over.
func (c *traffic) askAgain(t *testing.T, p *phone, whom string, over <-chan struct{}) {
	t.Helper()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	operations := []string{"Follow", "{ viewer { user { username } } }"}
	for i := 0; ; i++ {
		select {
		case <-over:
			return
		case <-tick.C:
		}
		began := time.Now()
		variables := vars{}
		if i%2 == 0 {
			variables = vars{"input": vars{"userId": whom}}
		}
		a, err := p.ask(context.Background(), operations[i%2], variables) // the test's own context ends before the counting does
		no := a.failure()
		if err != nil {
			no = err.Error()
		}
		c.asked.Add(1)
		if no != "" && c.failed.Add(1) == 1 {
			c.first.Store(&no)
		}
		if took := int64(time.Since(began)); took > c.slowest.Load() {
			c.slowest.Store(took) // of two at once, either will do
		}
	}
}

func (c *traffic) report(t *testing.T, what string) {
	t.Helper()
	asked, failed := c.asked.Swap(0), c.failed.Swap(0)
	t.Logf("%s: %d requests meanwhile, %d failed, the slowest took %s", what, asked, failed, time.Duration(c.slowest.Swap(0)).Round(time.Millisecond))
	if asked == 0 {
		t.Errorf("%s: nobody asked", what)
	}
	if first := c.first.Swap(nil); first != nil {
		t.Errorf("%s: %d of %d requests failed, the first: %s", what, failed, asked, *first)
	}
}

// TestDeploy deploys good and broken releases to a machine that people use.
func TestDeploy(t *testing.T) {
	s := newShop(t)
	s.release(t, firstVersion, "", s.signingKey)
	// The machine is new: the place of its first process is taken by one that says what it should.
	stand := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"version": %q}`, firstVersion) }))
	defer stand.Close()
	if out, err := s.command("release", "deploy", "--root="+s.root, "--roll=true", "--process="+stand.URL).CombinedOutput(); err != nil {
		t.Fatalf("the first deployment: %v\n%s", err, out)
	}
	url := s.start(t)
	for _, p := range s.processes {
		waitFor(t, p.command+" is ready", func() bool { return status(t, p.url+"/readyz") == http.StatusOK })
	}
	people := startTraffic(t, url)
	good := versionNumber(1)
	t.Run("Good", func(t *testing.T) {
		s.release(t, good, "", s.signingKey)
		began := time.Now()
		out, err := s.deployCommand("--migrate").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "migrating with "+good) {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Logf("deployed in %.1f s:\n%s", time.Since(began).Seconds(), out)
		s.runs(t, good)
		people.report(t, "a good release")
	})
	for n, broken := range brokenReleases(s) {
		t.Run(broken.name, func(t *testing.T) {
			version := versionNumber(10 + n)
			s.release(t, version, broken.wrap, broken.key)
			if broken.harm != nil {
				broken.harm(t, version)
			}
			out, err := s.deployCommand(version).CombinedOutput()
			if err == nil || !strings.Contains(string(out), broken.says) {
				t.Errorf("%v, want %q:\n%s", err, broken.says, out)
			}
			s.runs(t, good)
			people.report(t, broken.name)
		})
	}
	t.Run("Killed", func(t *testing.T) { testKilledDeployment(t, s, people) })
	if left, _ := filepath.Glob(s.root + "/releases/*"); len(left) > 3 {
		t.Errorf("too many releases are left: %v", left)
	}
}

type brokenRelease struct {
	name, wrap, key, says string
	harm                  func(t *testing.T, version string)
}

func brokenReleases(s *shop) []brokenRelease {
	strange, _ := s.command("release", "keys").Output()
	return []brokenRelease{
		{name: "NeverReady", wrap: `case $1 in serve) exec sleep 3600;; *) exec $real "$@";; esac`, key: s.signingKey, says: "was not deployed"},
		{name: "Ends", wrap: `case $1 in serve) echo broken; exit 1;; *) exec $real "$@";; esac`, key: s.signingKey, says: "was not deployed"},
		{name: "StrangeSignature", key: strings.Fields(string(strange))[0], says: "is not signed with the key of RELEASE_PUBLIC_KEY"},
		{name: "Corrupted", key: s.signingKey, says: "is not what was signed", harm: func(t *testing.T, version string) {
			t.Helper()
			key := fmt.Sprintf("releases/%s/styleshare-%[1]s-linux-%s.tar.gz", version, runtime.GOARCH)
			body, err := s.store.Get(t.Context(), key, 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			body[len(body)/2] ^= 1
			if err = s.store.Put(t.Context(), key, "application/octet-stream", "", body); err != nil {
				t.Fatal(err)
			}
		}},
		// A trial has addresses of its own, which the supervisor gives to nobody.
		{name: "GoesBack", wrap: `case $1:$LISTEN in serve:) exec sleep 3600;; *) exec $real "$@";; esac`, key: s.signingKey, says: "went back to " + versionNumber(1)},
	}
}

// testKilledDeployment kills a deployment where it hurts most, between the change of current and the first new process.
func testKilledDeployment(t *testing.T, s *shop, people *traffic) {
	t.Helper()
	version := versionNumber(30)
	s.release(t, version, "", s.signingKey)
	cmd := s.deployCommand()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "rolling"); {
		t.Log(lines.Text())
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if says, err := exec.Command(s.root+"/current/styleshare", "--version").Output(); err != nil || !strings.HasPrefix(string(says), version) {
		t.Errorf("current says %q, %v", says, err)
	}
	people.report(t, "a deployment that was killed")
	if again, err := s.deployCommand().CombinedOutput(); err != nil {
		t.Errorf("the next one: %v\n%s", err, again)
	}
	s.runs(t, version)
	people.report(t, "the next one")
}
