// Command s3gateway serves a directory as an S3 object store, for development and tests: the posix backend of versitygw
// without its other backends, tests and tools, which take longer to compile than all the rest.
//
// The credentials come from ROOT_ACCESS_KEY_ID and ROOT_SECRET_ACCESS_KEY.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// Limits that versitygw's own command has by default, made smaller where S3's are meant for data centres.
const (
	maxConnections = 4096
	maxRequests    = 1024
	posixActions   = 1000
	maxParts       = 10_000
	maxCopy        = 5 << 30 // bytes
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9000", "address to serve at")
	region := flag.String("region", "us-east-1", "region that requests are signed for")
	dir := flag.String("dir", "", "directory with the objects and what S3 says of them (absolute)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, *listen, *region, *dir)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "s3gateway:", err)
		os.Exit(1)
	}
}

// serve keeps the attributes of objects in files beside them: not every file system has extended attributes.
func serve(ctx context.Context, listen, region, dir string) error {
	objects, attributes := filepath.Join(dir, "objects"), filepath.Join(dir, "meta")
	for _, d := range []string{objects, attributes} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	sidecar, err := meta.NewSideCar(attributes)
	if err != nil {
		return err
	}
	backend, err := posix.New(objects, sidecar, posix.PosixOpts{
		SideCarDir: attributes, Concurrency: posixActions, CopyObjectThreshold: maxCopy,
	})
	if err != nil {
		return err
	}
	return embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
		RootUserAccess: os.Getenv("ROOT_ACCESS_KEY_ID"), RootUserSecret: os.Getenv("ROOT_SECRET_ACCESS_KEY"),
		Region: region, Ports: []string{listen}, HealthPath: "/health",
		MaxConnections: maxConnections, MaxRequests: maxRequests, MultipartMaxParts: maxParts,
		KeepAlive: true, Quiet: true,
	})
}
