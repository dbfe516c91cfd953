package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// ErrUnderWay is returned where another process makes a backup of the database.
var ErrUnderWay = errors.New("another backup is under way")

// ErrPublic is returned with a manifest where the backup is good, and whoever asks can fetch it.
var ErrPublic = errors.New("everybody can read what is in BACKUP_BUCKET: forbid it")

// backupLock is the key of the advisory lock under which a database is backed up: "backup" in ASCII.
const backupLock int64 = 0x6261636b7570

// Create makes a backup. The database is read as it was at one moment, by pg_dump and by the counts of the manifest alike.
func (b *Backups) Create(ctx context.Context) (m Manifest, err error) {
	recipients, err := b.Config.recipients()
	if err != nil || len(recipients) == 0 {
		return m, errors.Join(errors.New("BACKUP_RECIPIENT: must be set"), err)
	}
	conn, err := connect(ctx, b.DatabaseURL)
	if err != nil {
		return m, err
	}
	defer disconnect(ctx, conn)
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return m, err
	}
	var free bool
	if err = tx.QueryRow(ctx, "select pg_try_advisory_xact_lock($1)", backupLock).Scan(&free); err != nil {
		return m, err
	}
	if !free {
		return m, ErrUnderWay
	}
	m, err = b.copySnapshot(ctx, tx, recipients)
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	if err = b.Store.PutNew(ctx, manifestKey(m.Name), "application/json", text); err != nil {
		return m, err
	}
	// A store that does not answer without a signature gives nothing away.
	if public, err := b.Store.IsPublic(ctx, manifestKey(m.Name)); err == nil && public {
		return m, ErrPublic
	}
	return m, nil
}

// copySnapshot uploads the dump, while the rows of the same snapshot are counted.
func (b *Backups) copySnapshot(ctx context.Context, tx pgx.Tx, recipients []age.Recipient) (Manifest, error) {
	var snapshot string
	if err := tx.QueryRow(ctx, "select pg_export_snapshot()").Scan(&snapshot); err != nil {
		return Manifest{}, err
	}
	taken := b.now().UTC().Truncate(time.Millisecond)
	m := Manifest{Name: taken.Format(nameLayout), TakenAt: taken, Release: b.Release, Recipients: b.Config.Recipients}
	s, err := readServer(ctx, tx)
	if err != nil {
		return m, err
	}
	m.PostgreSQL, m.Collate, m.CType = s.version, s.collate, s.ctype
	if err = tx.QueryRow(ctx, b.SchemaVersion).Scan(&m.SchemaVersion); err != nil {
		return m, err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.uploadDump(groupCtx, &m, s.major, snapshot, recipients) })
	var tables []Table
	group.Go(func() (err error) {
		tables, err = readTables(groupCtx, tx)
		return err
	})
	if err = group.Wait(); err != nil {
		return m, errors.Join(err, b.Store.Delete(context.WithoutCancel(ctx), dumpKey(m.Name)))
	}
	m.Tables, m.FinishedAt = tables, b.now().UTC().Truncate(time.Millisecond)
	return m, nil
}

// uploadDump has pg_dump write into the bucket, and notes size and checksum.
func (b *Backups) uploadDump(ctx context.Context, m *Manifest, major int, snapshot string, recipients []age.Recipient) error {
	var said words
	dump, err := child(ctx, b.DatabaseURL, "pg_dump", major, &said, dumpArguments(snapshot)...)
	if err != nil {
		return err
	}
	out, err := dump.StdoutPipe()
	if err != nil {
		return err
	}
	sum := sha256.New()
	count := counter{w: sum}
	reader, writer := io.Pipe()
	if err = dump.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		err := encrypt(io.MultiWriter(writer, &count), out, recipients, func() error {
			if err := dump.Wait(); err != nil {
				return fmt.Errorf("pg_dump: %w", said.reason(err))
			}
			return nil
		})
		_ = writer.CloseWithError(err) // the upload ends well only if pg_dump did
		ended <- err
	}()
	err = b.Store.Upload(ctx, dumpKey(m.Name), "application/octet-stream", reader)
	_ = reader.CloseWithError(context.Canceled) // ends pg_dump where the upload has failed
	if dumpErr := <-ended; err == nil || errors.Is(err, dumpErr) {
		err = dumpErr
	}
	m.Bytes, m.SHA256 = count.n, hex.EncodeToString(sum.Sum(nil))
	return err
}

// dumpArguments are what every restore can do with: nobody's rights, and the format that pg_restore reads from a pipe. The
// level is that of gzip, which every version has: a third of the time of the default, for a tenth more bytes.
func dumpArguments(snapshot string) []string {
	return []string{"--format=custom", "--compress=3", "--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions",
		"--snapshot=" + snapshot, "--lock-wait-timeout=60s", "--no-password"}
}

// encrypt writes what it reads. The file gets its end only after whole has said that the source was read to its own.
func encrypt(w io.Writer, source io.Reader, recipients []age.Recipient, whole func() error) error {
	file, err := age.Encrypt(w, recipients...)
	if err == nil {
		_, err = io.Copy(file, source)
	}
	if err != nil {
		// Nobody reads on: the source ends by its broken pipe.
		if closer, ok := source.(io.Closer); ok {
			_ = closer.Close()
		}
	}
	if sourceErr := whole(); err == nil {
		err = sourceErr
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// counter counts bytes on their way.
type counter struct {
	w io.Writer
	n int64
}

// Write counts and passes on.
func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.w.Write(p)
}
