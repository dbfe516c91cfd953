package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"styleshare/bench/made"
	"styleshare/internal/devstack"
)

// stack is the servers that all contenders share, private to measurements. What was made once is kept for the next run.
type stack struct {
	*devstack.Stack
	out io.Writer
}

// settings give PostgreSQL what a server of its own would have, on a machine that it shares with the contenders.
var settings = []string{
	"shared_buffers=2GB", "effective_cache_size=8GB", "random_page_cost=1.1", "max_connections=400", "max_wal_size=4GB",
	"checkpoint_timeout=30min", "autovacuum=off", "synchronous_commit=off", "jit=off",
}

func startStack(ctx context.Context, out io.Writer) (*stack, error) {
	s, err := devstack.Start(ctx, devstack.Options{Dir: ".", Name: "bench", Out: out, Settings: settings,
		Need: []devstack.Name{devstack.PostgreSQL, devstack.Memcached, devstack.Redis}})
	if err != nil {
		return nil, err
	}
	return &stack{s, out}, nil
}

// original gives the address of a database that holds the size; it is made when it is not there. Nobody writes to it.
func (s *stack) original(ctx context.Context, size made.Size) (string, error) {
	name := "bench_" + strings.ToLower(size.Name)
	address := s.address(name)
	exists, err := s.exists(ctx, name)
	if err != nil {
		return "", err
	}
	if exists {
		if filled, err := made.IsFilled(ctx, address, size); err != nil || filled {
			return address, err
		}
		if err = s.administer(ctx, "drop database "+name+" with (force)"); err != nil {
			return "", err
		}
	}
	_, _ = fmt.Fprintf(s.out, "Making data of size %s, once …\n", size.Name)
	if err = s.administer(ctx, "create database "+name); err != nil {
		return "", err
	}
	return address, made.Fill(ctx, address, size, s.out)
}

// isThere tells whether the size was made.
func (s *stack) isThere(ctx context.Context, size made.Size) (bool, error) {
	name := "bench_" + strings.ToLower(size.Name)
	exists, err := s.exists(ctx, name)
	if err != nil || !exists {
		return false, err
	}
	return made.IsFilled(ctx, s.address(name), size)
}

// database gives the address of the size, which is warm: a copy, or the original where it is shared.
func (s *stack) database(ctx context.Context, size made.Size, isShared bool) (string, error) {
	address, err := s.original(ctx, size)
	if err != nil {
		return "", err
	}
	if !isShared {
		if address, err = s.copyOf(ctx, size); err != nil {
			return "", err
		}
	}
	return address, s.prewarm(ctx, address)
}

// copyOf gives the address of a copy that a run may write to: every run begins with the same rows.
func (s *stack) copyOf(ctx context.Context, size made.Size) (string, error) {
	_, _ = fmt.Fprintf(s.out, "Copying the data of size %s …\n", size.Name)
	const name = "bench_run"
	for _, statement := range []string{
		"drop database if exists " + name + " with (force)",
		"create database " + name + " template bench_" + strings.ToLower(size.Name) + " strategy file_copy",
	} {
		if err := s.administer(ctx, statement); err != nil {
			return "", err
		}
	}
	return s.address(name), nil
}

// prewarm reads everything, the small things last, so that no round measures the disk.
func (s *stack) prewarm(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err = conn.Exec(ctx, "create extension if not exists pg_prewarm"); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `select pg_prewarm(oid) from (select oid from pg_class
		where relnamespace = 'public'::regnamespace and relkind in ('r', 'i') order by relpages desc offset 0) c`)
	return err
}

func (s *stack) exists(ctx context.Context, name string) (exists bool, err error) {
	conn, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists)
	return exists, err
}

// administer runs one statement on the server's maintenance database.
func (s *stack) administer(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err = conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

func (s *stack) address(database string) string {
	u, err := url.Parse(s.DatabaseURL)
	if err != nil {
		panic("devstack made an address that is none")
	}
	u.Path = "/" + database
	return u.String()
}
