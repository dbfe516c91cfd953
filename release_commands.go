package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"styleshare/internal/config"
	"styleshare/internal/release"
	"styleshare/internal/rolling"
	"styleshare/internal/storage"
	"styleshare/internal/web"
)

type releaseCommands struct {
	Keys   releaseKeysCommand   `cmd:"" help:"Make a pair of keys: one signs releases, the other checks them."`
	Push   releasePushCommand   `cmd:"" help:"Sign a release that make package made, and store it in S3."`
	List   releaseListCommand   `cmd:"" help:"List the releases in S3."`
	Deploy releaseDeployCommand `cmd:"" help:"Bring a release to this machine, and go back where it does not get ready."`
}

type releaseKeysCommand struct{}

// Run prints two variables.
func (releaseKeysCommand) Run() error {
	signing, public, err := release.NewKeys()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "RELEASE_SIGNING_KEY=%s\nRELEASE_PUBLIC_KEY=%s\n", signing, public)
	return err
}

type releasePushCommand struct {
	Dir string `arg:"" type:"existingdir" help:"What make package made: dist/VERSION."`
}

// Run stores a release.
func (p *releasePushCommand) Run(ctx context.Context) error {
	c, store, err := releaseStore(ctx)
	if err != nil {
		return err
	}
	key, err := release.ParseSigningKey(c.ReleaseSigningKey)
	if err != nil {
		return fmt.Errorf("RELEASE_SIGNING_KEY: %w", err)
	}
	version, err := release.Push(ctx, store, filepath.Clean(p.Dir), key)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "release %s is stored\n", version)
	return err
}

type releaseListCommand struct{}

// Run lists releases.
func (releaseListCommand) Run(ctx context.Context) error {
	_, store, err := releaseStore(ctx)
	if err != nil {
		return err
	}
	releases, err := release.List(ctx, store)
	for _, r := range releases {
		note := ""
		if r.Latest {
			note = "  latest"
		}
		fmt.Fprintf(os.Stdout, "%s  %s%s\n", r.Pushed.UTC().Format(time.DateTime), r.Version, note)
	}
	return err
}

type releaseDeployCommand struct {
	Version  string        `arg:"" optional:"" help:"Which; without it the latest."`
	Migrate  bool          `help:"Migrate the database with the new binary before any process runs it."`
	Root     string        `default:"/opt/styleshare" help:"Where releases are unpacked."`
	Keep     int           `default:"5" help:"How many stay there."`
	Roll     string        `default:"styleshare roll" help:"The command line that has every process run the new release, one after the other."`
	Process  []string      `help:"Where a process says how it is, http://host:port, for each; without it those of the units that run."`
	Patience time.Duration `default:"60s" help:"How long a process may take to be ready."`
}

// Run deploys a release.
func (d *releaseDeployCommand) Run(ctx context.Context) error {
	c, store, err := releaseStore(ctx)
	if err != nil {
		return err
	}
	key, err := release.ParsePublicKey(c.ReleasePublicKey)
	if err != nil {
		return fmt.Errorf("RELEASE_PUBLIC_KEY: %w", err)
	}
	var version release.Version
	if d.Version != "" {
		if version, err = release.ParseVersion(d.Version); err != nil {
			return err
		}
	}
	return d.deployment(store, key).Run(ctx, version)
}

func (d *releaseDeployCommand) deployment(store *storage.Store, key ed25519.PublicKey) *release.Deployment {
	return &release.Deployment{Store: store, Key: key, Root: d.Root, Keep: d.Keep, Migrate: d.Migrate, Roll: d.Roll, Patience: d.Patience, Out: os.Stdout,
		Processes: d.processes}
}

// processes are those of the units that run, where the operator names none.
func (d *releaseDeployCommand) processes(ctx context.Context) ([]string, error) {
	if len(d.Process) > 0 {
		return d.Process, nil
	}
	units, err := rolling.Units(ctx)
	addresses := make([]string, len(units))
	for i, unit := range units {
		addresses[i] = strings.TrimSuffix(unit.ReadyURL, web.PathReady)
	}
	return addresses, err
}

// releaseStore opens the bucket alone.
func releaseStore(ctx context.Context) (config.Config, *storage.Store, error) {
	c, err := config.Load(os.Environ())
	if err != nil {
		return c, nil, fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	store, err := openStore(ctx, c)
	return c, store, err
}
