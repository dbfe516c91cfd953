package release

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxUnpackedBytes bounds what an archive may become.
const maxUnpackedBytes = 1 << 30

// unpack writes the files under the archive's folder into dir, which it makes, and has them on the disk when it returns. An
// archive of `make package` holds regular files only, and nothing else is taken.
func unpack(archive []byte, folder, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the units' user has to reach the binary
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	zipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	files := tar.NewReader(io.LimitReader(zipped, maxUnpackedBytes))
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return syncDir(dir)
		}
		if err != nil {
			return err
		}
		name, inside := strings.CutPrefix(header.Name, folder+"/")
		if !inside || header.Typeflag != tar.TypeReg {
			return fmt.Errorf("%s has no place in a release", header.Name)
		}
		if err = writeFile(root, name, header.FileInfo().Mode().Perm(), files); err != nil {
			return err
		}
	}
}

func writeFile(root *os.Root, name string, mode os.FileMode, body io.Reader) (err error) {
	if err = root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err = io.Copy(f, body); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir has the names in a directory on the disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
