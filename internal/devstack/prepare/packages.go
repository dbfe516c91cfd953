package prepare

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// requirement is something that has to be installed, and what it is called by the package managers.
type requirement struct {
	title     string
	installed func() bool
	apt, brew []string
}

// minNode is the oldest major version of Node that builds the playground.
const minNode = 18

var servers = []requirement{
	{"PostgreSQL", func() bool { _, _, err := PostgreSQL(0); return err == nil }, []string{"postgresql"}, []string{"postgresql@17"}},
	{"Redis", hasProgram("redis-server"), []string{"redis-server"}, []string{"redis"}},
	{"memcached", hasProgram("memcached"), []string{"memcached"}, []string{"memcached"}},
}

// extras are needed by some targets of the Makefile only.
var extras = map[string]requirement{
	"node":     {"Node", hasNode, []string{"nodejs", "npm"}, []string{"node"}},
	"chromium": {"Chromium", hasChromium, []string{"chromium"}, nil},
	"jpeg":     {"libjpeg-turbo's programs", hasProgram("djpeg"), []string{"libjpeg-turbo-progs"}, []string{"jpeg-turbo"}},                              // tests compare our codec with them
	"celery":   {"Celery, its pools and RabbitMQ", hasCelery, []string{"rabbitmq-server", "python3-celery", "python3-gevent", "python3-eventlet"}, nil}, // compared with by bench/jobs
	"gcc":      {"a C compiler", hasProgram("gcc"), []string{"gcc", "libc6-dev"}, nil},                                                                  // the race detector links with it
	"nginx":    {"nginx", hasProgram("nginx"), []string{"nginx"}, []string{"nginx"}},                                                                    // before several servers, in e2e/fleet
	"compose":  {"docker-compose", hasProgram("docker-compose"), []string{"docker-compose"}, []string{"docker-compose"}},                                // reads deploy/compose.yaml, in e2e/fleet
	"systemd":  {"systemd's programs", hasProgram("systemd-analyze"), []string{"systemd"}, nil},                                                         // looks at the units of the package, there too
	"cluster":  {"pgbouncer and pgpool-II", hasPoolers, []string{"pgbouncer", "pgpool2"}, []string{"pgbouncer", "pgpool-ii"}},
	"promtool": {"Prometheus' promtool", hasProgram("promtool"), []string{"prometheus"}, []string{"prometheus"}}, // checks rules, dashboard and metrics, in e2e/fleet
	"flask": {"Flask, graphene and SQLAlchemy", hasFlask, []string{"python3-flask", "python3-graphene", "python3-sqlalchemy", "python3-psycopg2",
		"python3-psycogreen", "python3-pymemcache", "python3-gevent", "gunicorn"}, nil}, // a peer that we are compared with
}

// Extras lists what can be asked of Packages beyond the servers.
func Extras() []string { return slices.Sorted(maps.Keys(extras)) }

func hasProgram(name string) func() bool {
	return func() bool { _, err := Program(name); return err == nil }
}

// hasFlask asks the system's own Python: packages of the system are not those of another one. Homebrew has them not, and is
// not asked.
func hasFlask() bool {
	return runtime.GOOS == "darwin" || exec.Command("/usr/bin/python3", "-c", "import flask, graphene, sqlalchemy, psycopg2, psycogreen, pymemcache, gevent, gunicorn").Run() == nil
}

func hasPoolers() bool { return hasProgram("pgbouncer")() && hasProgram("pgpool")() }

// hasNode tells whether there is a Node that is new enough, with npm.
func hasNode() bool {
	program, err := exec.LookPath("node")
	if err != nil || !hasProgram("npm")() {
		return false
	}
	version, err := exec.Command(program, "--version").Output()
	if err != nil {
		return false
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(string(version), "v"), ".")
	n, err := strconv.Atoi(major)
	return err == nil && n >= minNode
}

