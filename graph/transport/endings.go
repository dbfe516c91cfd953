package transport

import (
	"fmt"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"styleshare/internal/fault"
)

// ending is why this side ends a connection: as a close code of WebSockets, and as an error of server-sent events.
type ending struct {
	code   websocket.StatusCode
	text   string
	reason string // for metrics
	fault  fault.Code
}

// The codes are those of graphql-transport-ws where it has one. Clients come back after 1001 and 1013.
var (
	endInvalid          = ending{4400, "invalid message", "protocol", fault.BadUserInput}
	endNotAcknowledged  = ending{4401, "Unauthorized", "protocol", fault.Unauthenticated}
	endForbidden        = ending{4403, "Forbidden: the access token does not count", "refused", fault.Unauthenticated}
	endSessionOver      = ending{4403, "Forbidden: the session has ended", "session", fault.Unauthenticated}
	endSubprotocol      = ending{4406, "Subprotocol not acceptable: graphql-transport-ws is spoken here", "protocol", fault.BadUserInput}
	endInitTimeout      = ending{4408, "Connection initialisation timeout", "protocol", fault.BadUserInput}
	endSubscriberExists = ending{4409, "Subscriber for %s already exists", "protocol", fault.BadUserInput}
	endTooManyInits     = ending{4429, "Too many initialisation requests", "protocol", fault.BadUserInput}
	endDraining         = ending{websocket.StatusGoingAway, "the server restarts", "drain", fault.Internal}
	endSlow             = ending{websocket.StatusTryAgainLater, "messages are read too slowly", "slow", fault.RateLimited}
	endTooManyOfPerson  = ending{websocket.StatusTryAgainLater, "this person has too many open connections", "person", fault.RateLimited}
	endTooManyOfAddress = ending{websocket.StatusTryAgainLater, "this address has too many open connections", "address", fault.RateLimited}
	endUnavailable      = ending{websocket.StatusTryAgainLater, "the access token cannot be checked now", "unavailable", fault.Internal}
)

// maxCloseReason is what a close frame has room for, in bytes.
const maxCloseReason = 123

// words is the close reason; where a client should come back later it ends in "retry-after-ms=1234".
func (e ending) words(after time.Duration) string {
	text := e.text
	if after > 0 {
		text = fmt.Sprintf("%s; retry-after-ms=%d", text, after.Milliseconds())
	}
	return text[:min(len(text), maxCloseReason)]
}

type streamMetrics struct {
	connections, operations prometheus.Gauge
	delivered               prometheus.Counter
	dropped                 *prometheus.CounterVec
}

func newStreamMetrics(registerer prometheus.Registerer) (*streamMetrics, error) {
	m := &streamMetrics{
		connections: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "stream_connections", Help: "Open WebSockets and streams of server-sent events.",
		}),
		operations: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "stream_operations", Help: "Subscriptions, and the few other operations, that run on open connections.",
		}),
		delivered: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stream_delivered_total", Help: "Answers that were sent on open connections.",
		}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "stream_dropped_total", Help: "Connections that this side refused or ended, by reason.",
		}, []string{"reason"}),
	}
	for _, reason := range []string{"silent", endSlow.reason, endDraining.reason, endForbidden.reason, endSessionOver.reason} { // so that the first one is an increase
		m.dropped.WithLabelValues(reason)
	}
	if registerer == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.connections, m.operations, m.delivered, m.dropped} {
		if err := registerer.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}
