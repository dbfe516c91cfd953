package oidc

import (
	"net/http"
	"sync/atomic"
)

// counting counts requests.
type counting struct{ n atomic.Int64 }

func (c *counting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return http.DefaultTransport.RoundTrip(req)
}

func (c *counting) requests() int { return int(c.n.Load()) }
