package release

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// The links under the root.
const (
	current = "current"
	good    = "good"
)

// path is where a release is unpacked.
func (d *Deployment) path(version Version) string {
	return filepath.Join(d.Root, "releases", string(version))
}

// link gives the version that a link leads to, empty where there is none.
func (d *Deployment) link(name string) Version {
	target, err := os.Readlink(filepath.Join(d.Root, name))
	if err != nil {
		return ""
	}
	version, err := ParseVersion(filepath.Base(target))
	if err != nil {
		return ""
	}
	return version
}

// point has a link lead to a version. Whoever follows it at this moment gets there or to where it led before.
func (d *Deployment) point(name string, version Version) error {
	work := filepath.Join(d.Root, "."+name)
	if err := os.Remove(work); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(filepath.Join("releases", string(version)), work); err != nil {
		return err
	}
	if err := os.Rename(work, filepath.Join(d.Root, name)); err != nil {
		return err
	}
	now := time.Now()
	return errors.Join(os.Chtimes(d.path(version), now, now), syncDir(d.Root))
}

// lock lets one deployment run at a time on a root. The kernel gives it back when the process ends, however it ends.
func (d *Deployment) lock() (unlock func(), err error) {
	syscall.Umask(0o022)                              // the units' user reads what is unpacked
	if err = os.MkdirAll(d.Root, 0o755); err != nil { //nolint:gosec // the same
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(d.Root, "deploy.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("another deployment runs on this machine: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

// prune removes the releases that were deployed longest ago. Each goes out of its place first: what lies there is whole,
// even if this is killed half-way.
func (d *Deployment) prune() error {
	removed := filepath.Join(d.Root, "removing")
	dir := filepath.Join(d.Root, "releases")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	used := map[string]time.Time{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			used[e.Name()] = info.ModTime()
		}
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(used[b.Name()].UnixNano(), used[a.Name()].UnixNano()) })
	for i, e := range entries {
		if name := Version(e.Name()); i >= d.Keep && name != d.link(current) && name != d.link(good) {
			err = errors.Join(err, os.RemoveAll(removed), os.Rename(d.path(name), removed), os.RemoveAll(removed))
		}
	}
	return err
}
