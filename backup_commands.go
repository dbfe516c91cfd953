package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"styleshare/internal/backup"
	"styleshare/internal/config"
	"styleshare/internal/version"
	"styleshare/jobs"
	"styleshare/models"
	"styleshare/models/migrations"
)

type backupCommands struct {
	Keys    backupKeysCommand    `cmd:"" help:"Make a pair of keys: one encrypts backups, the other opens them."`
	Create  backupCreateCommand  `cmd:"" help:"Copy the database into its bucket now."`
	List    backupListCommand    `cmd:"" help:"List the backups."`
	Verify  backupVerifyCommand  `cmd:"" help:"Restore a backup into a database of its own, compare, and drop that again."`
	Restore backupRestoreCommand `cmd:"" help:"Bring a backup into an empty database, compare, and make it fit to be served."`
	Settle  backupSettleCommand  `cmd:"" help:"Make a database fit to be served that came back from the past in another way."`
	Prune   backupPruneCommand   `cmd:"" help:"Delete the backups for which BACKUP_KEEP has no place."`
}

// openBackups opens the bucket of the backups alone. It asks nothing of it yet.
func openBackups(ctx context.Context, c config.Config) (*backup.Backups, error) {
	photos := c
	photos.S3Bucket, photos.S3PublicURL = c.Backup.Bucket, ""
	store, err := openStore(ctx, photos)
	if err != nil {
		return nil, err
	}
	return &backup.Backups{
		Store: store, DatabaseURL: cmp.Or(c.Backup.DatabaseURL, c.DatabaseURL), Config: c.Backup, Release: version.String(),
		SchemaVersion: migrations.AppliedQuery, Checks: models.RestoreChecks, Log: slog.Default(),
	}, nil
}

// loadBackups reads the variables of the commands.
func loadBackups(ctx context.Context) (*backup.Backups, error) {
	c, err := config.Load(os.Environ())
	if err = errors.Join(err, errors.Join(c.Backup.Validate(c.S3Bucket)...)); err != nil {
		return nil, fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	if c.Backup.Bucket == "" {
		return nil, errors.New("BACKUP_BUCKET: must be set")
	}
	return openBackups(ctx, c)
}

type backupKeysCommand struct {
	File string `arg:"" help:"Where the private key goes, which must not be there yet. Keep copies of it, none of them on a machine that serves."`
}

// Run writes the private key and prints the variable with the public one.
func (k *backupKeysCommand) Run() error {
	file, err := os.OpenFile(k.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	recipient, err := backup.WriteKeys(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "BACKUP_RECIPIENT=%s\n", recipient)
	return err
}

type backupCreateCommand struct{}

// Run makes a backup.
func (backupCreateCommand) Run(ctx context.Context) error {
	b, err := loadBackups(ctx)
	if err != nil {
		return err
	}
	db, err := database(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	m, err := b.Create(ctx)
	public := errors.Is(err, backup.ErrPublic)
	if err != nil && !public {
		return err
	}
	recordErr := db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error { return tx.RecordBackup(ctx, jobs.BackupOf(m)) })
	printBackup(os.Stdout, m)
	return errors.Join(err, recordErr)
}

func printBackup(w io.Writer, m backup.Manifest) {
	fmt.Fprintf(w, "%s  %d bytes, %d rows of %d tables, schema %d, PostgreSQL %s, release %s\n",
		m.Name, m.Bytes, m.Rows(), len(m.Tables), m.SchemaVersion, m.PostgreSQL, m.Release)
}

type backupListCommand struct{}

// Run lists backups, one in a line.
func (backupListCommand) Run(ctx context.Context) error {
	b, err := loadBackups(ctx)
	if err != nil {
		return err
	}
	manifests, err := b.List(ctx)
	for _, m := range manifests {
		printBackup(os.Stdout, m)
	}
	return err
}

type backupVerifyCommand struct {
	Name   string `arg:"" optional:"" help:"Which; without it the newest."`
	Server string `help:"The server to make the database on, as an address like DATABASE_URL; without it that one."`
}

// Run verifies a backup.
func (v *backupVerifyCommand) Run(ctx context.Context) error {
	b, err := loadBackups(ctx)
	if err != nil {
		return err
	}
	server := cmp.Or(v.Server, b.DatabaseURL)
	if server == "" {
		return errors.New("name a server with --server, or set DATABASE_URL")
	}
	report, err := b.Verify(ctx, v.Name, server)
	if err != nil {
		return err
	}
	return printReport(report)
}

// printReport prints what was found; differences are an error.
func printReport(r *backup.Report) error {
	printBackup(os.Stdout, r.Manifest)
	fmt.Fprintf(os.Stdout, "restored in %s, compared in %s\n", r.Restoring.Round(time.Millisecond), r.Comparing.Round(time.Millisecond))
	for _, difference := range r.Differences {
		fmt.Fprintln(os.Stdout, "differs: "+difference)
	}
	if len(r.Differences) > 0 {
		return fmt.Errorf("backup %s: %d differences", r.Manifest.Name, len(r.Differences))
	}
	fmt.Fprintln(os.Stdout, "every table has the rows of the backup, and nothing else is wrong")
	return nil
}

type backupRestoreCommand struct {
	Name    string `arg:"" optional:"" help:"Which; without it the newest."`
	Into    string `required:"" help:"The database, as an address like DATABASE_URL. It has to be empty."`
	Replace bool   `help:"Delete what is in the database first."`
}

// Run restores a backup. A database in which something differs is settled all the same: what there is may be all there is.
func (r *backupRestoreCommand) Run(ctx context.Context) error {
	b, err := loadBackups(ctx)
	if err != nil {
		return err
	}
	report, err := b.Restore(ctx, r.Name, r.Into, r.Replace)
	if err != nil {
		return err
	}
	if err = models.SettleRestored(ctx, r.Into); err != nil {
		return err
	}
	err = printReport(report)
	fmt.Fprint(os.Stdout, `What to do next:
  1. Set DATABASE_URL to this database, on all machines.
  2. styleshare migrate, where the release is newer than the backup's.
  3. Start the processes. Redis and memcached may stay as they are: nothing in them is taken for this database's.
  4. Repeat what docs/backup.md says of people and photos that were deleted since the backup.
`)
	return err
}

type backupSettleCommand struct{}

// Run settles the database of DATABASE_URL. Its processes must be stopped, and started afterwards.
func (backupSettleCommand) Run(ctx context.Context) error {
	c, err := config.Load(os.Environ())
	if err != nil {
		return fmt.Errorf("the configuration has mistakes:\n%w", err)
	}
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL: must be set")
	}
	return models.SettleRestored(ctx, c.DatabaseURL)
}

type backupPruneCommand struct{}

// Run deletes old backups.
func (backupPruneCommand) Run(ctx context.Context) error {
	b, err := loadBackups(ctx)
	if err != nil {
		return err
	}
	deleted, err := b.Prune(ctx)
	for _, name := range deleted {
		fmt.Fprintln(os.Stdout, "deleted "+name)
	}
	return err
}
