// Package release keeps releases in an object store and brings them to machines. What runs there was signed: whoever may
// write to the store can delete releases and refuse upgrades, but cannot have other code run.
package release

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// Name begins the names of the files of a release.
const Name = "styleshare"

// Where releases lie in the store, each under its version, and the object that names the newest.
const (
	prefix    = "releases/"
	latestKey = prefix + "latest"
)

// The checksums of a release, in the form of sha256sum, and the signature over that file.
const (
	sumsFile      = "SHA256SUMS"
	signatureFile = "SHA256SUMS.sig"
)

// maxArchiveBytes bounds what is fetched; an archive has about a tenth of it.
const maxArchiveBytes = 256 << 20

// maxSmallBytes bounds checksums, signatures and the name of the newest release.
const maxSmallBytes = 64 << 10

// Version is like 1.4.0, or like 1.4.0-12-g778844a0bc12 twelve commits later.
type Version string

var versionForm = regexp.MustCompile(`^(\d+)\.(\d+)\.(\d+)(?:-(\d+)-g[0-9a-f]+)?$`)

// ParseVersion takes a version in one of the two forms. It becomes part of paths, so nothing else is taken.
func ParseVersion(s string) (Version, error) {
	if !versionForm.MatchString(s) {
		return "", fmt.Errorf("%q is no version: they are like 1.4.0 or 1.4.0-12-g778844a0bc12, and of commits only", s)
	}
	return Version(s), nil
}

// Compare tells which version is older, as cmp.Compare does.
func (v Version) Compare(other Version) int {
	a, b := versionForm.FindStringSubmatch(string(v)), versionForm.FindStringSubmatch(string(other))
	for i := 1; i < min(len(a), len(b)); i++ {
		m, _ := strconv.Atoi(a[i]) // nothing: no commits since the tag
		n, _ := strconv.Atoi(b[i])
		if c := cmp.Compare(m, n); c != 0 {
			return c
		}
	}
	return 0
}

// key is where a file of the release lies in the store.
func (v Version) key(file string) string { return prefix + string(v) + "/" + file }

// folder is what the archive for this machine holds everything under.
func (v Version) folder() string {
	return Name + "-" + string(v) + "-" + runtime.GOOS + "-" + runtime.GOARCH
}

// archive is the archive for this machine.
func (v Version) archive() string { return v.folder() + ".tar.gz" }

// ErrRefused is inside the error for a release that must not be run, or not be overwritten: nothing was changed.
var ErrRefused = errors.New("refused")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrRefused, fmt.Errorf(format, args...))
}

// sums are the checksums of a release: SHA-256 in hexadecimal, by the name of the file.
type sums map[string]string

var sumLine = regexp.MustCompile(`^([0-9a-f]{64})  ([0-9A-Za-z][0-9A-Za-z._+-]*)$`)

// parseSums reads the form of sha256sum; names have no directories.
func parseSums(text []byte) (sums, error) {
	s := sums{}
	for line := range strings.Lines(string(text)) {
		m := sumLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			return nil, fmt.Errorf("%s: %q is no checksum", sumsFile, strings.TrimSpace(line))
		}
		s[m[2]] = m[1]
	}
	if len(s) == 0 {
		return nil, fmt.Errorf("%s: there are no checksums in it", sumsFile)
	}
	return s, nil
}
