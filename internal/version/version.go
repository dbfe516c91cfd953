// Package version says which release a binary is. `make package` stamps both at link time.
package version

import "runtime/debug"

// Unreleased is the version of a binary that `make package` did not make.
const Unreleased = "dev"

// Set with -ldflags -X by tools/package.
var (
	stampedVersion = Unreleased
	stampedCommit  string
)

// Version is like 1.4.0, like 1.4.0-12-g778844a0bc12 twelve commits later, or Unreleased.
func Version() string { return stampedVersion }

// Commit is the commit that the binary was built from, as far as it is known, else empty.
func Commit() string {
	if stampedCommit != "" {
		return stampedCommit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return ""
}

// String is what `styleshare --version` prints: the version, and the commit behind it where it is known.
func String() string {
	if c := Commit(); c != "" {
		return Version() + " (" + c + ")"
	}
	return Version()
}
