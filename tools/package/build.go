package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// release is what the commit says of itself.
type release struct {
	root    string
	version string
	commit  string
	time    time.Time // of the commit: everything in the release carries it
}

// tag is how a release is called: other versions would not sort.
var tag = regexp.MustCompile(`^v\d+\.\d+\.\d+(-\d+-g[0-9a-f]+)?$`)

// readRelease asks git. Without a tag the commits are counted from the beginning.
func readRelease(root string) (release, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return release{}, err
	}
	r := release{root: root}
	if r.commit, err = r.git("rev-parse", "HEAD"); err != nil {
		return r, err
	}
	described, err := r.git("describe", "--tags", "--match", "v[0-9]*", "--abbrev=12")
	if err != nil {
		count, err := r.git("rev-list", "--count", "HEAD")
		if err != nil {
			return r, err
		}
		described = "v0.0.0-" + count + "-g" + r.commit[:12]
	}
	if !tag.MatchString(described) {
		return r, fmt.Errorf("the tag of %s must be like v1.4.0", described)
	}
	r.version = strings.TrimPrefix(described, "v")
	if changed, err := r.git("status", "--porcelain"); err != nil || changed != "" {
		r.version += "-dirty" // nobody could build it again; `release push` refuses it
	}
	seconds, err := r.git("show", "-s", "--format=%ct", "HEAD")
	if err != nil {
		return r, err
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	r.time = time.Unix(unix, 0).UTC()
	return r, err
}

func (r release) git(args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", r.root}, args...)...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// build links the binary. The settings that change its bytes are named here, whatever the environment says.
func (r release) build(arch, to string) error {
	stamp := "-X " + Name + "/internal/version.stampedVersion=" + r.version + " -X " + Name + "/internal/version.stampedCommit=" + r.commit
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= "+stamp, "-o", to, ".")
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch, "GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=", "GOEXPERIMENT=",
		"GOFIPS140=off", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}
