// Package prepare installs the programs that a private stack and the build need, where they are missing.
package prepare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"
)

// gatewayPackage is the main package of the S3 gateway; the version is pinned in tools/s3gateway/go.mod.
const gatewayPackage = "github.com/versity/versitygw/cmd/versitygw"

var gatewayVersion = regexp.MustCompile(`github\.com/versity/versitygw (v\S+)`)

// Checkout finds the root of the checkout that dir lies in.
func Checkout(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for root := abs; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(gatewayModule(root), "go.mod")); err == nil {
			return root, nil
		}
		if root == filepath.Dir(root) {
			return "", fmt.Errorf("%s is not inside a checkout: start there", abs)
		}
	}
}

// GatewayPath is where the built S3 gateway for this checkout is kept: in the user's cache, shared by all checkouts.
func GatewayPath(checkout string) (string, error) {
	mod, err := os.ReadFile(filepath.Join(gatewayModule(checkout), "go.mod"))
	if err != nil {
		return "", fmt.Errorf("the S3 gateway's module is not there, start inside a checkout or set S3_ENDPOINT: %w", err)
	}
	version := gatewayVersion.FindSubmatch(mod)
	if version == nil {
		return "", errors.New("tools/s3gateway/go.mod does not name versitygw: restore the file")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for built tools, set HOME: %w", err)
	}
	return filepath.Join(cache, "styleshare", "versitygw-"+string(version[1])), nil
}

func gatewayModule(checkout string) string { return filepath.Join(checkout, "tools", "s3gateway") }

// Gateway builds the S3 gateway unless the cache has it. The first build takes a minute or two.
func Gateway(ctx context.Context, dir string, out io.Writer) error {
	checkout, err := Checkout(dir)
	if err != nil {
		return err
	}
	program, err := GatewayPath(checkout)
	if err != nil {
		return err
	}
	if _, err := os.Stat(program); err == nil {
		return nil
	}
	done := progress(out, "Building the S3 gateway (once, about a minute)")
	if err := os.MkdirAll(filepath.Dir(program), 0o750); err != nil {
		return err
	}
	// Built beside its place and renamed: a build that is killed, or two at once, never leave half a program.
	work := fmt.Sprintf("%s.%d", program, os.Getpid())
	defer func() { _ = os.Remove(work) }()
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", work, gatewayPackage)
	cmd.Dir = gatewayModule(checkout)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the S3 gateway was not built: %w\n%s", err, text)
	}
	if err := os.Rename(work, program); err != nil {
		return err
	}
	done()
	return nil
}

// progress says what begins, that it still goes on, and how long it took.
func progress(out io.Writer, what string) (done func()) {
	began := time.Now()
	_, _ = fmt.Fprintln(out, what+" …")
	stop := make(chan struct{})
	go func() {
		tick := time.NewTicker(15 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				_, _ = fmt.Fprintf(out, "%s … %d s\n", what, int(time.Since(began).Seconds()))
			}
		}
	}()
	return func() {
		close(stop)
		_, _ = fmt.Fprintf(out, "%s: done in %d s\n", what, int(time.Since(began).Seconds()))
	}
}
