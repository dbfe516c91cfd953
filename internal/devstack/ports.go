package devstack

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Random ports come from below the range from which systems take the ports of outgoing connections (32768 and up on Linux,
// 49152 and up on macOS): a part that a test stops finds its port free again.
const (
	firstPort = 20000
	lastPort  = 32000
)

// freePort returns the preferred port (0 for none) when nobody listens there, and else any free one.
func freePort(preferred int) (int, error) {
	if preferred != 0 && portIsFree(preferred) {
		return preferred, nil
	}
	for range 200 {
		if port := firstPort + rand.IntN(lastPort-firstPort); portIsFree(port) {
			return port, nil
		}
	}
	return 0, errors.New("no free port between " + strconv.Itoa(firstPort) + " and " + strconv.Itoa(lastPort) + ": end some of the servers that run there")
}

// portIsFree tells whether a server could listen on the port of 127.0.0.1 now.
func portIsFree(port int) bool {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
