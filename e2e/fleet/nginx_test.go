//go:build fleet

package fleet

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"styleshare/internal/devstack/prepare"
)

// program finds one that `make fleet-test` installs.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := prepare.Program(name)
	if err != nil {
		t.Fatalf("%v: run make fleet-test", err)
	}
	return path
}

// reserve gives an address whose port is free.
func reserve(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

const shippedNginx = root + "/deploy/nginx"

// startNginx starts nginx with the shipped configuration at an address, in front of servers and the object store of the stack,
// until the test ends. Only addresses, the bucket, the places of files, how much it logs and how many files it may open are
// this test's.
func startNginx(t testing.TB, address string, s *stack, store string, servers ...string) {
	t.Helper()
	dir := t.TempDir()
	var upstream strings.Builder
	for _, url := range servers {
		fmt.Fprintf(&upstream, "server %s max_fails=0; ", strings.TrimPrefix(url, "http://"))
	}
	changes := [][2]string{
		{"server 127.0.0.1:8080 max_fails=0;", upstream.String()}, {"server 127.0.0.1:8090 max_fails=0;", ""},
		{"listen 80 ", "listen " + address + " "}, {"/var/log/nginx", dir}, {"/run/nginx.pid", dir + "/nginx.pid"},
		{"# include snippets/styleshare-store.conf", "include snippets/styleshare-store.conf"},
		{"^/styleshare(", "^/" + s.bucket.Bucket + "("}, {"http://127.0.0.1:9000", store},
		{"error.log crit;", "error.log error;"}, // what nobody may see in production helps here
		{"worker_rlimit_nofile 65536;", ""},     // which not every machine allows
		{"http {", fmt.Sprintf("http { client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;", dir)},
	}
	if os.Geteuid() == 0 {
		changes = append(changes, [2]string{"user www-data;", "user root;"}) // the directory is the test's alone
	}
	config := installNginx(t, dir, changes)
	serveNginx(t, exec.Command(program(t, "nginx"), "-c", config, "-g", "daemon off;"), dir, address)
}

// installNginx copies the shipped files with changes, each of which must have something to change.
func installNginx(t testing.TB, dir string, changes [][2]string) (config string) {
	t.Helper()
	unused := map[string]bool{}
	for _, change := range changes {
		unused[change[0]] = true
	}
	err := filepath.WalkDir(shippedNginx, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, change := range changes {
			if bytes.Contains(text, []byte(change[0])) {
				text = bytes.ReplaceAll(text, []byte(change[0]), []byte(change[1]))
				delete(unused, change[0])
			}
		}
		to := filepath.Join(dir, strings.TrimPrefix(path, shippedNginx))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o600)
	})
	if err != nil || len(unused) > 0 {
		t.Fatalf("%v; not in the shipped configuration: %v", err, unused)
	}
	return filepath.Join(dir, "nginx.conf")
}

// serveNginx runs it until the test ends, and returns once it takes connections.
func serveNginx(t testing.TB, cmd *exec.Cmd, dir, address string) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	ended := startOnOneThread(t, cmd)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		log, _ := os.ReadFile(dir + "/error.log")
		if bytes.Contains(log, []byte("[crit]")) || bytes.Contains(log, []byte("[alert]")) || said.Len() > 0 || t.Failed() {
			t.Errorf("nginx wrote: %s%s", said.String(), log)
		}
	})
	waitFor(t, "nginx takes connections", func() bool {
		select {
		case <-ended:
			t.Fatalf("nginx ended: %s", said.String())
		default:
		}
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// TestNginxTakesTheConfigurationAsItIs asks nginx itself.
func TestNginxTakesTheConfigurationAsItIs(t *testing.T) {
	path, err := filepath.Abs(shippedNginx + "/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program(t, "nginx"), "-t", "-c", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), "[warn]") {
		t.Errorf("%v: %s", err, out)
	}
}

// edge is servers and a worker behind nginx, and everything that they need.
type edge struct {
	*stack
	url     string
	picture []byte
	servers []*supervised
	worker  *supervised

	address, store string // of nginx, and of the store behind it
	environment    []string
}

// prepareEdge starts what stands behind the servers. The object store is reached through nginx too, by them as by phones.
func prepareEdge(t testing.TB, s *stack) *edge {
	t.Helper()
	e := &edge{stack: s, picture: drawing(t), address: reserve(t)}
	e.url, e.store = "http://"+e.address, e.bucket.Endpoint
	e.bucket.Endpoint, e.bucket.PublicURL = e.url, e.url+"/"+e.bucket.Bucket
	e.environment = e.stack.environment("TRUSTED_PROXIES=127.0.0.1/32")
	return e
}

// newEdge starts all of it, with so many servers.
func newEdge(t testing.TB, servers int) *edge {
	t.Helper()
	return newEdgeOn(t, newStack(t), servers)
}

// newEdgeOn is newEdge on what is there already.
func newEdgeOn(t testing.TB, s *stack, servers int) *edge {
	t.Helper()
	e := prepareEdge(t, s)
	var urls []string
	for range servers {
		server := supervise(t, "serve", "public", e.environment)
		e.servers = append(e.servers, server)
		urls = append(urls, server.url)
	}
	e.worker = supervise(t, "worker", "admin", e.environment)
	startNginx(t, e.address, e.stack, e.store, urls...)
	for _, p := range append([]*supervised{e.worker}, e.servers...) {
		waitFor(t, p.command+" is ready", func() bool { return status(t, p.url+"/readyz") == http.StatusOK })
	}
	return e
}

// status asks on a connection of its own; 0 where no answer comes, as from a socket behind which nobody is.
func status(t testing.TB, url string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
