//go:build fleet

package fleet

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// inOverlay runs a script as root on a copy of this machine's files that is gone with the script: everything that it writes
// lies in memory. $DEB is the package.
func inOverlay(t *testing.T, deb, script string) string {
	t.Helper()
	const enter = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --rbind /proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
cp "$2" "$1/root/package.deb"
exec chroot "$1/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive DEB=/package.deb sh -ec "$3"`
	args := []string{"unshare", "--mount", "sh", "-c", enter, "enter", t.TempDir(), deb, script}
	if os.Geteuid() != 0 {
		args = append([]string{"sudo", "--"}, args...)
	}
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// everything lists all files that a package could have to do with, and who they belong to.
const everything = `find /etc /usr /opt /var/lib /home /run -xdev -not -path '/var/lib/dpkg/*' -not -path '*/__pycache__*' -printf '%p %u %m\n' 2>/dev/null | sort`

// TestDebianPackage installs, upgrades, removes and purges it.
func TestDebianPackage(t *testing.T) {
	dist := packages(t)
	deb := filepath.Join(dist, fmt.Sprintf("styleshare_%s_%s.deb", filepath.Base(dist), runtime.GOARCH))
	out := inOverlay(t, deb, `
section() { echo "=== $1"; }
# Machines that were made in a hurry lack what everyone has; what the package depends on is checked by TestDebianPackageDependencies.
install() { dpkg --force-depends -i $DEB; }
`+everything+` >/before
section install
install
section version; styleshare --version
section user; getent passwd styleshare; getent group styleshare
section enabled; ls /etc/systemd/system/*.wants | grep styleshare || true
section config; stat -c '%U %a' /etc/styleshare/styleshare.env
section units; systemd-analyze verify --man=no /usr/lib/systemd/system/styleshare@8080.service /usr/lib/systemd/system/styleshare@8080.socket \
	/usr/lib/systemd/system/styleshare-worker@18180.service /usr/lib/systemd/system/styleshare-scheduler.service 2>&1 | grep -i styleshare || true
section upgrade
echo DATABASE_URL=postgres:///mine >>/etc/styleshare/styleshare.env
install
section kept; tail -1 /etc/styleshare/styleshare.env
section remove
dpkg -r styleshare
section removed; ls /usr/bin/styleshare 2>/dev/null || true; tail -1 /etc/styleshare/styleshare.env
section purge
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -s /usr/lib/systemd/system/styleshare@.service /etc/systemd/system/multi-user.target.wants/styleshare@8080.service
dpkg -P styleshare
section left; `+everything+` >/after; diff /before /after || true; getent passwd styleshare || true; getent group styleshare || true
section end
`)
	section := func(name string) string {
		_, after, found := strings.Cut(out, "=== "+name+"\n")
		if !found {
			t.Fatalf("there is no %s in\n%s", name, out)
		}
		text, _, _ := strings.Cut(after, "=== ")
		return strings.TrimSpace(text)
	}
	for name, ok := range map[string]bool{
		"version": strings.HasPrefix(section("version"), filepath.Base(dist)+" ("),
		"user":    strings.Count(section("user"), "styleshare:") == 2 && strings.Contains(section("user"), "/usr/sbin/nologin"),
		"enabled": section("enabled") == "",
		"config":  section("config") == "root 600",
		"units":   section("units") == "",
		"install": strings.Contains(section("install"), "fill in /etc/styleshare/styleshare.env"),
		"upgrade": strings.Contains(section("upgrade"), "styleshare roll"),
		"kept":    section("kept") == "DATABASE_URL=postgres:///mine",
		"removed": section("removed") == "DATABASE_URL=postgres:///mine",
		"left":    !strings.Contains(section("left"), "styleshare"),
	} {
		if !ok {
			t.Errorf("%s: %s", name, section(name))
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// TestDebianPackageDependencies asks apt whether this distribution has what the package depends on.
func TestDebianPackageDependencies(t *testing.T) {
	dist := packages(t)
	deb := filepath.Join(dist, fmt.Sprintf("styleshare_%s_%s.deb", filepath.Base(dist), runtime.GOARCH))
	out, err := exec.Command("apt-get", "--simulate", "--no-install-recommends", "install", deb).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Inst styleshare") {
		t.Errorf("%v\n%s", err, out)
	}
	// What backups are made with is for the machines that make them.
	out, err = exec.Command("dpkg-deb", "--field", deb, "Suggests").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "postgresql-client" {
		t.Errorf("it suggests %s, %v", out, err)
	}
}
