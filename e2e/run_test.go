package e2e

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"styleshare/internal/devstack"
	"styleshare/internal/testkit"
)

// house is a checkout of its own in which `run` is started. Its PostgreSQL is the tests' own: starting that one is tested
// beside it.
type house struct {
	*Stack
	dir string
	run *Process
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Stack: &Stack{}, dir: t.TempDir()}
	gateway := filepath.Join(h.dir, "tools", "s3gateway")
	if err := os.CopyFS(gateway, os.DirFS(filepath.Join(root, "tools", "s3gateway"))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(devstack.DataDir(h.dir)); err != nil {
			t.Error(err)
		}
	})
	h.use(t, testkit.Database(t))
	h.run = h.process(t)
	h.Servers = []*Process{h.run}
	return h
}

// process prepares a `run`; env comes last, and counts.
func (h *house) process(t *testing.T, env ...string) *Process {
	t.Helper()
	p := &Process{command: "run", binary: serverBinary(t), environment: append(append(baseEnvironment(), "DATABASE_URL="+h.DatabaseURL), env...)}
	t.Cleanup(func() { h.finish(t, p, false) })
	return p
}

// launch starts a process in the house, without waiting for anything.
func (h *house) launch(t *testing.T, p *Process) {
	t.Helper()
	p.cmd = exec.Command(p.binary, p.command)
	p.cmd.Dir, p.cmd.Env, p.cmd.Stderr = h.dir, p.environment, &p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tie(p.cmd.SysProcAttr)
	p.done = make(chan struct{})
	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		t.Fatal(err)
	}
}

var apiAddress = regexp.MustCompile(`  API +(http://\S+)/graphql\n`)

// ready waits for the greeting of a start that began after so many bytes of the log.
func (h *house) ready(t *testing.T, p *Process, after int) {
	t.Helper()
	WaitFor(t, "the greeting", func() bool {
		select {
		case <-p.done:
			t.Fatalf("run ended: %v\n%s", p.cmd.ProcessState, p.Log())
		default:
		}
		found := apiAddress.FindStringSubmatch(p.Log()[after:])
		if found != nil {
			p.URL = found[1]
		}
		return found != nil
	})
}

// open starts the house with the demo data that it has, or none.
func (h *house) open(t *testing.T, p *Process) {
	t.Helper()
	after := len(p.Log())
	h.launch(t, p)
	h.ready(t, p, after)
}

// children are the ids of the parts of the house.
func (h *house) children(t *testing.T) (pids []int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(devstack.DataDir(h.dir), "pids", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(string(text))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// gone waits until none of the processes is alive.
func gone(t *testing.T, pids []int) {
	t.Helper()
	if len(pids) != 3 {
		t.Errorf("children: %v", pids)
	}
	WaitFor(t, "the parts to be gone", func() bool {
		return !slices.ContainsFunc(pids, func(pid int) bool { return syscall.Kill(pid, 0) == nil })
	})
}

// noDemo is for tests that do without the demo data, which takes a while to draw.
func (h *house) noDemo(t *testing.T) {
	t.Helper()
	h.Exec(t, `insert into milestones values ('demo-data', now())`)
}

func TestRunKeepsItsData(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.noDemo(t)
	h.open(t, h.run)
	minji := h.SignUp(t, "minji")
	style := minji.Publish(t, "kept")
	minji.Published(t, style)
	picture := func() Answer {
		a := minji.Do(t, "StyleDetail", Vars{"id": style}).OK(t)
		return Send(t, http.MethodGet, a.Text("style.photos.0.small"), nil)
	}
	if a := picture(); a.Status != http.StatusOK {
		t.Fatalf("the picture: %d", a.Status)
	}

	// Ctrl-C.
	pids := h.children(t)
	h.run.signal(t, syscall.SIGINT)
	h.run.awaitEnd(t)
	if !h.run.cmd.ProcessState.Success() {
		t.Errorf("it ended: %v\n%s", h.run.cmd.ProcessState, h.run.events())
	}
	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d is still there", pid)
		}
	}

	// kill -9 of the second start, and a third.
	h.open(t, h.run)
	if a := picture(); a.Status != http.StatusOK {
		t.Fatalf("the picture after a second start: %d", a.Status)
	}
	pids = h.children(t)
	h.run.Kill(t)
	h.open(t, h.run)
	gone(t, pids)
	if a := picture(); a.Status != http.StatusOK {
		t.Fatalf("the picture after kill -9: %d", a.Status)
	}

	// The same checkout runs once.
	again := h.process(t)
	h.launch(t, again)
	again.awaitEnd(t)
	if code := again.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(again.Log(), "this checkout runs already") {
		t.Errorf("exit code %d: %s", code, again.Log())
	}
	minji.Published(t, minji.Publish(t, "still here"))
}

func TestRunSideBySide(t *testing.T) {
	t.Parallel()
	one, two := newHouse(t), newHouse(t)
	for _, h := range []*house{one, two} {
		h.noDemo(t)
		h.open(t, h.run)
	}
	if one.run.URL == two.run.URL {
		t.Errorf("both at %s", one.run.URL)
	}
	for _, h := range []*house{one, two} {
		minji := h.SignUp(t, "minji")
		minji.Published(t, minji.Publish(t, "mine"))
	}
}

func TestRunOnTakenAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.noDemo(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	p := h.process(t, "LISTEN="+taken.Addr().String())
	h.launch(t, p)
	p.awaitEnd(t)
	lines := strings.Split(strings.TrimSpace(p.Log()), "\n")
	want := "styleshare: LISTEN: cannot listen on " + taken.Addr().String() + ": choose another address"
	if code := p.cmd.ProcessState.ExitCode(); code != 1 || !strings.HasPrefix(lines[len(lines)-1], want) {
		t.Errorf("exit code %d: %s", code, p.Log())
	}
	if pids := h.children(t); len(pids) != 0 {
		t.Errorf("parts are left: %v", pids)
	}
}

// TestRunInterruptedWhileSeeding ends in peace, and has a part end under it at the next start.
func TestRunInterruptedWhileSeeding(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.launch(t, h.run)
	drawing := func() bool { return strings.Contains(h.run.Log(), "Drawing and publishing") }
	WaitFor(t, "the seed", drawing)
	h.run.signal(t, syscall.SIGINT)
	h.run.awaitEnd(t)
	if !h.run.cmd.ProcessState.Success() || strings.Contains(h.run.Log(), "styleshare: ") {
		t.Errorf("it ended: %v\n%s", h.run.cmd.ProcessState, h.run.events())
	}
	if pids := h.children(t); len(pids) != 0 {
		t.Errorf("parts are left: %v", pids)
	}

	p := h.process(t)
	h.launch(t, p)
	WaitFor(t, "the seed", func() bool { return strings.Contains(p.Log(), "Drawing and publishing") })
	memcached, err := os.ReadFile(filepath.Join(devstack.DataDir(h.dir), "pids", "memcached"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(memcached))
	if err != nil {
		t.Fatal(err)
	}
	if err = syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.awaitEnd(t)
	if code := p.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(p.Log(), "styleshare: memcached ended unexpectedly") {
		t.Errorf("exit code %d: %s", code, p.events())
	}
	if pids := h.children(t); len(pids) != 0 {
		t.Errorf("parts are left: %v", pids)
	}
}
