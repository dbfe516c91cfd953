package release

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"styleshare/internal/web"
)

// prove has the new binary show that it is for this machine and is the version that it should be, migrate the database
// where that was asked for, and get ready once beside the processes that run.
func (d *Deployment) prove(ctx context.Context, version Version) error {
	binary := filepath.Join(d.path(version), Name)
	out, err := d.command(ctx, binary, "--version").CombinedOutput()
	if err != nil {
		return refuse("its binary does not run here: %w: %.200q", err, out)
	}
	if says, _, _ := strings.Cut(strings.TrimSpace(string(out)), " "); says != string(version) {
		return refuse("its binary says that it is %.50q", says)
	}
	if d.Migrate {
		d.say("migrating with %s", version)
		if out, err = d.command(ctx, binary, "migrate").CombinedOutput(); err != nil {
			return fmt.Errorf("the database was not migrated: %w\n%s", err, out)
		}
	}
	return d.try(ctx, binary, version)
}

// try runs the new API on addresses of its own until it is ready. It takes no job and no request.
func (d *Deployment) try(ctx context.Context, binary string, version Version) error {
	listen, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	admin, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	trial, stop := context.WithCancel(ctx)
	cmd := d.command(trial, binary, "serve")
	cmd.Env = append(cmd.Env, "LISTEN="+listen, "ADMIN_LISTEN="+admin)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err = cmd.Start(); err != nil {
		stop()
		return err
	}
	ready, ended := make(chan error, 1), make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	go func() { ready <- d.await(trial, "http://"+admin, version) }()
	select {
	case err = <-ready:
		stop()
		<-ended
	case err = <-ended:
		err = fmt.Errorf("it ended: %w", errors.Join(err, errors.New("before it was ready")))
		stop()
		<-ready
	}
	if err != nil {
		return fmt.Errorf("its API was tried and is not ready: %w\n%s", err, lastLines(said.String(), 10))
	}
	d.say("release %s was tried and is ready", version)
	return nil
}

// freeAddress is one where nobody listens at this moment.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// How often a process that is not ready yet is asked, and how long one answer may take.
const (
	askEvery      = 200 * time.Millisecond
	answerTimeout = 5 * time.Second
)

// await asks a process at its address until it lives, is ready and runs the version.
func (d *Deployment) await(ctx context.Context, address string, version Version) error {
	ctx, cancel := context.WithTimeout(ctx, d.Patience)
	defer cancel()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	var last error
	for {
		err := ask(ctx, address, version)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil { // the end of the patience is no answer
			last = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s after %s: %w", address, d.Patience, last)
		case <-tick.C:
		}
	}
}

func ask(ctx context.Context, address string, version Version) error {
	if _, err := get(ctx, address+web.PathAlive); err != nil {
		return err
	}
	answer, err := get(ctx, address+web.PathReady)
	if err != nil {
		return err
	}
	var ready web.Readiness
	if err = json.Unmarshal(answer, &ready); err != nil {
		return fmt.Errorf("%s: %w", web.PathReady, err)
	}
	if ready.Version != string(version) {
		return fmt.Errorf("it runs %.50q, not %s", ready.Version, version)
	}
	return nil
}

func get(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxSmallBytes))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %s", address, answer.StatusCode, strings.TrimSpace(string(body)))
	}
	return body, err
}
