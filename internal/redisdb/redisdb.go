// Package redisdb opens the client that everything talking to Redis shares: of a single Redis, of one that Sentinels watch,
// or of a Cluster, as its address says.
package redisdb

import (
	"crypto/tls"
	"errors"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// What may be wrong with an address. The parsers' own errors quote parts of it, and where a password holds a '#' or '/'
// those parts are the password: they are not passed on.
var (
	// ErrAddress says how an address must look.
	ErrAddress = errors.New("redis address: wants redis://[user:password@]host[:port][/db][?option=value], " +
		"redis-sentinel://[user:password@]host[:port],host…[/db]?master=name or redis-cluster://[user:password@]host[:port],host…, " +
		"or rediss…:// for TLS; write reserved characters of a password as %XX")
	// ErrMaster says that Sentinels cannot be asked without a name.
	ErrMaster = errors.New("redis address: redis-sentinel:// wants ?master= and the name by which the Sentinels know the primary")
	// ErrDatabase says that a Cluster has one database.
	ErrDatabase = errors.New("redis address: a Cluster has the database 0 only")
	// ErrReplicas says that what was just written has to be read.
	ErrReplicas = errors.New("redis address: replicas are behind, so nothing may be read from them: " +
		"leave out replica_only, read_only, route_by_latency and route_randomly")
)

const (
	clientName              = "styleshare"
	redisPort, sentinelPort = "6379", "26379"
)

// noNotifications leaves out what only Redis' cloud edition knows; elsewhere it is an error reply on every new connection.
var noNotifications = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}

// Open makes a client for an address as in ErrAddress, with go-redis' own query parameters (pool_size, read_timeout, …).
// User and password are those of Redis; Sentinels that want some get them as sentinel_username and sentinel_password. It
// connects at the first command, not here. Its only errors are those above.
func Open(address string) (redis.UniversalClient, error) {
	scheme, _, _ := strings.Cut(address, "://")
	port, open := redisPort, openSingle
	switch strings.Replace(scheme, "rediss", "redis", 1) {
	case "redis":
	case "redis-cluster":
		open = openCluster
	case "redis-sentinel":
		port, open = sentinelPort, openSentinel
	default:
		return nil, ErrAddress
	}
	plain, _, _ := strings.Cut(scheme, "-")
	u, others, err := split(plain, address, port)
	if err != nil {
		return nil, ErrAddress
	}
	if readsReplicas(u.Query()) {
		return nil, ErrReplicas
	}
	client, err := open(u, others)
	if err != nil {
		return nil, err
	}
	return traced(client), nil
}

func openSingle(u *url.URL, others []string) (redis.UniversalClient, error) {
	opts, err := redis.ParseURL(u.String())
	if err != nil || len(others) > 0 {
		return nil, ErrAddress
	}
	// Without it a context's deadline stops nothing, and a hung server costs the read time-out of 5 s.
	opts.ContextTimeoutEnabled = true
	opts.MaintNotificationsConfig = noNotifications
	opts.ClientName = clientName
	return redis.NewClient(opts), nil
}

func openSentinel(u *url.URL, others []string) (redis.UniversalClient, error) {
	opts, err := sentinelOptions(u, others)
	if err != nil {
		return nil, err
	}
	return redis.NewFailoverClient(opts), nil
}

func sentinelOptions(u *url.URL, others []string) (*redis.FailoverOptions, error) {
	query, forRedis := u.Query(), u.User
	if query.Get("master") == "" {
		return nil, ErrMaster
	}
	// go-redis has it the other way round: the credentials before the hosts are the Sentinels'.
	if u.User = credentials(query, "sentinel_username", "sentinel_password"); forRedis != nil {
		password, _ := forRedis.Password()
		query.Set("username", forRedis.Username())
		query.Set("password", password)
	}
	query.Set("master_name", query.Get("master"))
	query.Del("master")
	u.RawQuery = withAddresses(query, others)
	opts, err := redis.ParseFailoverURL(u.String())
	if err != nil {
		return nil, ErrAddress
	}
	opts.ContextTimeoutEnabled = true
	opts.ClientName = clientName
	anyName(opts.TLSConfig)
	return opts, nil
}

func openCluster(u *url.URL, others []string) (redis.UniversalClient, error) {
	if path := strings.Trim(u.Path, "/"); path != "" && path != "0" {
		return nil, ErrDatabase
	}
	u.RawQuery = withAddresses(u.Query(), others)
	opts, err := redis.ParseClusterURL(u.String())
	if err != nil {
		return nil, ErrAddress
	}
	opts.ContextTimeoutEnabled = true
	opts.MaintNotificationsConfig = noNotifications
	opts.ClientName = clientName
	anyName(opts.TLSConfig)
	return redis.NewClusterClient(opts), nil
}

// anyName has each node prove the name it is reached by, where go-redis expects the first one's of all.
func anyName(c *tls.Config) {
	if c != nil {
		c.ServerName = ""
	}
}
