package jobs

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"styleshare/models"
)

const (
	// taskCheckInterval is what asynq sleeps when all queues are empty, before the broker has it wait for an announcement.
	taskCheckInterval = time.Millisecond
	// delayedTaskCheckInterval is how often asynq looks for retries that are due.
	delayedTaskCheckInterval = time.Second
	// drainTimeout bounds the wait for tasks that were taken to start; those that do not come back when their leases end.
	drainTimeout = time.Second
)

// RunScheduler keeps the schedule, looks for lost tasks and measures the outbox, in one process at a time, and wakes this
// process's relay for what has become due, until ctx ends: call RunRelay too. RunWorker does all of this; by itself it is
// for fleets in which all workers may be away for a while, whose scaler still has to see what waits.
func (j *Jobs) RunScheduler(ctx context.Context) {
	var loops sync.WaitGroup
	loops.Go(func() { j.lead(ctx) })
	for sleep(ctx, j.timing.poll) {
		j.wake()
	}
	loops.Wait()
}

// RunWorker runs jobs until ctx ends, then lets those in flight end within Config.ShutdownTimeout and returns the others
// to their queues. Next to it runs RunScheduler: call RunRelay too.
func (j *Jobs) RunWorker(ctx context.Context) error {
	brokers := []*broker{
		newBroker(j.scripts, j.config.Concurrency, queues, j.timing.idle, ctx.Done()),
		newBroker(j.scripts, runtime.GOMAXPROCS(0), photoQueues, j.timing.idle, ctx.Done()),
	}
	servers := []*asynq.Server{j.newServer(brokers[0], queues), j.newServer(brokers[1], photoQueues)}
	for i, server := range servers {
		if err := server.Start(brokers[i].handler(j.process)); err != nil {
			shutdown(servers[:i])
			return fmt.Errorf("jobs: %w", err)
		}
	}
	var loops sync.WaitGroup
	loops.Go(func() { j.checkRedis(ctx) })
	loops.Go(func() { j.hearAnnouncements(ctx, brokers) })
	loops.Go(func() { j.RunScheduler(ctx) })
	<-ctx.Done()
	drainCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	for _, b := range brokers {
		b.drain(drainCtx)
	}
	shutdown(servers)
	loops.Wait()
	return nil
}

func (j *Jobs) newServer(b *broker, queues map[string]int) *asynq.Server {
	return asynq.NewServerFromRedisClient(b, asynq.Config{
		Concurrency:              b.slots * placesPerSlot,
		Queues:                   queues,
		TaskCheckInterval:        taskCheckInterval,
		DelayedTaskCheckInterval: delayedTaskCheckInterval,
		ShutdownTimeout:          j.config.ShutdownTimeout,
		RetryDelayFunc: func(failures int, err error, task *asynq.Task) time.Duration {
			return j.policy(models.JobKind(task.Type())).retryDelay(failures, err)
		},
		IsFailure:    isFailure,
		ErrorHandler: asynq.ErrorHandlerFunc(j.failed),
		Logger:       asynqLogger{j.log},
		LogLevel:     asynq.InfoLevel,
	})
}

// shutdown ends servers side by side: each may take the whole time-out.
func shutdown(servers []*asynq.Server) {
	var wait sync.WaitGroup
	for _, server := range servers {
		wait.Go(server.Shutdown)
	}
	wait.Wait()
}

// checkRedis warns of a Redis that throws away what it should keep.
func (j *Jobs) checkRedis(ctx context.Context) {
	const key = "maxmemory-policy"
	found, err := j.redis.ConfigGet(ctx, key).Result()
	switch {
	case err != nil:
		// Managed services often forbid CONFIG.
		j.log.WarnContext(ctx, "could not ask Redis for "+key+", which must be noeviction", "error", err)
	case found[key] != "noeviction":
		j.log.WarnContext(ctx, "Redis may evict tasks: set "+key+" to noeviction", key, found[key])
	}
}
