// Command teststack runs a command (the tests) beside one PostgreSQL and one S3 gateway that all of its packages share, and
// ends them afterwards: teststack go test ./...
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"styleshare/internal/devstack"
	"styleshare/internal/testkit"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: teststack COMMAND [ARGUMENT …]")
		os.Exit(2)
	}
	code, err := run(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(program string, args []string) (code int, err error) {
	// A terminal sends Ctrl-C to the command as well; we only wait for it and then end the servers.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	stack, err := devstack.Start(ctx, devstack.Options{
		Dir: ".", Need: []devstack.Name{devstack.PostgreSQL, devstack.S3}, Ephemeral: true,
	})
	if err != nil {
		return 1, err
	}
	defer stack.Stop()
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(),
		testkit.DatabaseVariable+"="+stack.DatabaseURL,
		testkit.S3EndpointVariable+"="+stack.S3Endpoint,
		testkit.S3RegionVariable+"="+stack.AWSRegion,
		testkit.S3KeyVariable+"="+stack.AWSAccessKeyID,
		testkit.S3SecretVariable+"="+stack.AWSSecretAccessKey,
	)
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case err = <-done:
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				return max(exit.ExitCode(), 1), nil
			}
			return 0, err
		case err := <-stack.Failed():
			fmt.Fprintln(os.Stderr, err)
		case <-ctx.Done():
			stop() // the second signal ends us
			_ = cmd.Process.Signal(syscall.SIGTERM)
			err = <-done
			return 1, err
		}
	}
}
