package systemd

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain has the process be the child of a test where that asks for it: it answers one connection on each socket.
func TestMain(m *testing.M) {
	if os.Getenv("SYSTEMD_TEST_CHILD") == "" {
		os.Exit(m.Run())
	}
	_ = os.Setenv("LISTEN_PID", strconv.Itoa(os.Getpid())) // which the parent cannot know
	sockets, err := Sockets()
	if err != nil {
		fmt.Fprintln(os.Stdout, "error:", err)
		os.Exit(0)
	}
	for _, name := range []string{SocketPublic, SocketAdmin} {
		if l := sockets[name]; l != nil {
			conn, err := l.Accept()
			if err != nil {
				fmt.Fprintln(os.Stdout, "error:", err)
				os.Exit(0)
			}
			_, _ = io.WriteString(conn, name)
			_ = conn.Close()
		}
	}
	fmt.Fprintln(os.Stdout, "sockets:", len(sockets))
	os.Exit(0)
}

// child runs this program with sockets of these names, and gives what came from each and what the child printed.
func child(t *testing.T, names ...string) (heard []string, printed string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "SYSTEMD_TEST_CHILD=1", "LISTEN_FDS="+strconv.Itoa(len(names)), "LISTEN_FDNAMES="+strings.Join(names, ":"))
	var conns []net.Conn
	for range names {
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		file, err := l.File()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		t.Cleanup(func() { _ = l.Close() })
		cmd.ExtraFiles = append(cmd.ExtraFiles, file)
		conn, err := net.Dial("tcp", l.Addr().String()) // waits in the socket, as while a process is replaced
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		conns = append(conns, conn)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.HasPrefix(string(out), "error:") {
		return nil, string(out)
	}
	for _, conn := range conns {
		text, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		heard = append(heard, string(text))
	}
	return heard, string(out)
}

func TestSocketsAreToldApartByName(t *testing.T) {
	t.Parallel()
	heard, printed := child(t, "admin", "public")
	if strings.Join(heard, " ") != "admin public" || printed != "sockets: 2\n" {
		t.Errorf("heard %q, printed %s", heard, printed)
	}
}

func TestSocketsOfOtherNames(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"styleshare@8080.socket"}, {"public", "public"}, {"public", "metrics"}} {
		if _, printed := child(t, names...); !strings.Contains(printed, "FileDescriptorName public and admin") {
			t.Errorf("%v: %s", names, printed)
		}
	}
}

func TestWithoutSystemd(t *testing.T) {
	sockets, err := Sockets()
	if len(sockets) != 0 || err != nil {
		t.Errorf("%v, %v", sockets, err)
	}
	var said strings.Builder
	log := slog.New(slog.NewTextHandler(&said, nil))
	Ready(log)
	Watchdog(t.Context(), log) // returns
	if said.Len() > 0 {
		t.Error(said.String())
	}
}

func TestStatesAreTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	_ = manager.SetReadDeadline(time.Now().Add(time.Minute))
	hears := func(want string) {
		t.Helper()
		b := make([]byte, 100)
		n, err := manager.Read(b)
		if err != nil || string(b[:n]) != want {
			t.Errorf("got %q, %v, want %s", b[:n], err, want)
		}
	}
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "2000")
	log := slog.New(slog.DiscardHandler)
	Ready(log)
	hears("READY=1")
	Stopping(log)
	hears("STOPPING=1")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Watchdog(ctx, log)
	}()
	hears("WATCHDOG=1")
	hears("WATCHDOG=1")
	cancel()
	<-ended
}
