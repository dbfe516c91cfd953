//go:build cluster

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/devstack/prepare"
	"styleshare/models/migrations"
)

// cluster is a primary and a streaming replica of one test, with a database in them. Poolers are put in front when asked for.
type cluster struct {
	dir              string // short, because sockets are in it
	primary, replica *child
	name             string // of the database
}

// child is a server of the cluster.
type child struct {
	title string
	port  int
	args  []string
	dir   string
	cmd   *exec.Cmd
	done  chan struct{}
}

// newCluster starts a primary and a replica, and makes the database.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	bin, _, err := prepare.PostgreSQL(0)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/var/tmp", "cluster-") //nolint:usetesting // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c := &cluster{dir: dir, name: "styleshare"}
	if id := postgresUser(); id != nil {
		if err = os.Chown(dir, int(id.Uid), int(id.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	server := func(title string) *child {
		s := &child{title: title, port: freePort(t), dir: dir}
		s.args = []string{filepath.Join(bin, "postgres"), "-D", filepath.Join(dir, title), "-p", strconv.Itoa(s.port)}
		for _, setting := range []string{"listen_addresses=127.0.0.1", "unix_socket_directories=" + dir, "fsync=off", "max_connections=200",
			"wal_level=replica", "hot_standby=on", "wal_keep_size=256MB", "logging_collector=off"} {
			s.args = append(s.args, "-c", setting)
		}
		return s
	}
	c.primary, c.replica = server("primary"), server("replica")
	c.run(t, filepath.Join(bin, "initdb"), "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-U", "styleshare", "--auth=trust", "-D", filepath.Join(dir, "primary"))
	c.primary.start(t)
	exec1(t, c.primary.url("postgres"), "create database "+c.name)
	if err = migrations.Apply(t.Context(), c.primary.url(c.name)); err != nil {
		t.Fatal(err)
	}
	c.run(t, filepath.Join(bin, "pg_basebackup"), "-D", filepath.Join(dir, "replica"), "-R", "-X", "stream", "-c", "fast", "--no-sync",
		"-d", "host=127.0.0.1 user=styleshare port="+strconv.Itoa(c.primary.port))
	c.replica.start(t)
	return c
}

// pgbouncer is in front of both servers, in transaction mode, with few connections for many transactions.
func (c *cluster) pgbouncer(t *testing.T) *child {
	t.Helper()
	b := &child{title: "pgbouncer", port: freePort(t), dir: c.dir}
	c.write(t, "users.txt", `"styleshare" ""`)
	c.write(t, "pgbouncer.ini", fmt.Sprintf(`[databases]
%[1]s = host=127.0.0.1 port=%[2]d
%[1]s_replica = host=127.0.0.1 port=%[3]d dbname=%[1]s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %[4]d
unix_socket_dir =
auth_type = trust
auth_file = %[5]s/users.txt
pool_mode = transaction
default_pool_size = 6
max_client_conn = 500
`, c.name, c.primary.port, c.replica.port, b.port, c.dir))
	b.args = []string{program(t, "pgbouncer"), filepath.Join(c.dir, "pgbouncer.ini")}
	b.start(t)
	return b
}

// pgpool is in front of the primary, which it finds among both; it balances nothing.
func (c *cluster) pgpool(t *testing.T) *child {
	t.Helper()
	p := &child{title: "pgpool", port: freePort(t), dir: c.dir}
	c.write(t, "pcp.conf", "")
	c.write(t, "pgpool.conf", fmt.Sprintf(`backend_clustering_mode = 'streaming_replication'
listen_addresses = '127.0.0.1'
port = %d
socket_dir = '%[2]s'
pcp_listen_addresses = ''
pcp_socket_dir = '%[2]s'
pcp_port = %[3]d
pid_file_name = '%[2]s/pgpool.pid'
logdir = '%[2]s'
backend_hostname0 = '127.0.0.1'
backend_port0 = %[4]d
backend_hostname1 = '127.0.0.1'
backend_port1 = %[5]d
backend_flag0 = 'DISALLOW_TO_FAILOVER'
backend_flag1 = 'DISALLOW_TO_FAILOVER'
load_balance_mode = off
num_init_children = 64
max_pool = 1
sr_check_user = 'styleshare'
sr_check_database = 'postgres'
sr_check_period = 5
enable_pool_hba = off
pool_passwd = ''
`, p.port, c.dir, freePort(t), c.primary.port, c.replica.port))
	p.args = []string{program(t, "pgpool"), "-n", "-f", filepath.Join(c.dir, "pgpool.conf"), "-F", filepath.Join(c.dir, "pcp.conf")}
	p.start(t)
	return p
}

func program(t *testing.T, name string) string {
	t.Helper()
	path, err := prepare.Program(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func (c *cluster) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a program to its end.
func (c *cluster) run(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: postgresUser()}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(args[0]), err, out)
	}
}

// postgresUser is whom PostgreSQL runs as; nil is the user of the tests, unless that is root, whom it refuses.
func postgresUser() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		panic("cluster: there is no user postgres, which the package postgresql makes")
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32) // numbers on every system that has such users
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *child) url(database string) string {
	return fmt.Sprintf("postgres://styleshare@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// start starts the server, again after kill, and waits until it answers. It ends with the test.
func (s *child) start(t *testing.T) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, s.title+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd = exec.Command(s.args[0], s.args[1:]...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.dir, log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: postgresUser()}
	tie(s.cmd.SysProcAttr)
	s.done = make(chan struct{})
	started := make(chan error, 1)
	go func() { // see Process.run
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			_ = s.cmd.Wait() // it is killed in the end
		}
		close(s.done)
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.kill(t) })
	WaitFor(t, s.title+" to answer", func() bool {
		select {
		case <-s.done:
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("%s ended:\n%s", s.title, text)
		default:
		}
		return attempt(t.Context(), s.url(map[bool]string{true: "styleshare", false: "postgres"}[s.title == "pgbouncer"]), "select 1") == nil
	})
}

// kill ends the server and all its processes at once, as the loss of a machine does.
func (s *child) kill(t *testing.T) {
	t.Helper()
	s.signal(t, syscall.SIGKILL)
	<-s.done
}

// signal is sent to the server and all its processes; each of PostgreSQL's leads a session of its own.
func (s *child) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	pid := strconv.Itoa(s.cmd.Process.Pid)
	children, _ := exec.Command("pgrep", "-P", pid).Output() // an error says that there are none
	for _, field := range append([]string{pid}, strings.Fields(string(children))...) {
		if pid, err := strconv.Atoi(field); err != nil {
			t.Error(err)
		} else if err = syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Error(err)
		}
	}
}

// statementTimeout leaves a promotion, which writes a checkpoint, its time on a busy disk.
const statementTimeout = time.Minute

// attempt runs a statement that may fail.
func attempt(ctx context.Context, url, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, statementTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, statement)
	return err
}

// exec1 runs a statement.
func exec1(t *testing.T, url, statement string) {
	t.Helper()
	if err := attempt(t.Context(), url, statement); err != nil {
		t.Fatal(err)
	}
}

// metric is the value of one time series of a server, 0 for one that is not there.
func (p *Process) metric(t *testing.T, series string) float64 {
	t.Helper()
	answer := Send(t, "GET", p.AdminURL+"/metrics", nil)
	for line := range strings.Lines(string(answer.Body)) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	return 0
}
