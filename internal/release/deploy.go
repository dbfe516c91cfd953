package release

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"styleshare/internal/storage"
)

// Deployment brings a release to this machine. Under Root lie releases/VERSION, and two links: current to what the units
// run, and good to the last one that passed its checks.
type Deployment struct {
	Store *storage.Store
	Key   ed25519.PublicKey
	Root  string
	// Keep is how many releases stay under Root, current and good among them.
	Keep int
	// Migrate has the new binary migrate the database before any process runs it. Migrations go forward only, and the binary
	// before survives them.
	Migrate bool
	// Roll is a command line of sh that has every process run what current leads to, one after the other.
	Roll string
	// Processes gives the address (http://host:port) of each process that Roll replaces, where it says how it is.
	Processes func(context.Context) ([]string, error)
	// Patience is how long a process may take to be ready.
	Patience time.Duration
	Out      io.Writer
}

// goBackTimeout bounds the way back, which an operator's Ctrl-C does not end.
const goBackTimeout = 10 * time.Minute

// Run deploys a version, or the latest where it is empty. What fails before current changes leaves everything as it was;
// what fails later is undone, and the error says so. Killed at any moment, it leaves current leading to a whole release that
// was signed and has been ready on this machine.
func (d *Deployment) Run(ctx context.Context, wanted Version) error {
	unlock, err := d.lock()
	if err != nil {
		return err
	}
	defer unlock()
	version, err := d.choose(ctx, wanted)
	if err != nil {
		return err
	}
	if err = d.install(ctx, version); err != nil {
		return err
	}
	if err = d.prove(ctx, version); err != nil {
		return fmt.Errorf("release %s was not deployed, %w", version, err)
	}
	before := d.link(good)
	if err = d.point(current, version); err != nil {
		return err
	}
	if err = d.roll(ctx, version); err != nil {
		return d.goBack(ctx, before, fmt.Errorf("release %s: %w", version, err))
	}
	if err = d.point(good, version); err != nil {
		return err
	}
	d.say("release %s runs", version)
	return d.prune()
}

// choose takes the latest where no version is wanted. That name is not signed, so it never leads back: whoever may write to
// the store could choose a release with a known hole.
func (d *Deployment) choose(ctx context.Context, wanted Version) (Version, error) {
	if wanted != "" {
		return wanted, nil
	}
	newest, err := latest(ctx, d.Store)
	if err != nil {
		return "", fmt.Errorf("the latest release: %w", err)
	}
	if runs := d.link(current); runs != "" && newest.Compare(runs) < 0 {
		return "", refuse("the latest release is %s, and %s runs: name a version to go back", newest, runs)
	}
	return newest, nil
}

// install unpacks a release beside its place and moves it there. One that is there already needs no store.
func (d *Deployment) install(ctx context.Context, version Version) error {
	place := d.path(version)
	if _, err := os.Stat(place); err == nil {
		return nil
	}
	archive, err := fetch(ctx, d.Store, version, d.Key)
	if err != nil {
		return err
	}
	work := filepath.Join(d.Root, "unpacking")
	if err = os.RemoveAll(work); err != nil {
		return err
	}
	if err = unpack(archive, version.folder(), work); err != nil {
		return errors.Join(err, os.RemoveAll(work))
	}
	if err = os.MkdirAll(filepath.Dir(place), 0o755); err != nil { //nolint:gosec // the units' user has to reach the binary
		return err
	}
	if err = os.Rename(work, place); err != nil {
		return err
	}
	return syncDir(filepath.Dir(place))
}

// roll has all processes run what current leads to, and looks at each.
func (d *Deployment) roll(ctx context.Context, version Version) error {
	d.say("rolling: %s", d.Roll)
	cmd := d.command(ctx, "sh", "-c", d.Roll)
	cmd.Stdout, cmd.Stderr = d.Out, d.Out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the processes were not rolled: %w", err)
	}
	addresses, err := d.Processes(ctx)
	if err != nil {
		return err
	}
	if len(addresses) == 0 {
		return errors.New("there is no process to look at: enable its units first")
	}
	for _, address := range addresses {
		if err = d.await(ctx, address, version); err != nil {
			return err
		}
		d.say("%s is ready and runs %s", address, version)
	}
	return nil
}

// goBack returns to the last good release, whatever was asked for meanwhile.
func (d *Deployment) goBack(ctx context.Context, before Version, cause error) error {
	if before == "" || before == d.link(current) {
		return fmt.Errorf("%w: there is no other release to go back to, so it stays", cause)
	}
	d.say("%v: going back to %s", cause, before)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goBackTimeout)
	defer cancel()
	err := d.point(current, before)
	if err == nil {
		err = d.roll(ctx, before)
	}
	if err != nil {
		return errors.Join(cause, fmt.Errorf("going back to %s: %w", before, err))
	}
	return fmt.Errorf("%w: went back to %s, which runs again", cause, before)
}

// command is a program that ends with ctx as an operator would end it.
func (d *Deployment) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = ownEnvironment()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	return cmd
}

// ownEnvironment leaves out what a service manager told this process about itself.
func ownEnvironment() (environment []string) {
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); name != "NOTIFY_SOCKET" && name != "WATCHDOG_USEC" && name != "WATCHDOG_PID" && !strings.HasPrefix(name, "LISTEN_FD") {
			environment = append(environment, e)
		}
	}
	return environment
}

func (d *Deployment) say(format string, args ...any) { fmt.Fprintf(d.Out, format+"\n", args...) }
