package main

import (
	"os"
	"path/filepath"
	"strings"
)

// file is one file of the release.
type file struct {
	path   string // where it lies now
	name   string // where it lies in the release, with slashes
	binary bool   // may be run
}

// contents are the files of the release: the binary, what is said of it, and those of deploy/ that git knows, but for what is
// of use in a checkout only.
func (r release) contents(binary, sbom string) ([]file, error) {
	files := []file{
		{path: filepath.Join(r.root, "LICENSE"), name: "LICENSE"},
		{path: filepath.Join(r.root, "README.md"), name: "README.md"},
	}
	listed, err := r.git("ls-files", "-z", "deploy")
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(strings.Trim(listed, "\x00"), "\x00") {
		if strings.HasPrefix(name, "deploy/debian/") || name == "deploy/Containerfile" || strings.HasPrefix(name, "deploy/compose.") {
			continue
		}
		files = append(files, file{path: filepath.Join(r.root, filepath.FromSlash(name)), name: name})
	}
	return append(files, file{path: binary, name: Name, binary: true}, file{path: sbom, name: Name + ".cdx.json"}), nil
}

// mode is the same wherever it was checked out.
func (f file) mode() os.FileMode {
	if f.binary {
		return 0o755
	}
	return 0o644
}
