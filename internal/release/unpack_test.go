package release

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
)

// packed makes an archive of these headers, each with its name as content.
func packed(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, h := range headers {
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(h.Name))
		}
		if err := archive.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			_, _ = archive.Write([]byte(h.Name))
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	_ = zipped.Close()
	return out.Bytes()
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "there")
	archive := packed(t, tar.Header{Typeflag: tar.TypeReg, Name: "top/styleshare", Mode: 0o755}, tar.Header{Typeflag: tar.TypeReg, Name: "top/deploy/a.env", Mode: 0o644})
	if err := unpack(archive, "top", dir); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"styleshare": 0o755, "deploy/a.env": 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// The signature is looked at first; this is the second net.
func TestUnpackTakesNothingElse(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]tar.Header{
		"above":         {Typeflag: tar.TypeReg, Name: "top/../../evil", Mode: 0o644},
		"absolute":      {Typeflag: tar.TypeReg, Name: "/evil", Mode: 0o644},
		"another place": {Typeflag: tar.TypeReg, Name: "other/evil", Mode: 0o644},
		"a link":        {Typeflag: tar.TypeSymlink, Name: "top/evil", Linkname: "/etc/passwd"},
		"a hard link":   {Typeflag: tar.TypeLink, Name: "top/evil", Linkname: "/etc/passwd"},
		"a device":      {Typeflag: tar.TypeChar, Name: "top/evil", Devmajor: 1, Devminor: 3},
	} {
		above := t.TempDir()
		if err := unpack(packed(t, header), "top", filepath.Join(above, "there", "deep")); err == nil {
			t.Errorf("%s: was unpacked", name)
		}
		if found, _ := filepath.Glob(filepath.Join(above, "*", "evil")); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
	whole := packed(t, tar.Header{Typeflag: tar.TypeReg, Name: "top/a", Mode: 0o644}, tar.Header{Typeflag: tar.TypeReg, Name: "top/b", Mode: 0o644})
	if err := unpack(whole[:len(whole)/2], "top", t.TempDir()); err == nil {
		t.Error("half an archive was unpacked")
	}
}
