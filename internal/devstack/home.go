package devstack

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"styleshare/internal/devstack/prepare"
)

// persistentRoot holds the data of `run`. It is short (the path of a Unix socket ends at 107 bytes), and, unlike a checkout
// under somebody's home, other users can pass through it: PostgreSQL refuses to run as root.
const persistentRoot = "/var/tmp"

// passable lets the unprivileged children through to their own directories, and nobody look around.
const passable = 0o711

// Room a stack wants to have on its disk before it starts.
const (
	persistentRoom = 512 << 20
	ephemeralRoom  = 1 << 30
)

// home is the directory of one stack:
//
//	lock           held while the stack runs; holds the id of the process that runs it
//	secrets.json   generated once, readable by its owner only
//	log/  pids/    one file for each part
//	postgresql/  redis/  memcached/  s3/
type home struct {
	dir       string
	checkout  string
	ephemeral bool
	name      string
	settings  []string // of PostgreSQL
	lock      *os.File
	secrets   secrets
	child     *syscall.Credential // who PostgreSQL, Redis and memcached run as; nil for the user of this process

	mu  sync.Mutex // guards out
	out io.Writer
}

// secrets are the generated passwords of one stack.
type secrets struct {
	PostgreSQL string `json:"postgresql"`
	Redis      string `json:"redis"`
	S3Key      string `json:"s3Key"`
	S3Secret   string `json:"s3Secret"`
}

// openHome makes or finds the directory, takes its lock and ends what an earlier, killed stack left running.
func openHome(o Options) (*home, error) {
	checkout, err := prepare.Checkout(o.Dir)
	if err != nil {
		return nil, err
	}
	h := &home{checkout: checkout, ephemeral: o.Ephemeral, name: o.Name, settings: o.Settings}
	h.out = &syncWriter{mu: &h.mu, w: o.Out}
	if h.child, err = unprivileged(); err != nil {
		return nil, err
	}
	if o.Ephemeral {
		sweepEphemeral()
		err = h.makeEphemeral()
	} else {
		err = h.makePersistent()
	}
	if err != nil {
		return nil, err
	}
	if err := h.takeLock(); err != nil {
		return nil, err
	}
	if err := h.fill(); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *home) makePersistent() error {
	h.dir = DataDir(h.checkout)
	if h.name != "" {
		h.dir += "-" + h.name
	}
	if err := needRoom(persistentRoot, persistentRoom); err != nil {
		return err
	}
	// /var/tmp is everybody's: a directory that somebody else put there is not used.
	if err := os.Mkdir(h.dir, passable); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("the data directory cannot be made: %w", err)
	}
	info, err := os.Lstat(h.dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || info.Mode().Perm()&0o022 != 0 || ownerOf(info) != os.Geteuid() {
		return fmt.Errorf("%s is not a directory of this user alone: remove it and start again", h.dir)
	}
	return nil
}

func (h *home) makeEphemeral() error {
	root := ""
	for _, r := range scratchRoots {
		if err := needRoom(r, ephemeralRoom); err == nil {
			root = r
			break
		}
	}
	if root == "" {
		return fmt.Errorf("neither of %s has 1 GB free for the tests' servers: free some space and start again", strings.Join(scratchRoots, ", "))
	}
	dir, err := os.MkdirTemp(root, ephemeralPrefix)
	if err != nil {
		return err
	}
	h.dir = dir
	return os.Chmod(dir, passable)
}

func (h *home) takeLock() error {
	f, err := os.OpenFile(h.path("lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(f, 20))
		_ = f.Close()
		return fmt.Errorf("this checkout runs already (process %s): stop that one first, or use a second checkout", strings.TrimSpace(string(holder)))
	}
	h.lock = f
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// fill makes the sub-directories and the secrets, and ends orphans. The lock is held.
func (h *home) fill() error {
	for _, d := range []string{"log", "pids"} {
		if err := os.MkdirAll(h.path(d), 0o700); err != nil {
			return err
		}
	}
	if err := h.endOrphans(); err != nil {
		return err
	}
	return h.loadSecrets()
}

func (h *home) loadSecrets() error {
	file := h.path("secrets.json")
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		h.secrets = secrets{PostgreSQL: rand.Text(), Redis: rand.Text(), S3Key: rand.Text()[:20], S3Secret: rand.Text()}
		if b, err = json.Marshal(h.secrets); err != nil {
			return err
		}
		// Renamed into place: a start that is killed here leaves no half-written secrets behind.
		if err := os.WriteFile(file+".new", b, 0o600); err != nil {
			return err
		}
		return os.Rename(file+".new", file)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &h.secrets); err != nil {
		return fmt.Errorf("%s is damaged: remove %s to begin with empty data (%w)", file, h.dir, err)
	}
	return nil
}

// close releases the lock; an ephemeral home is removed.
func (h *home) close() {
	if h.ephemeral {
		_ = os.RemoveAll(h.dir)
	}
	_ = h.lock.Close()
}

func (h *home) path(elem string) string     { return filepath.Join(h.dir, elem) }
func (h *home) logPath(name Name) string    { return h.path("log/" + string(name) + ".log") }
func (h *home) pidFile(name Name) string    { return h.path("pids/" + string(name)) }
func (h *home) forget(name Name)            { _ = os.Remove(h.pidFile(name)) }
func (h *home) preferred(port int) int      { return map[bool]int{false: port}[h.ephemeral] }
func (h *home) say(format string, a ...any) { _, _ = fmt.Fprintf(h.out, format+"\n", a...) }

func (h *home) remember(name Name, pid int) error {
	return os.WriteFile(h.pidFile(name), []byte(strconv.Itoa(pid)), 0o600)
}

// openLog begins a new log for a part; the one before is kept beside it.
func (h *home) openLog(name Name) (*os.File, error) {
	file := h.logPath(name)
	_ = os.Rename(file, file+".old")
	return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

// privateDir makes a directory that only the children's user can enter.
func (h *home) privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return h.give(dir)
}

// give makes the children's user the owner of a file.
func (h *home) give(file string) error {
	if h.child == nil {
		return nil
	}
	return os.Chown(file, int(h.child.Uid), int(h.child.Gid))
}

// asChild makes a command that runs as the children's user, with nothing of this process's environment but PATH.
func (h *home) asChild(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = "/" // the user may not be able to enter the current directory
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=" + childLocale, "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: h.child}
	return cmd
}

// unprivileged is the user for children when this process is root: PostgreSQL refuses root, and the others need no rights.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseInt(u.Uid, 10, 64)
		gid, err2 := strconv.ParseInt(u.Gid, 10, 64)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root and there is neither a user postgres nor nobody: add one of them")
}

func ownerOf(info os.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}

// needRoom says so when the disk of dir has less than want bytes free.
func needRoom(dir string, want uint64) error {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if free := s.Bavail * uint64(s.Bsize); free < want {
		return fmt.Errorf("the disk of %s is full (%d MB free, %d MB wanted): free some space and start again", dir, free>>20, want>>20)
	}
	return nil
}

// syncWriter lets parts that start at the same time write whole lines.
type syncWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// DataDir is where Start keeps the data of a checkout; that of a named stack is beside it.
func DataDir(checkout string) string {
	if abs, err := filepath.Abs(checkout); err == nil {
		checkout = abs
	}
	if target, err := filepath.EvalSymlinks(checkout); err == nil {
		checkout = target
	}
	sum := sha256.Sum256([]byte(checkout))
	return filepath.Join(persistentRoot, "styleshare-"+strconv.Itoa(os.Geteuid())+"-"+hex.EncodeToString(sum[:5]))
}
