package redisdb

import (
	"net"
	"net/url"
	"strings"
)

// split parses an address of one or more hosts as one of the first, with a scheme of its own, and gives the others. Hosts
// without a port get one. net/url itself takes no list of hosts with ports.
func split(scheme, address, port string) (u *url.URL, others []string, err error) {
	_, rest, _ := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@') + 1
	var hosts []string
	for host := range strings.SplitSeq(rest[at:end], ",") {
		if host, err = withPort(host, port); err != nil {
			return nil, nil, err
		}
		hosts = append(hosts, host)
	}
	if u, err = url.Parse(scheme + "://" + rest[:at] + hosts[0] + rest[end:]); err != nil {
		return nil, nil, err
	}
	if _, err = url.ParseQuery(u.RawQuery); err != nil || u.Fragment != "" {
		return nil, nil, ErrAddress
	}
	return u, hosts[1:], nil
}

func withPort(host, port string) (string, error) {
	u, err := url.Parse("//" + host)
	if err != nil {
		return "", err
	}
	if u.Host != host || u.Hostname() == "" {
		return "", ErrAddress
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// withAddresses is a query with further hosts as go-redis wants them.
func withAddresses(query url.Values, others []string) string {
	query.Del("addr") // hosts stand in one place only
	for _, host := range others {
		query.Add("addr", host)
	}
	return query.Encode()
}

// credentials takes a user and a password out of a query.
func credentials(query url.Values, user, password string) *url.Userinfo {
	defer func() { query.Del(user); query.Del(password) }()
	if !query.Has(user) && !query.Has(password) {
		return nil
	}
	return url.UserPassword(query.Get(user), query.Get(password))
}

func readsReplicas(query url.Values) bool {
	for _, option := range []string{"replica_only", "read_only", "route_by_latency", "route_randomly"} {
		if query.Has(option) {
			return true
		}
	}
	return false
}
