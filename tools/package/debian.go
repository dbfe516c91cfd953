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
	debianBinary   = "/usr/bin/" + Name
	debianUnits    = "/usr/lib/systemd/system"
	debianSysusers = "/usr/lib/sysusers.d/" + Name + ".conf"
	debianConfig   = "/etc/" + Name + "/" + Name + ".env"
	debianShare    = "/usr/share/" + Name
	debianDoc      = "/usr/share/doc/" + Name
)

// writeDebian writes the .deb.
func (r release) writeDebian(arch, dir string, contents []file) (err error) {
	scripts := filepath.Join(r.root, "deploy", "debian")
	info := nfpm.WithDefaults(&nfpm.Info{
		Name: Name, Arch: arch, Platform: "linux", Version: r.version, VersionSchema: "none", MTime: r.time,
		Section: "web", Priority: "optional", Maintainer: "StyleShare maintainers <maintainers@styleshare.example>", License: "Apache-2.0",
		Description: "backend for photo-sharing communities\n" +
			"A GraphQL API with its workers: one static binary, its systemd units and a\nsample configuration. Nothing is started or enabled by the installation.",
		Overridables: nfpm.Overridables{
			Contents: r.debianContents(contents),
			Depends:  []string{"ca-certificates", "tzdata", "passwd", "systemd | systemd-standalone-sysusers | systemd-sysusers"},
			// pg_dump and pg_restore, for the machines that make or restore backups. It must not be older than the server, which only
			// the operator knows: nothing is installed unasked.
			Suggests: []string{"postgresql-client"},
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
func (r release) debianContents(contents []file) (placed files.Contents) {
	for _, f := range contents {
		to, kind, mode := path.Join(debianDoc, f.name), files.TypeFile, f.mode()
		switch {
		case f.binary:
			to = debianBinary
		case f.name == "LICENSE":
			to = path.Join(debianDoc, "copyright")
		case f.name == "deploy/"+Name+".env":
			to, kind, mode = debianConfig, files.TypeConfigNoReplace, 0o600 // it will hold passwords
		case f.name == "deploy/systemd/sysusers.conf":
			to = debianSysusers
		case strings.HasPrefix(f.name, "deploy/systemd/"):
			to = path.Join(debianUnits, strings.TrimPrefix(f.name, "deploy/systemd/"))
		case strings.HasPrefix(f.name, "deploy/"):
			to = path.Join(debianShare, strings.TrimPrefix(f.name, "deploy/"))
		}
		placed = append(placed, &files.Content{Source: f.path, Destination: to, Type: kind,
			FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: mode, MTime: r.time}})
	}
	return placed
}
