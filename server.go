// Styleshare serves the API of a photo-sharing community, works off its jobs, and keeps its database.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"styleshare/graph"
	"styleshare/internal/config"
	"styleshare/internal/version"
	"styleshare/models"
	"styleshare/models/migrations"
)

type commands struct {
	Run       runCommand       `cmd:"" help:"Everything on this machine: private PostgreSQL, Redis, memcached, object store and mail sink, demo data, API, workers, playground."`
	Serve     serveCommand     `cmd:"" help:"The API alone."`
	Worker    workerCommand    `cmd:"" help:"The workers alone."`
	Scheduler schedulerCommand `cmd:"" help:"The schedule alone, for a fleet whose workers come and go; one of all workers keeps it otherwise."`
	Roll      rollCommand      `cmd:"" help:"Replace the processes of this machine by new ones, one after the other, without a failed request."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database up to date."`
	Seed      seedCommand      `cmd:"" help:"Publish the demo people's styles; a worker must be running."`
	Jobs      jobsCommands     `cmd:"" help:"Look at jobs, and run dead ones again."`
	Documents documentsCommand `cmd:"" help:"Print the manifest of the apps' operations, for TRUSTED_DOCUMENTS."`
	Roles     rolesCommands    `cmd:"" help:"Who moderates."`
	People    peopleCommands   `cmd:"" help:"Look at somebody, suspend or erase them, or let them in again."`
	Backup    backupCommands   `cmd:"" help:"Copies of the database in S3: make, check and restore them."`
	Keys      keysCommands     `cmd:"" help:"Keys that sign access tokens."`
	Bucket    bucketCommand    `cmd:"" help:"Make the bucket, or set it up: everybody may read renditions, and pages of any origin may upload with a signed address."`
	Schema    schemaCommand    `cmd:"" help:"Print the schema that is served."`
	Fields    fieldsCommands   `cmd:"" help:"Which clients ask for which fields of the schema."`
	Doctor    doctorCommand    `cmd:"" help:"Say what is wrong, and mend counters and feeds."`
	Release   releaseCommands  `cmd:"" help:"Store releases, and bring them to this machine."`

	Version kong.VersionFlag `help:"Print the version and the commit behind it."`
}

func main() {
	var c commands
	parser := kong.Parse(&c, kong.Name("styleshare"), kong.Description("Backend for photo-sharing communities. Variables are listed in README.md."),
		kong.UsageOnError(), kong.Vars{"version": version.String()})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	parser.BindTo(ctx, (*context.Context)(nil))
	err := parser.Run()
	stop()
	if code, ok := errors.AsType[exitCode](err); ok {
		os.Exit(int(code))
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "styleshare: "+strings.ReplaceAll(err.Error(), "\n", "\n  "))
		os.Exit(1)
	}
}

// load reads and checks all variables.
func load() (config.Config, error) {
	c, err := config.Load(os.Environ())
	if err = errors.Join(err, c.Validate()); err != nil {
		return c, fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	return c, nil
}

// database opens the database alone, for commands that need nothing else.
func database(ctx context.Context) (*models.DB, error) {
	c, err := config.Load(os.Environ())
	if err != nil {
		return nil, fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	if c.DatabaseURL == "" {
		return nil, errors.New("DATABASE_URL: must be set")
	}
	db, err := models.Open(c.DatabaseURL, c.DatabaseMaxConns, models.BehindPooler(c.DatabasePooler))
	if err != nil {
		return nil, err
	}
	if err = ping(ctx, db); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

type migrateCommand struct{}

// Run applies the migrations.
func (migrateCommand) Run(ctx context.Context) error {
	c, err := config.Load(os.Environ())
	if err != nil {
		return fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL: must be set")
	}
	return migrations.Apply(ctx, c.DatabaseURL)
}

type documentsCommand struct {
	Format string `enum:"plain,apollo" default:"plain" help:"plain: texts by their SHA-256, as graphql-codegen writes them; apollo: as Apollo's tools do."`
}

// Run prints the manifest.
func (c documentsCommand) Run() error {
	write := graph.WriteManifest
	if c.Format == "apollo" {
		write = graph.WriteApolloManifest
	}
	return write(os.Stdout)
}

type keysCommands struct {
	Rotate keysRotateCommand `cmd:"" help:"Sign with a new key from a minute on; older ones retire when their last tokens have ended."`
}

type keysRotateCommand struct{}

// Run rotates the signing key.
func (keysRotateCommand) Run(ctx context.Context) error {
	db, err := database(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.RotateSigningKey(ctx)
}