// hasCelery looks for what Debian's packages bring: another Python may have another Celery.
func hasCelery() bool {
	for _, file := range []string{"/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/lib/python3/dist-packages/celery", "/usr/lib/python3/dist-packages/gevent", "/usr/lib/python3/dist-packages/eventlet"} {
		if _, err := os.Stat(file); err != nil {
			return false
		}
	}
	return true
}

// hasChromium looks where the browser tests do.
func hasChromium() bool {
	if os.Getenv("CHROMIUM_PATH") != "" {
		return true
	}
	_, err := os.Stat("/usr/bin/chromium")
	return err == nil
}

// Packages installs what is missing of PostgreSQL, Redis, memcached and the named extras with the system's package manager.
// What is installed is left alone, and no service of the system is started or made to start with it.
func Packages(ctx context.Context, named []string, out io.Writer) error {
	wanted := slices.Clone(servers)
	for _, name := range named {
		extra, ok := extras[name]
		if !ok {
			return fmt.Errorf("nobody knows how to install %q, only %s", name, strings.Join(Extras(), ", "))
		}
		wanted = append(wanted, extra)
	}
	var missing []requirement
	var titles []string
	for _, r := range wanted {
		if !r.installed() {
			missing = append(missing, r)
			titles = append(titles, r.title)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	list := strings.Join(titles, ", ")
	cmd, err := installer(ctx, missing)
	if err != nil {
		return fmt.Errorf("%s: not installed, and %w", list, err)
	}
	done := progress(out, "Installing "+list)
	if err := runInstaller(cmd, out); err != nil {
		return fmt.Errorf("%s: not installed: %w", list, err)
	}
	done()
	for _, r := range missing {
		if !r.installed() {
			return fmt.Errorf("%s was installed but is too old or not where it is looked for: install it by hand (PostgreSQL %d, Node %d or newer)", r.title, minPostgreSQL, minNode)
		}
	}
	return nil
}

//go:embed install-debian.sh
var debianScript string

// installer makes the command that installs the packages, as root where it has to be.
func installer(ctx context.Context, missing []requirement) (*exec.Cmd, error) {
	var apt, brew []string
	for _, r := range missing {
		if runtime.GOOS == "darwin" && r.brew == nil {
			return nil, fmt.Errorf("Homebrew has no package for %s: install it by hand (a browser is looked for in CHROMIUM_PATH)", r.title)
		}
		apt, brew = append(apt, r.apt...), append(brew, r.brew...)
	}
	if program, err := exec.LookPath("brew"); err == nil && runtime.GOOS == "darwin" {
		return exec.CommandContext(ctx, program, append([]string{"install", "--quiet"}, brew...)...), nil
	}
	if runtime.GOOS == "darwin" {
		return nil, errors.New("there is no Homebrew: install it from https://brew.sh and start again")
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, errors.New("there is no apt-get here: install them with this system's package manager, or set DATABASE_URL, REDIS_URL and MEMCACHED_SERVERS to ones that run elsewhere")
	}
	script := append([]string{"sh", "-c", debianScript, "install-debian.sh"}, apt...)
	if os.Geteuid() != 0 {
		if _, err := exec.LookPath("sudo"); err != nil {
			return nil, fmt.Errorf("there is no sudo: as root, run `apt-get install %s`, and start again", strings.Join(apt, " "))
		}
		script = append([]string{"sudo", "--"}, script...)
	}
	return exec.CommandContext(ctx, script[0], script[1:]...), nil
}

// runInstaller shows what the package manager says only when it fails. sudo asks for a password on the terminal itself.
func runInstaller(cmd *exec.Cmd, out io.Writer) error {
	cmd.Stdin = os.Stdin
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	text, err := cmd.CombinedOutput()
	if err != nil {
		_, _ = out.Write(text)
		if strings.Contains(string(text), "No space left") {
			return errors.New("the disk is full: free some space and start again")
		}
		return fmt.Errorf("%w (its output is above; with no network, or a broken package source, repair that and start again)", err)
	}
	return nil
}
