package devstack_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"styleshare/internal/devstack"
)

// parentVariable makes this test binary a small server that starts everything for the checkout it names and waits.
const parentVariable = "DEVSTACK_TEST_CHECKOUT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentVariable); dir != "" {
		if _, err := devstack.Start(context.Background(), devstack.Options{Dir: dir, Need: everything}); err != nil {
			_, _ = fmt.Fprintln(os.Stdout, err)
			os.Exit(1)
		}
		_, _ = fmt.Fprintln(os.Stdout, "ready")
		select {}
	}
	os.Exit(m.Run())
}

func TestKilledParentLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	start(t, dir, everything...).Stop() // makes the cluster
	for round := range 3 {
		first := kill(t, dir)
		for name, pid := range first {
			waitGone(t, name, pid)
		}
		if len(first) != len(everything) {
			t.Fatalf("round %d had the children %v", round, first)
		}
	}
	s := start(t, dir, everything...)
	leave(t, s)
	s.Stop()
	// Started again at once, without waiting for anybody to be gone.
	kill(t, dir)
	find(t, start(t, dir, everything...))
}

// kill starts a parent of its own for the checkout, kills it the hard way once all answer, and returns its children.
func kill(t *testing.T, dir string) map[string]int {
	t.Helper()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentVariable+"="+dir)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	pids := children(t, dir)
	_ = parent.Process.Kill()
	_ = parent.Wait()
	if err != nil || line != "ready\n" {
		t.Fatalf("the parent said %q, %v", line, err)
	}
	return pids
}

// waitGone waits until a process is gone or at least dead (nobody may be there to collect it in a container).
func waitGone(t *testing.T, name string, pid int) {
	t.Helper()
	late := time.After(20 * time.Second)
	for tick := time.Tick(5 * time.Millisecond); ; {
		if b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline"); err != nil || len(b) == 0 {
			return
		}
		select {
		case <-late:
			t.Errorf("%s (process %d) outlived its parent", name, pid)
			return
		case <-tick:
		}
	}
}
