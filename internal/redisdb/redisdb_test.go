package redisdb

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	client, err := Open("rediss://app:s3cret@cache.example:6380/3?pool_size=7")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	opts := client.(*redis.Client).Options()
	if opts.Addr != "cache.example:6380" || opts.DB != 3 || opts.Username != "app" || opts.Password != "s3cret" ||
		opts.PoolSize != 7 || opts.TLSConfig == nil || opts.TLSConfig.InsecureSkipVerify || !opts.ContextTimeoutEnabled {
		t.Errorf("%+v", opts)
	}
}

func TestOpenDefaultPort(t *testing.T) {
	t.Parallel()
	client, err := Open("redis://cache.example")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if opts := client.(*redis.Client).Options(); opts.Addr != "cache.example:6379" || opts.TLSConfig != nil {
		t.Errorf("%+v", opts)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "localhost:6379", "http://host", "unix:///run/redis.sock", "redis://", "redis:///1", "redis://:s3cret@host:port",
		"redis://:s3cret@host/one", "redis://:s3cret@host/1/2", "redis://:s3cret@host?pool_size=many",
		"redis://:s3cret@host?no_such_option=1", "redis://:s3cret@ho st", "redis://:s3cret%zz@host", "redis://:s3cret#x@host", "redis://host/s3cret@host", "redis://\x7f:s3cret@host",
	} {
		client, err := Open(address)
		if err == nil {
			client.Close()
			t.Errorf("%q accepted", address)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: the error shows the password: %v", address, err)
		}
	}
}
