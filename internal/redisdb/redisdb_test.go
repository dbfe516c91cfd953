package redisdb

import (
	"slices"
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

func TestOpenSentinel(t *testing.T) {
	t.Parallel()
	parse := func(scheme, address string) (*redis.FailoverOptions, error) {
		u, others, err := split(scheme, address, sentinelPort)
		if err != nil {
			t.Fatal(err)
		}
		return sentinelOptions(u, others)
	}
	opts, err := parse("rediss", "rediss-sentinel://app:s3cret,%2F@a:1,b,[::1]:3/3?master=mymaster&sentinel_password=told&pool_size=7")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(opts.SentinelAddrs, []string{"a:1", "b:26379", "[::1]:3"}) || opts.MasterName != "mymaster" || opts.DB != 3 ||
		opts.Username != "app" || opts.Password != "s3cret,/" || opts.SentinelUsername != "" || opts.SentinelPassword != "told" || opts.PoolSize != 7 ||
		opts.TLSConfig == nil || opts.TLSConfig.ServerName != "" || opts.TLSConfig.InsecureSkipVerify || !opts.ContextTimeoutEnabled {
		t.Errorf("%+v", opts)
	}
	if opts, err = parse("redis", "redis-sentinel://:s3cret@a,b?master=m"); err != nil || opts.Password != "s3cret" || opts.SentinelPassword != "" || opts.TLSConfig != nil {
		t.Errorf("%+v, %v", opts, err)
	}
}

func TestOpenCluster(t *testing.T) {
	t.Parallel()
	client, err := Open("rediss-cluster://app:s3cret@a,b:7001,[::1]/0?max_redirects=5")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	opts := client.(*redis.ClusterClient).Options()
	if !slices.Equal(opts.Addrs, []string{"a:6379", "b:7001", "[::1]:6379"}) || opts.Username != "app" || opts.Password != "s3cret" || opts.MaxRedirects != 5 ||
		opts.TLSConfig == nil || opts.TLSConfig.ServerName != "" || opts.TLSConfig.InsecureSkipVerify || !opts.ContextTimeoutEnabled {
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
