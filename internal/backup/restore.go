package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"
)

// Mistakes of a restore that say what to do.
var (
	ErrNotEmpty = errors.New("the database is not empty: restore into a new one, or replace what is in it with --replace")
	ErrWrongKey = errors.New("BACKUP_IDENTITY_FILE: none of its keys opens this backup")
	ErrDamaged  = errors.New("the backup is damaged")
)

// Restore brings a backup, the newest where name is empty, into an empty database, and compares. With replace, what is in
// the database is deleted first. Where the restore fails, the database is empty.
func (b *Backups) Restore(ctx context.Context, name, databaseURL string, replace bool) (*Report, error) {
	identities, err := b.Config.identities()
	if err != nil {
		return nil, err
	}
	m, err := b.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	return b.restore(ctx, m, identities, databaseURL, replace)
}

func (b *Backups) restore(ctx context.Context, m Manifest, identities []age.Identity, databaseURL string, replace bool) (*Report, error) {
	conn, err := connect(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	defer disconnect(ctx, conn)
	s, err := readServer(ctx, conn)
	if err != nil {
		return nil, err
	}
	if err = prepareTarget(ctx, conn, s, replace); err != nil {
		return nil, err
	}
	began := b.now()
	if err = b.load(ctx, m, identities, databaseURL, s.major); err != nil {
		return nil, fmt.Errorf("restore %s: %w", m.Name, err)
	}
	restored := b.now()
	// A restored database is planned with nothing known of its tables until then.
	if _, err = conn.Exec(ctx, "analyze"); err != nil {
		return nil, err
	}
	report, err := b.compare(ctx, conn, m)
	if err != nil {
		return nil, err
	}
	report.Restoring, report.Comparing = restored.Sub(began), b.now().Sub(restored)
	return report, nil
}

// prepareTarget refuses a database that holds something, or that would not work.
func prepareTarget(ctx context.Context, conn *pgx.Conn, s server, replace bool) error {
	if s.ctype == "C" || s.ctype == "POSIX" {
		return errors.New("this database cannot index Korean: create it with LC_CTYPE C.UTF-8 (or another UTF-8 locale)")
	}
	if replace {
		return empty(ctx, conn)
	}
	names, err := tableNames(ctx, conn)
	if err == nil && len(names) > 0 {
		err = ErrNotEmpty
	}
	return err
}

// empty drops every schema, and makes the one anew that a new database has.
func empty(ctx context.Context, conn *pgx.Conn) error {
	var drop string
	err := conn.QueryRow(ctx, `select coalesce(string_agg(format('drop schema %I cascade;', nspname), ''), '')
		from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`).Scan(&drop)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, drop+"create schema public", pgx.QueryExecModeSimpleProtocol)
	return err
}

// load streams the dump from the bucket into pg_restore, which works in one transaction. It is told of its end only after
// the whole of it was found to be what was written: a dump that breaks off is rolled back.
func (b *Backups) load(ctx context.Context, m Manifest, identities []age.Identity, databaseURL string, major int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	encrypted, writer := io.Pipe()
	defer func() { _ = encrypted.Close() }()
	go func() { _ = writer.CloseWithError(b.download(ctx, m, writer)) }()
	plain, err := age.Decrypt(encrypted, identities...)
	if err != nil {
		return unreadable(err)
	}
	archive, err := dumpMajor(m)
	if err != nil {
		return err
	}
	var said words
	c, err := child(ctx, databaseURL, "pg_restore", max(major, archive), &said,
		"--dbname=", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments", "--no-password")
	if err != nil {
		return err
	}
	return feed(c, plain, &said, cancel)
}

// feed gives pg_restore what it reads, and ends it where the source breaks off.
func feed(c *exec.Cmd, plain io.Reader, said *words, cancel func()) error {
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err = c.Start(); err != nil {
		return err
	}
	_, err = io.Copy(&patient{w: in}, plain)
	if err != nil {
		cancel() // before its input ends
		_ = c.Wait()
		return unreadable(err)
	}
	_ = in.Close()
	if err = c.Wait(); err != nil {
		return fmt.Errorf("pg_restore: %w", said.reason(err))
	}
	return nil
}

// unreadable names the two usual reasons.
func unreadable(err error) error {
	if _, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		return ErrWrongKey
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "failed to decrypt and authenticate") {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// download writes the encrypted dump, and ends with an error where it is not what the manifest says.
func (b *Backups) download(ctx context.Context, m Manifest, w io.Writer) error {
	sum := sha256.New()
	count := counter{w: sum}
	if err := b.Store.Download(ctx, dumpKey(m.Name), io.MultiWriter(w, &count)); err != nil {
		return err
	}
	if count.n != m.Bytes || hex.EncodeToString(sum.Sum(nil)) != m.SHA256 {
		return fmt.Errorf("%w: %d bytes with another checksum than that of its manifest, which has %d", ErrDamaged, count.n, m.Bytes)
	}
	return nil
}

// patient goes on reading for pg_restore, which may have had enough before the end: the rest is looked at all the same.
type patient struct {
	w      io.Writer
	enough bool
}

// Write passes on what is still wanted.
func (p *patient) Write(b []byte) (int, error) {
	if p.enough {
		return len(b), nil
	}
	n, err := p.w.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		p.enough = true
		return len(b), nil
	}
	return n, err
}
