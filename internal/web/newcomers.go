package web

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// newcomers are the connections that came since the end was asked for and whose first request has not reached the handler.
// http.Server.Shutdown closes a connection whose request it has just read without answering it, which a proxy can only take
// for a lost request: Serve waits for them before it calls Shutdown.
type newcomers struct {
	mu   sync.Mutex
	open map[string]struct{} // by the addresses of clients
	gone chan struct{}       // closed when there are none; nil while nobody waits
}

// note is told of what becomes of connections.
func (n *newcomers) note(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.open == nil {
			n.open = map[string]struct{}{}
		}
		n.open[c.RemoteAddr().String()] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		n.remove(c.RemoteAddr().String())
	default: // a request that was read is not yet with the handler
	}
}

// remove takes a connection out, of which it does not matter whether it is in.
func (n *newcomers) remove(address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.open, address)
	if len(n.open) == 0 && n.gone != nil {
		close(n.gone)
		n.gone = nil
	}
}

// await returns when all are with the handler or gone, at the latest after the time in which a header must have come.
func (n *newcomers) await(limit time.Duration) {
	n.mu.Lock()
	gone := make(chan struct{})
	if len(n.open) == 0 {
		close(gone)
	} else {
		n.gone = gone
	}
	n.mu.Unlock()
	select {
	case <-gone:
	case <-time.After(limit):
	}
}
