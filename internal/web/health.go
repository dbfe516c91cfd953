package web

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"styleshare/internal/version"
)

// Where health is asked for.
const (
	PathAlive = "/healthz"
	PathReady = "/readyz"
)

// How long an answer of the probes is good for, and how long one probe may take. A load balancer asks every few
// seconds, and anyone may ask: the parts see one probe a second at most.
const (
	healthCached  = time.Second
	healthTimeout = 2 * time.Second
)

// Check asks one part of the system whether it works.
type Check struct {
	Name string
	// Required says that nothing can be served without this part. Others only make the answer "degraded".
	Required bool
	// Probe does the smallest real thing with the part. It should end with ctx.
	Probe func(ctx context.Context) error
}

// PartState is what the public may know of a part; the reason is in the log.
type PartState string

// The states of a part.
const (
	PartOK      PartState = "ok"
	PartFailing PartState = "failing"
	PartTimeout PartState = "timeout"
)

// Part is the state of one part.
type Part struct {
	Name      string    `json:"name"`
	State     PartState `json:"state"`
	Required  bool      `json:"required"`
	LatencyMS float64   `json:"latencyMs"`
}

// Readiness is the answer of /readyz. State is ready, degraded (a part that is not required fails), unready or stopping.
type Readiness struct {
	State string `json:"state"`
	// Version is what the process runs, so that a deployment knows that it has come here.
	Version string `json:"version"`
	Parts   []Part `json:"parts"`
}

// Health answers whether the process lives and whether it can serve.
type Health struct {
	log      *slog.Logger
	probes   []*probe
	stopping atomic.Bool

	mu    sync.Mutex
	asked time.Time
	parts []Part
}

// NewHealth makes a Health of the given parts. Changes of their states are logged with their reasons.
func NewHealth(log *slog.Logger, checks ...Check) *Health {
	h := &Health{log: log}
	for _, c := range checks {
		h.probes = append(h.probes, &probe{Check: c, last: PartOK})
	}
	return h
}

// Stop makes /readyz answer 503 from now on, so that load balancers look elsewhere. /healthz stays as it is.
func (h *Health) Stop() { h.stopping.Store(true) }

// Alive is the handler of /healthz: 200 while the process can answer at all.
func (h *Health) Alive() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		// A client that is gone needs no answer.
		_, _ = io.WriteString(w, "ok\n")
	})
}

// Ready is the handler of /readyz: 200 where every required part works, else 503, with each part's state as JSON.
func (h *Health) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ready := h.Readiness(r.Context())
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if ready.State == "unready" || ready.State == "stopping" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		// A client that is gone needs no answer.
		_ = json.NewEncoder(w).Encode(ready)
	})
}

// Readiness asks every part at the same time, or gives the answer of less than a second ago.
func (h *Health) Readiness(ctx context.Context) Readiness {
	r := Readiness{State: "ready", Version: version.Version(), Parts: h.ask(ctx)}
	for _, p := range r.Parts {
		switch {
		case p.State == PartOK:
		case p.Required:
			r.State = "unready"
		case r.State == "ready":
			r.State = "degraded"
		}
	}
	if h.stopping.Load() {
		r.State = "stopping"
	}
	return r
}

func (h *Health) ask(ctx context.Context) []Part {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.asked.IsZero() && time.Since(h.asked) < healthCached {
		return h.parts
	}
	// The answer is shared, so the one who happens to ask first must not be able to spoil it by leaving.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthTimeout)
	defer cancel()
	parts := make([]Part, len(h.probes))
	var wg sync.WaitGroup
	for i, p := range h.probes {
		wg.Go(func() { parts[i] = p.run(ctx, h.log) })
	}
	wg.Wait()
	h.parts, h.asked = parts, time.Now()
	return parts
}
