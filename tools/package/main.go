// Command package makes the release of the commit that is checked out: for each architecture a static binary, a .tar.gz, a
// .deb and a bill of materials, and the checksums of them all. The same commit, built with the same Go and Node, gives the
// same bytes, in any folder and at any time.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Name is what the program, its package and its user are called.
const Name = "styleshare"

func main() {
	root := flag.String("root", ".", "the checkout")
	out := flag.String("out", "dist", "where the release goes, into a directory with the name of its version")
	architectures := flag.String("architectures", "amd64,arm64", "as Go and Debian call them, comma separated")
	flag.Parse()
	if err := pack(*root, *out, strings.Split(*architectures, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "package:", err)
		os.Exit(1)
	}
}

// pack makes the release beside its place, so that a directory with a version's name is always whole.
func pack(root, out string, architectures []string) error {
	r, err := readRelease(root)
	if err != nil {
		return err
	}
	if err = os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(out, ".work-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	for _, arch := range architectures {
		if err = r.packFor(arch, work); err != nil {
			return fmt.Errorf("%s: %w", arch, err)
		}
	}
	if err = writeSums(work); err != nil {
		return err
	}
	if now, err := readRelease(root); err != nil || now != r {
		return errors.Join(errors.New("the checkout was changed meanwhile: start again"), err)
	}
	place := filepath.Join(out, r.version)
	if err = errors.Join(os.RemoveAll(place), os.Chmod(work, 0o755), os.Rename(work, place)); err != nil {
		return err
	}
	fmt.Println(place)
	return nil
}

// packFor makes what there is for one architecture.
func (r release) packFor(arch, dir string) error {
	base := filepath.Join(dir, fmt.Sprintf("%s-%s-linux-%s", Name, r.version, arch))
	binary := filepath.Join(dir, Name)
	if err := r.build(arch, binary); err != nil {
		return err
	}
	if err := r.writeSBOM(binary, base+".cdx.json"); err != nil {
		return err
	}
	files, err := r.contents(binary, base+".cdx.json")
	if err != nil {
		return err
	}
	if err = writeArchive(base+".tar.gz", filepath.Base(base), files, r.time); err != nil {
		return err
	}
	if err = r.writeDebian(arch, dir, files); err != nil {
		return err
	}
	return os.Remove(binary)
}

// writeSums writes SHA256SUMS, in the form of sha256sum.
func writeSums(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var lines []string
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		lines = append(lines, hex.EncodeToString(sum[:])+"  "+e.Name()+"\n")
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[sha256.Size*2:], b[sha256.Size*2:]) })
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(strings.Join(lines, "")), 0o644)
}
