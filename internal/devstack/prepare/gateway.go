// Package prepare installs the programs that a private stack and the build need, where they are missing.
package prepare

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

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

// gatewayFiles decide what the built gateway is.
var gatewayFiles = []string{"go.mod", "go.sum", "main.go"}

// GatewayPath is where the built S3 gateway of this checkout is kept: in the user's cache, shared by all checkouts that
// want the same one.
func GatewayPath(checkout string) (string, error) {
	sum := sha256.New()
	for _, name := range gatewayFiles {
		b, err := os.ReadFile(filepath.Join(gatewayModule(checkout), name))
		if err != nil {
			return "", fmt.Errorf("the S3 gateway's source is not there, restore it or set S3_ENDPOINT: %w", err)
		}
		sum.Write(b)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for built tools, set HOME: %w", err)
	}
	return filepath.Join(cache, "styleshare", "s3gateway-"+hex.EncodeToString(sum.Sum(nil))[:12]), nil
}

func gatewayModule(checkout string) string { return filepath.Join(checkout, "tools", "s3gateway") }

// Gateway builds the S3 gateway unless the cache has it. The first build takes about a minute.
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
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", work, ".")
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
