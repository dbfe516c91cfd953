//go:build fleet

package fleet

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// manager is a systemd that runs the shipped units as they are: the first process of namespaces of its own on this
// machine, with the binary in /usr/bin and the configuration in /etc/styleshare. Its units use the machine's network.
type manager struct {
	dir   string
	group string // its control group
	pid   int    // in the machine's own numbers
}

// targets are those that units refer to, without what a whole system hangs on them.
var targets = []string{"basic", "sysinit", "sockets", "shutdown", "network-online", "multi-user"}

// startSystemd starts it with these variables in the units' EnvironmentFile.
func startSystemd(t testing.TB, environment []string) *manager {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("only root may start a systemd in namespaces of its own: run this test as root")
	}
	m := &manager{dir: t.TempDir(), group: "styleshare-test-" + strconv.Itoa(os.Getpid())}
	for _, unit := range shippedUnits(t) {
		m.write(t, "units/"+filepath.Base(unit.name), unit.text)
	}
	for _, target := range targets {
		m.write(t, "units/"+target+".target", "[Unit]\nDefaultDependencies=no\n")
	}
	for _, service := range []string{"styleshare@", "styleshare-worker@", "styleshare-scheduler"} { // nobody keeps a journal here
		m.write(t, "units/"+service+".service.d/log.conf", "[Service]\nStandardError=append:"+m.dir+"/log\n")
	}
	m.configure(t, environment)
	cmd := exec.Command(program(t, "unshare"), "--mount", "sh", "testdata/systemd.sh", m.dir, binary(t), m.group)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	ended := startOnOneThread(t, cmd)
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		m.removeGroups(t)
		if t.Failed() {
			log, _ := os.ReadFile(m.dir + "/log")
			t.Logf("systemd: %s\nits services, without requests:\n%s", said.String(), withoutRequests(string(log)))
		}
	})
	waitFor(t, "systemd is up", func() bool {
		select {
		case <-ended:
			t.Fatalf("systemd ended (it needs a machine on which namespaces, control groups and overlays may be made): %s", said.String())
		default:
		}
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", cmd.Process.Pid))
		m.pid, _ = strconv.Atoi(strings.TrimSpace(string(children)))
		return m.pid != 0 && m.command("systemctl", "is-active", "basic.target").Run() == nil
	})
	return m
}

// startOnOneThread starts a command that dies with the thread that started it, and tells when it has ended.
func startOnOneThread(t testing.TB, cmd *exec.Cmd) (ended <-chan struct{}) {
	t.Helper()
	started, done := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(done)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // whoever waits for the end looks at why
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	return done
}

// shippedUnit is a file of deploy/systemd.
type shippedUnit struct{ name, text string }

func shippedUnits(t testing.TB) (units []shippedUnit) {
	t.Helper()
	names, err := filepath.Glob(root + "/deploy/systemd/*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no units: %v", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, shippedUnit{name, string(text)})
	}
	return units
}

func (m *manager) write(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// configure writes the file that the units read.
func (m *manager) configure(t testing.TB, environment []string) {
	t.Helper()
	var file strings.Builder
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		fmt.Fprintf(&file, "%s=%q\n", name, value)
	}
	m.write(t, "etc/styleshare/styleshare.env", file.String())
}

// command runs beside systemd, where its units are.
func (m *manager) command(args ...string) *exec.Cmd {
	return exec.Command("nsenter", append([]string{"-t", strconv.Itoa(m.pid), "-m", "-p", "-C", "--"}, args...)...)
}

