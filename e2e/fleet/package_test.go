//go:build fleet

package fleet

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// packaged is what `make package` makes of the commit that is checked out, for this machine's architecture, once for all
// tests. Changes that are not committed are not in it.
var packaged struct {
	once sync.Once
	work string // for removePackages
	dist string // dist/VERSION
	err  error
}

func packages(t *testing.T) string {
	t.Helper()
	packaged.once.Do(makeFirstPackage)
	if packaged.err != nil {
		t.Fatal(packaged.err)
	}
	return packaged.dist
}

func makeFirstPackage() {
	if packaged.work, packaged.err = os.MkdirTemp("", "styleshare-package-"); packaged.err == nil {
		packaged.dist, packaged.err = makePackage(root, packaged.work, os.Environ())
	}
}

func removePackages() {
	if packaged.work != "" {
		_ = os.RemoveAll(packaged.work)
	}
}

// makePackage clones a checkout into dir and makes its package there.
func makePackage(from, dir string, environment []string) (dist string, err error) {
	clone := filepath.Join(dir, "clone")
	for _, args := range [][]string{
		{"git", "clone", "--quiet", from, clone},
		{"make", "--no-print-directory", "-C", clone, "package", "ARCHITECTURES=" + runtime.GOARCH},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = environment
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", errors.Join(err, errors.New(string(out)))
		}
	}
	found, _ := filepath.Glob(filepath.Join(clone, "dist", "*"))
	if len(found) != 1 {
		return "", errors.New("not one release but: " + strings.Join(found, " "))
	}
	return found[0], nil
}

// TestPackageIsReproducible makes it again elsewhere, with empty caches: the same bytes.
func TestPackageIsReproducible(t *testing.T) {
	first := packages(t)
	elsewhere := filepath.Join(t.TempDir(), "another", "folder")
	if err := os.MkdirAll(elsewhere, 0o755); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	environment := append(os.Environ(), "GOCACHE="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir(), "TZ=Asia/Kathmandu", "LC_ALL=C", "GOAMD64=v3")
	// Of the first clone: somebody may commit to the checkout meanwhile.
	second, err := makePackage(filepath.Join(packaged.work, "clone"), elsewhere, environment)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("built from nothing in %.0f s", time.Since(began).Seconds())
	entries, err := os.ReadDir(first)
	if err != nil || len(entries) != 4 {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		one, other := readFile(t, filepath.Join(first, e.Name())), readFile(t, filepath.Join(second, e.Name()))
		if !bytes.Equal(one, other) {
			t.Errorf("%s differs: %d and %d bytes", e.Name(), len(one), len(other))
		}
		t.Logf("%x  %8d bytes  %s", sha256.Sum256(one), len(one), e.Name())
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPackageContents looks into the archive: checksums, a static binary that says its version, and what it is made of.
func TestPackageContents(t *testing.T) {
	dist := packages(t)
	version := filepath.Base(dist)
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = dist
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	folder := "styleshare-" + version + "-linux-" + runtime.GOARCH
	files := untarred(t, readFile(t, filepath.Join(dist, folder+".tar.gz")), folder)
	for _, name := range []string{"LICENSE", "README.md", "deploy/styleshare.env", "deploy/systemd/styleshare@.service", "deploy/nginx/nginx.conf"} {
		if len(files[name]) == 0 {
			t.Errorf("there is no %s", name)
		}
	}
	binary := filepath.Join(t.TempDir(), "styleshare")
	if err := os.WriteFile(binary, files["styleshare"], 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(binary, "--version").Output(); err != nil || !strings.HasPrefix(string(out), version+" (") {
		t.Errorf("--version says %q, %v", out, err)
	}
	program, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if libraries, err := program.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("it wants %v, %v", libraries, err)
	}
	checkSBOM(t, files["styleshare.cdx.json"], files["styleshare"], binary)
}

func untarred(t *testing.T, archive []byte, folder string) map[string][]byte {
	t.Helper()
	zipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for from := tar.NewReader(zipped); ; {
		header, err := from.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Uname != "" || header.Typeflag != tar.TypeReg {
			t.Errorf("%+v", header)
		}
		body, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(header.Name, folder+"/")] = body
	}
}

// checkSBOM compares the bill of materials with what the binary itself says, and looks for a package of the playground.
func checkSBOM(t *testing.T, sbom, body []byte, binary string) {
	t.Helper()
	var bom struct {
		BomFormat, SpecVersion string
		Metadata               struct {
			Component struct {
				Version string
				Hashes  []struct{ Content string }
			}
		}
		Components []struct{ Name, Version, Purl string }
	}
	if err := json.Unmarshal(sbom, &bom); err != nil {
		t.Fatal(err)
	}
	if bom.BomFormat != "CycloneDX" || bom.SpecVersion < "1.5" {
		t.Errorf("it is %s %s", bom.BomFormat, bom.SpecVersion)
	}
	if sum := sha256.Sum256(body); len(bom.Metadata.Component.Hashes) != 1 || bom.Metadata.Component.Hashes[0].Content != hex.EncodeToString(sum[:]) {
		t.Error("it is about another binary")
	}
	listed := map[string]bool{}
	for _, c := range bom.Components {
		listed[c.Purl] = true
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil || len(info.Deps) < 50 {
		t.Fatalf("%d modules, %v", len(info.Deps), err)
	}
	for _, m := range info.Deps {
		if !listed["pkg:golang/"+m.Path+"@"+strings.ReplaceAll(m.Version, "+", "%2B")] {
			t.Errorf("%s %s is in the binary only", m.Path, m.Version)
		}
	}
	for _, wanted := range []string{"pkg:golang/std@", "pkg:npm/graphiql@", "pkg:npm/%40graphiql/"} {
		if !strings.Contains(string(sbom), wanted) {
			t.Errorf("%s is not in it", wanted)
		}
	}
	t.Logf("%d components", len(bom.Components))
}
