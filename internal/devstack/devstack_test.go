package devstack_test

import (
	"context"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/devstack"
	"styleshare/internal/storage"
)

// everything is what a machine without any settings needs.
var everything = devstack.Needed(func(string) string { return "" })

// checkout makes a directory that counts as a checkout of its own: it has the gateway's source, and nothing else.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "tools", "s3gateway"), os.DirFS("../../tools/s3gateway")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(devstack.DataDir(dir)); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func start(t *testing.T, dir string, need ...devstack.Name) *devstack.Stack {
	t.Helper()
	s, err := devstack.Start(t.Context(), devstack.Options{Dir: dir, Need: need, Out: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// query runs one statement that gives one text.
func query(t *testing.T, databaseURL, statement string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var answer string
	if err := conn.QueryRow(t.Context(), statement).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// talk sends one line to a part and returns what it answers until it closes.
func talk(t *testing.T, address, lines string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(lines)); err != nil {
		t.Fatal(err)
	}
	var answer strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		answer.Write(buf[:n])
		if err != nil {
			return answer.String()
		}
	}
}

// redisDo runs one command on a Redis.
func redisDo(t *testing.T, part *devstack.Part, command string) string {
	t.Helper()
	password := strings.TrimPrefix(strings.Split(part.URL(), "@")[0], "redis://:")
	return talk(t, part.Addr(), "AUTH "+password+"\r\n"+command+"\r\nQUIT\r\n")
}

func bucket(t *testing.T, s *devstack.Stack) *storage.Store {
	t.Helper()
	store, err := storage.New(t.Context(), devstack.S3Config(s.Part(devstack.S3)))
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// leave puts something into every part that keeps data, and find looks for it.
func leave(t *testing.T, s *devstack.Stack) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "create table kept as select '원피스' as word"); err != nil {
		t.Fatal(err)
	}
	if answer := redisDo(t, s.Part(devstack.Redis), "SET kept yes"); !strings.Contains(answer, "+OK") {
		t.Fatal(answer)
	}
	if err := bucket(t, s).Put(t.Context(), "originals/kept", "image/png", "", []byte("bytes")); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, s *devstack.Stack) {
	t.Helper()
	if word := query(t, s.DatabaseURL, "select word from kept"); word != "원피스" {
		t.Errorf("PostgreSQL kept %q", word)
	}
	if answer := redisDo(t, s.Part(devstack.Redis), "GET kept"); !strings.Contains(answer, "yes") {
		t.Errorf("Redis kept %q", answer)
	}
	if got, err := bucket(t, s).Get(t.Context(), "originals/kept", 100); err != nil || string(got) != "bytes" {
		t.Errorf("the gateway kept %q, %v", got, err)
	}
}

func TestSecondStartKeepsData(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	first := start(t, dir, everything...)
	leave(t, first)
	first.Stop()
	find(t, start(t, dir, everything...))
}

func TestSideBySideAndOnlyOnce(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	one, two := start(t, dir, everything...), start(t, checkout(t), everything...)
	for _, name := range everything {
		if one.Part(name).Addr() == two.Part(name).Addr() {
			t.Errorf("%s of both is at %s", name, one.Part(name).Addr())
		}
	}
	leave(t, one)
	leave(t, two) // would fail on the table that exists, were it the same
	again, err := devstack.Start(t.Context(), devstack.Options{Dir: dir, Need: everything})
	if err == nil {
		again.Stop()
		t.Fatal("the same checkout starts twice")
	}
	if want := strconv.Itoa(os.Getpid()); !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "stop that one") {
		t.Errorf("no way out in: %v", err)
	}
	find(t, one)
}

