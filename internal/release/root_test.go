package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOneDeploymentAtATime(t *testing.T) {
	t.Parallel()
	d := &Deployment{Root: t.TempDir()}
	unlock, err := d.lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = d.lock(); err == nil || !strings.Contains(err.Error(), "another deployment") {
		t.Errorf("a second one: %v", err)
	}
	unlock()
	if unlock, err = d.lock(); err != nil {
		t.Fatalf("after the first: %v", err)
	}
	unlock()
}

func TestLinksMoveAtOnceAndOldReleasesGo(t *testing.T) {
	t.Parallel()
	d := &Deployment{Root: t.TempDir(), Keep: 2}
	if v := d.link(current); v != "" {
		t.Errorf("an empty root has %s", v)
	}
	versions := []Version{"1.0.0", "1.1.0", "1.2.0", "1.3.0"}
	for i, v := range versions {
		if err := os.MkdirAll(d.path(v), 0o750); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(d.path(v), at, at); err != nil {
			t.Fatal(err)
		}
	}
	// A link of a deployment that was killed is in nobody's way.
	if err := os.Symlink("nowhere", filepath.Join(d.Root, ".current")); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]Version{current: "1.3.0", good: "1.0.0"} {
		if err := d.point(name, v); err != nil {
			t.Fatal(err)
		}
		if got := d.link(name); got != v {
			t.Errorf("%s leads to %q", name, got)
		}
	}
	if err := d.prune(); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(d.path("*"))
	if len(left) != 2 || filepath.Base(left[0]) != "1.0.0" || filepath.Base(left[1]) != "1.3.0" {
		t.Errorf("left are %v", left)
	}
}
