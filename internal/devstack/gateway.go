package devstack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"styleshare/internal/devstack/prepare"
	"styleshare/internal/storage"
)

// What a private gateway is asked for; any region will do, but both sides have to sign with the same one.
const (
	bucketName = "styleshare"
	region     = "us-east-1"
)

// gateway is the S3 gateway of tools/s3gateway: objects are files below dir.
type gateway struct {
	home    *home
	dir     string
	program string
}

func (*gateway) title() string      { return "The S3 gateway" }
func (*gateway) preferredPort() int { return 19000 }

func (*gateway) signals() (clean, hard, orphaned syscall.Signal) {
	return syscall.SIGTERM, syscall.SIGKILL, syscall.SIGKILL
}

func (g *gateway) prepare(context.Context) error {
	program, err := prepare.GatewayPath(g.home.checkout)
	if err != nil {
		return err
	}
	if _, err := os.Stat(program); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: %w", program, prepare.ErrMissing)
	}
	g.program = program
	return os.MkdirAll(g.dir, 0o700)
}

// command runs the gateway as the user of this process, who alone can reach the cache that the program is in.
func (g *gateway) command(port int) *exec.Cmd {
	cmd := exec.Command(g.program, "-listen", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), "-region", region, "-dir", g.dir)
	cmd.Dir = "/"
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + g.dir, "TZ=UTC",
		"ROOT_ACCESS_KEY_ID=" + g.home.secrets.S3Key,
		"ROOT_SECRET_ACCESS_KEY=" + g.home.secrets.S3Secret,
	}
	return cmd
}

// ready waits for the health page before it spends signed requests. Only our own gateway accepts these.
func (g *gateway) ready(ctx context.Context, port, _ int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, g.url(port)+"/health", nil)
	if err != nil {
		return err
	}
	answer, err := probes.Do(request)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the gateway's health page answers %s", answer.Status)
	}
	store, err := storage.New(ctx, g.config(port))
	if err != nil {
		return err
	}
	return store.EnsureBucket(ctx)
}

// probes keeps no connection open and obeys no proxy.
var probes = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func (g *gateway) url(port int) string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func (g *gateway) config(port int) storage.Config {
	return storage.Config{
		Endpoint: g.url(port), Bucket: bucketName, PublicURL: g.url(port) + "/" + bucketName, Region: region,
		AccessKeyID: g.home.secrets.S3Key, SecretAccessKey: g.home.secrets.S3Secret,
	}
}

// S3Config gives what a client needs to use a running part named S3.
func S3Config(p *Part) storage.Config {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.server.(*gateway).config(p.port)
}
