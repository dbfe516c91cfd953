package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// probe runs one check, never twice at a time: a client that ignores its context must not pile up goroutines.
type probe struct {
	Check
	running chan error // of a run that has not answered yet
	last    PartState
}

func (p *probe) run(ctx context.Context, log *slog.Logger) Part {
	start := time.Now()
	select {
	case <-p.running: // an answer that came too late tells nothing about now
		p.running = nil
	default:
	}
	if p.running == nil {
		p.running = p.start(ctx)
	}
	state := PartOK
	var err error
	select {
	case err = <-p.running:
		p.running = nil
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			state = PartTimeout
		case err != nil:
			state = PartFailing
		}
	case <-ctx.Done():
		state, err = PartTimeout, ctx.Err()
	}
	p.note(ctx, log, state, err)
	return Part{
		Name: p.Name, State: state, Required: p.Required,
		LatencyMS: float64(time.Since(start).Microseconds()) / 1000,
	}
}

func (p *probe) start(ctx context.Context) chan error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("probe panicked: %v", r)
			}
		}()
		done <- p.Probe(ctx)
	}()
	return done
}

// note logs changes only: a part that is down for an hour is one line, not one a second.
func (p *probe) note(ctx context.Context, log *slog.Logger, state PartState, err error) {
	if state == p.last {
		return
	}
	p.last = state
	if state == PartOK {
		log.InfoContext(ctx, "part works again", slog.String("part", p.Name))
		return
	}
	log.WarnContext(ctx, "part does not answer its probe",
		slog.String("part", p.Name), slog.String("state", string(state)), slog.Any("error", err))
}
