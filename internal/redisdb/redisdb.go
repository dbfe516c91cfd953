// Package redisdb opens the client that everything talking to Redis shares.
package redisdb

import (
	"errors"
	"net/url"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// ErrAddress says how an address must look. The parsers' own errors quote parts of it, and where a password
// holds a '#' or '/' those parts are the password: they are not passed on.
var ErrAddress = errors.New("redis address: wants redis://[user:password@]host[:port][/db][?option=value], " +
	"or rediss:// for TLS; write reserved characters of a password as %XX")

// Open makes a client for redis:// or rediss:// (TLS, verified), with go-redis' own query parameters
// (pool_size, read_timeout, …). It connects at the first command, not here. Its only error is ErrAddress.
func Open(address string) (redis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "redis" && u.Scheme != "rediss") || u.Hostname() == "" {
		return nil, ErrAddress
	}
	opts, err := redis.ParseURL(address)
	if err != nil {
		return nil, ErrAddress
	}
	// Without it a context's deadline stops nothing, and a hung server costs the read time-out of 5 s.
	opts.ContextTimeoutEnabled = true
	// Only Redis' cloud edition knows these; elsewhere they are an error reply on every new connection.
	opts.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	opts.ClientName = "styleshare"
	return redis.NewClient(opts), nil
}
