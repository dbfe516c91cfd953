package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

// QueueState is what Redis has of a queue.
type QueueState struct {
	Name string
	// Waiting tasks may begin, Retrying ones wait for another attempt, Active ones are being worked on.
	Waiting, Retrying, Active int
	// Oldest is how long the first waiting task has been in the queue.
	Oldest time.Duration
	Paused bool
}

// Queues asks Redis for all queues.
func (j *Jobs) Queues(context.Context) ([]QueueState, error) {
	inspector := asynq.NewInspectorFromRedisClient(j.redis)
	known, err := inspector.Queues()
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	states := make([]QueueState, 0, len(allQueues))
	for _, name := range slices.Sorted(slices.Values(allQueues)) {
		if !slices.Contains(known, name) { // nothing was ever in it
			states = append(states, QueueState{Name: name})
			continue
		}
		info, err := inspector.GetQueueInfo(name)
		if err != nil {
			return nil, fmt.Errorf("queue %s: %w", name, err)
		}
		states = append(states, QueueState{Name: name, Waiting: info.Pending, Retrying: info.Retry, Active: info.Active,
			Oldest: info.Latency, Paused: info.Paused})
	}
	return states, nil
}

// Workers tells how many processes run workers. One that was killed counts for half a minute more.
func (j *Jobs) Workers(context.Context) (int, error) {
	servers, err := asynq.NewInspectorFromRedisClient(j.redis).Servers()
	if err != nil {
		return 0, fmt.Errorf("ask for workers: %w", err)
	}
	processes := map[string]bool{} // each runs two: photos have one of their own
	for _, s := range servers {
		processes[fmt.Sprint(s.Host, "/", s.PID)] = true
	}
	return len(processes), nil
}

// Backlog is the state of one kind of work.
type Backlog struct {
	models.JobGauge
	// Late is for how much longer the oldest has been due than one attempt may take; 0 where none is.
	Late time.Duration
}

// Backlogs measures all kinds of which work waits or is dead.
func (j *Jobs) Backlogs(ctx context.Context) ([]Backlog, error) {
	gauges, err := j.db.JobGauges(ctx, nil) // what runs is waited for, too
	if err != nil {
		return nil, fmt.Errorf("measure the outbox: %w", err)
	}
	all := make([]Backlog, len(gauges))
	for i, g := range gauges {
		all[i].JobGauge = g
		if g.Oldest != nil {
			all[i].Late = max(0, j.db.Now().Sub(*g.Oldest)-j.policy(g.Kind).Timeout)
		}
	}
	return all, nil
}

// KeepsSchedule tells whether some process has recorded what was due in this hour or the one before.
func (j *Jobs) KeepsSchedule(ctx context.Context) (bool, error) {
	var keys []string
	for _, tick := range j.schedule {
		if tick.Every == time.Hour {
			now := j.db.Now()
			keys = append(keys, tick.key(now), tick.key(now.Add(-tick.Every)))
		}
	}
	return j.db.Recorded(ctx, keys)
}