func TestNamedStackRunsBeside(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	s := start(t, dir, devstack.Memcached)
	other := devstack.Options{Dir: dir, Name: "other", Need: []devstack.Name{devstack.PostgreSQL}, Settings: []string{"max_connections=17"}}
	t.Cleanup(func() {
		if err := os.RemoveAll(devstack.DataDir(dir) + "-other"); err != nil {
			t.Error(err)
		}
	})
	named, err := devstack.Start(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(named.Stop)
	if got := query(t, named.DatabaseURL, "show max_connections"); got != "17" {
		t.Errorf("%s connections", got)
	}
	if one, two := s.Part(devstack.Memcached).PID(), named.Part(devstack.PostgreSQL).PID(); one == 0 || two == 0 || one == two {
		t.Errorf("processes %d and %d", one, two)
	}
	if again, err := devstack.Start(t.Context(), other); err == nil {
		again.Stop()
		t.Error("the same stack runs twice")
	}
}

func TestTakenPorts(t *testing.T) {
	t.Parallel()
	preferred := map[devstack.Name]string{
		devstack.PostgreSQL: "127.0.0.1:15432", devstack.Redis: "127.0.0.1:16379",
		devstack.Memcached: "127.0.0.1:15211", devstack.S3: "127.0.0.1:19000",
	}
	taken := map[devstack.Name]bool{} // by this test: somebody else may give one up at any moment
	for name, address := range preferred {
		if l, err := net.Listen("tcp", address); err == nil {
			t.Cleanup(func() { _ = l.Close() })
			taken[name] = true
		}
	}
	if len(taken) == 0 {
		t.Log("others have all of the ports")
	}
	s := start(t, checkout(t), everything...)
	for _, name := range everything {
		if taken[name] && s.Part(name).Addr() == preferred[name] {
			t.Errorf("%s answers on the taken %s", name, preferred[name])
		}
	}
	leave(t, s)
}

func TestOnlyWhatIsMissingIsStarted(t *testing.T) {
	t.Parallel()
	settings := map[string]string{"REDIS_URL": "redis://elsewhere", "S3_ENDPOINT": "https://elsewhere"}
	need := devstack.Needed(func(name string) string { return settings[name] })
	if want := []devstack.Name{devstack.PostgreSQL, devstack.Memcached}; !slices.Equal(need, want) {
		t.Fatalf("needed: %v, want %v", need, want)
	}
	dir := checkout(t)
	s := start(t, dir, devstack.Memcached)
	if s.Part(devstack.Redis) != nil || s.RedisURL != "" || s.DatabaseURL != "" || s.S3Endpoint != "" {
		t.Errorf("started or named: %+v", s)
	}
	if s.MemcachedServers != s.Part(devstack.Memcached).Addr() || !slices.Equal(s.Environ(), []string{"MEMCACHED_SERVERS=" + s.MemcachedServers}) {
		t.Errorf("memcached is at %q, environment %v", s.MemcachedServers, s.Environ())
	}
	if err := s.StopPart(devstack.Redis); err == nil {
		t.Error("a part that is not there was stopped")
	}
	if pids := slices.Collect(maps.Keys(children(t, dir))); !slices.Equal(pids, []string{"memcached"}) {
		t.Errorf("children: %v", pids)
	}
}

func TestPartsStopAndStart(t *testing.T) {
	t.Parallel()
	s := start(t, checkout(t), everything...)
	leave(t, s)
	for _, name := range everything {
		address := s.Part(name).Addr()
		if err := s.StopPart(name); err != nil {
			t.Fatal(err)
		}
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			t.Errorf("%s answers although it is stopped", name)
		}
		if err := s.StartPart(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if s.Part(name).Addr() != address {
			t.Errorf("%s moved from %s to %s", name, address, s.Part(name).Addr())
		}
	}
	find(t, s)
	select {
	case err := <-s.Failed():
		t.Errorf("a stop that was asked for is reported: %v", err)
	default:
	}
}

func TestDeadPartIsReported(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	s := start(t, dir, devstack.Redis)
	if err := syscall.Kill(children(t, dir)["redis"], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.Failed():
		if !strings.HasPrefix(err.Error(), "Redis ended unexpectedly (signal: killed)") {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody noticed")
	}
}

func TestEphemeralLeavesNothing(t *testing.T) {
	t.Parallel()
	s, err := devstack.Start(t.Context(), devstack.Options{Dir: ".", Need: everything, Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	dir := query(t, s.DatabaseURL, "show data_directory")
	leave(t, s)
	s.Stop()
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

// TestOrphansEnd is about systems without a signal for a dead parent.
func TestOrphansEnd(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	start(t, dir, devstack.Memcached).Stop()
	// Both are recorded, but the second is a stranger that got the number of a process that is gone.
	orphan := exec.Command("sh", "-c", "while :; do sleep 1; done", devstack.DataDir(dir)+"/redis")
	stranger := exec.Command("sh", "-c", "while :; do sleep 1; done")
	for name, cmd := range map[string]*exec.Cmd{"redis": orphan, "s3": stranger} {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		if err := os.WriteFile(filepath.Join(devstack.DataDir(dir), "pids", name), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error, 2)
	go func() { ended <- orphan.Wait() }()
	strangerEnded := make(chan error, 1)
	go func() { strangerEnded <- stranger.Wait() }()
	start(t, dir, devstack.Memcached)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the orphan lives")
	}
	select {
	case err := <-strangerEnded:
		t.Errorf("the stranger ended: %v", err)
	default:
	}
}

// children gives the ids of the running parts of a checkout.
func children(t *testing.T, dir string) map[string]int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(devstack.DataDir(dir), "pids", "*"))
	if err != nil {
		t.Fatal(err)
	}
	pids := map[string]int{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if pids[filepath.Base(file)], err = strconv.Atoi(string(b)); err != nil {
			t.Fatal(err)
		}
	}
	return pids
}
