package transport

import (
	"context"
	"sync"
)

// maxIncidents bounds what one operation may write into the log, whatever goes wrong in it.
const maxIncidents = 10

// incidents are the internal errors of one operation that were logged: one failed batch shows up in every field that
// waited for it.
type incidents struct {
	mu   sync.Mutex
	seen map[string]struct{}
}

type incidentsKey struct{}

func withIncidents(ctx context.Context) context.Context {
	return context.WithValue(ctx, incidentsKey{}, new(incidents))
}

// firstIncident says whether an error with this text is to be logged.
func firstIncident(ctx context.Context, text string) bool {
	in, ok := ctx.Value(incidentsKey{}).(*incidents)
	if !ok {
		return true
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if _, seen := in.seen[text]; seen || len(in.seen) >= maxIncidents {
		return false
	}
	if in.seen == nil { // most operations have none
		in.seen = map[string]struct{}{}
	}
	in.seen[text] = struct{}{}
	return true
}