// run runs a command that must succeed, and gives what it prints.
func (m *manager) run(t testing.TB, args ...string) string {
	t.Helper()
	out, err := m.command(args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// mainPID is the process of a unit, in the numbers of its namespace.
func (m *manager) mainPID(t testing.TB, unit string) string {
	t.Helper()
	return m.run(t, "systemctl", "show", "--property=MainPID", "--value", unit)
}

// removeGroups takes away the control groups that systemd left.
func (m *manager) removeGroups(t testing.TB) {
	t.Helper()
	waitFor(t, "the control groups are empty", func() bool {
		return exec.Command("unshare", "--mount", "sh", "-c",
			`mount -t cgroup2 cgroup2 "$1/cgroup" && find "$1/cgroup/$2" -depth -type d -exec rmdir {} +`, "sh", m.dir, m.group).Run() == nil
	})
}

// instancePort is free, and so is the one with a 1 before it, where the admin address is.
func instancePort(t testing.TB, from int) int {
	t.Helper()
	for port := from; port < from+1000; port++ {
		free := true
		for _, number := range []string{strconv.Itoa(port), "1" + strconv.Itoa(port)} {
			l, err := net.Listen("tcp", "127.0.0.1:"+number)
			if err == nil {
				l.Close()
			}
			free = free && err == nil
		}
		if free {
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// TestUnits has systemd judge the shipped units: no mistakes, and an exposure of at most 2 on its scale to 10.
func TestUnits(t *testing.T) {
	m := &manager{dir: t.TempDir()}
	for _, unit := range shippedUnits(t) {
		m.write(t, filepath.Base(unit.name), strings.ReplaceAll(unit.text, "/usr/bin/styleshare", "/bin/true"))
	}
	for _, target := range targets {
		m.write(t, target+".target", "[Unit]\nDefaultDependencies=no\n")
	}
	services := []string{"styleshare@8080.service", "styleshare-worker@18180.service", "styleshare-scheduler.service"}
	for _, args := range [][]string{append([]string{"verify", "styleshare@8080.socket"}, services...),
		append([]string{"security", "--offline=true", "--threshold=20"}, services...)} {
		cmd := exec.Command(program(t, "systemd-analyze"), args...)
		cmd.Env = append(os.Environ(), "SYSTEMD_UNIT_PATH="+m.dir)
		out, err := cmd.CombinedOutput()
		if err != nil || args[0] == "verify" && len(out) > 0 {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "Overall") {
				t.Log(strings.TrimSpace(line))
			}
		}
	}
}

// TestSystemdRollingRestart has systemd run the shipped units, and `styleshare roll` replace all that run.
func TestSystemdRollingRestart(t *testing.T) {
	e := prepareEdge(t, newStack(t))
	m := startSystemd(t, e.environment)
	one := instancePort(t, 4000)
	two := instancePort(t, one+1)
	units := []string{fmt.Sprintf("styleshare@%d.service", one), fmt.Sprintf("styleshare@%d.service", two),
		fmt.Sprintf("styleshare-worker@1%d.service", instancePort(t, two+1)), "styleshare-scheduler.service"}
	startNginx(t, e.address, e.stack, e.store, fmt.Sprintf("http://127.0.0.1:%d", one), fmt.Sprintf("http://127.0.0.1:%d", two))
	m.run(t, append([]string{"systemctl", "start"}, units...)...)
	pids := func() (all []string) {
		for _, unit := range units {
			all = append(all, m.mainPID(t, unit))
		}
		return all
	}

	l := newLoad(t, e)
	l.begin(t.Context())
	before, began := pids(), time.Now()
	out := m.run(t, "styleshare", "roll")
	t.Logf("rolled in %.1f s:\n%s", time.Since(began).Seconds(), out)
	for i, pid := range pids() {
		if pid == before[i] {
			t.Errorf("%s was not replaced", units[i])
		}
	}
	l.end(t, e.stack)

	t.Run("KilledProcessComesBack", func(t *testing.T) {
		before := m.mainPID(t, units[0])
		m.run(t, "systemctl", "kill", "--signal=SIGKILL", units[0])
		waitFor(t, "another process", func() bool {
			pid := m.mainPID(t, units[0])
			return pid != before && pid != "0" && m.command("systemctl", "is-active", units[0]).Run() == nil
		})
	})
	t.Run("RollStopsAtTheFirstThatFails", func(t *testing.T) {
		before := pids()
		m.configure(t, append(e.environment, "LOG_FORMAT=nonsense"))
		out, err := m.command("styleshare", "roll", "--patience=5s").CombinedOutput()
		if err == nil || !strings.Contains(string(out), "styleshare-worker@") || !strings.Contains(string(out), "0 of 4 were replaced") {
			t.Errorf("%v: %s", err, out)
		}
		for i, pid := range pids() {
			if isWorker := i == 2; !isWorker && pid != before[i] {
				t.Errorf("%s was touched", units[i])
			}
		}
		newPhone(e.url, 1).do(t, "{ __typename }", nil)
		// Its mistake mended, the same command goes on.
		m.configure(t, e.environment)
		m.run(t, "styleshare", "roll")
	})
}
