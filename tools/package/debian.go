package main

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
)

// Where the package puts things.
const (
	debianBinary = "/usr/bin/" + Name
	// deployedBinary is what the units run where `release deploy` brings the binary, and not the package.
	deployedBinary = "/opt/" + Name + "/current/" + Name
	debianUnits    = "/usr/lib/systemd/system"
	debianConfig   = "/etc/" + Name
	debianShare    = "/usr/share/" + Name
	debianDoc      = "/usr/share/doc/" + Name
)

// writeDebian writes the .deb.
func (r release) writeDebian(arch, dir string, contents []file) (err error) {
	scripts := filepath.Join(r.root, "deploy", "debian")
	units, err := os.MkdirTemp(dir, "units-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(units)) }()
	placed, err := r.debianContents(units, contents)
	if err != nil {
		return err
	}
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: Name, Arch: arch, Platform: "linux", Version: r.version, VersionSchema: "none", MTime: r.time,
		Section: "web", Priority: "optional", Maintainer: "StyleShare maintainers <maintainers@styleshare.example>", License: "Apache-2.0",
		Description: "backend for photo-sharing communities\n" +
			"A GraphQL API with its workers: one static binary, its systemd units and a\nsample configuration. Nothing is started or enabled by the installation.",
		Overridables: nfpm.Overridables{
			Contents: placed,
			Depends:  []string{"adduser", "ca-certificates", "tzdata"},
			Scripts: nfpm.Scripts{PostInstall: filepath.Join(scripts, "postinst"), PreRemove: filepath.Join(scripts, "prerm"),
				PostRemove: filepath.Join(scripts, "postrm")},
		},
	})
	to := filepath.Join(dir, deb.Default.ConventionalFileName(info))
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return deb.Default.Package(info, out)
}

// debianContents says where each file goes: units where systemd looks, the configuration into /etc, the rest of deploy/ to
// /usr/share.
func (r release) debianContents(units string, contents []file) (placed files.Contents, err error) {
	for _, f := range contents {
		source, kind, mode := f.path, files.TypeFile, f.mode()
		to := path.Join(debianDoc, f.name)
		switch {
		case f.binary:
			to = debianBinary
		case f.name == "LICENSE":
			to = path.Join(debianDoc, "copyright")
		case f.name == "deploy/"+Name+".env":
			to, kind, mode = path.Join(debianConfig, Name+".env"), files.TypeConfigNoReplace, 0o600 // it will hold passwords
		case strings.HasPrefix(f.name, "deploy/systemd/"):
			to = path.Join(debianUnits, strings.TrimPrefix(f.name, "deploy/systemd/"))
			if source, err = debianUnit(f, units); err != nil {
				return nil, err
			}
		case strings.HasPrefix(f.name, "deploy/"):
			to = path.Join(debianShare, strings.TrimPrefix(f.name, "deploy/"))
		}
		placed = append(placed, &files.Content{Source: source, Destination: to, Type: kind,
			FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: mode, MTime: r.time}})
	}
	return placed, nil
}

// debianUnit is a unit that runs the package's binary.
func debianUnit(f file, dir string) (string, error) {
	body, err := os.ReadFile(f.path)
	if err != nil {
		return "", err
	}
	to := filepath.Join(dir, filepath.FromSlash(f.name))
	if err = os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return "", err
	}
	return to, os.WriteFile(to, []byte(strings.ReplaceAll(string(body), deployedBinary, debianBinary)), 0o644)
}
