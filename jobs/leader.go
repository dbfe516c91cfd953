package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// leaderLock is the key of the advisory lock that the leader holds: "jobs" in ASCII.
const leaderLock int64 = 0x6a6f6273

// lead takes part in the election until ctx ends and, while elected, keeps the schedule, looks for lost tasks and
// measures the outbox. Two leaders at once would do no harm, only double work.
func (j *Jobs) lead(ctx context.Context) {
	for {
		if err := j.leadOnce(ctx); err != nil && ctx.Err() == nil {
			j.log.WarnContext(ctx, "this process does not lead for now", "error", err)
		}
		if !sleep(ctx, withJitter(j.timing.lead)) {
			return
		}
	}
}

// leadOnce returns nil where another process leads. The lock lives as long as its transaction, on a connection that is none
// of the pool's. A lock of the session would stay behind in a pooler, which gives each transaction another one. By the simple
// protocol, the statement leaves no snapshot in the transaction that would keep rows from being vacuumed.
func (j *Jobs) leadOnce(ctx context.Context) error {
	connection, err := pgx.ConnectConfig(ctx, j.db.Pool.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = connection.Close(ctx)
	}()
	tx, err := connection.Begin(ctx)
	if err != nil {
		return err
	}
	var elected bool
	if err = tx.QueryRow(ctx, "select pg_try_advisory_xact_lock($1)", pgx.QueryExecModeSimpleProtocol, leaderLock).Scan(&elected); err != nil || !elected {
		return err
	}
	j.log.InfoContext(ctx, "this process leads: it keeps the schedule and looks for lost work")
	defer j.metrics.forget()
	duties := []duty{
		{every: j.timing.tick, do: j.tickAll},
		{every: j.timing.sweep, do: j.sweep},
		{every: j.timing.gauge, do: j.measure},
	}
	for {
		if err = connection.Ping(ctx); err != nil {
			return fmt.Errorf("lost the leader's lock: %w", err)
		}
		now := time.Now()
		for i := range duties {
			duties[i].run(ctx, j, now)
		}
		if !sleep(ctx, j.timing.tick) {
			return nil
		}
	}
}

// duty is something that the leader does again and again.
type duty struct {
	every time.Duration
	next  time.Time
	do    func(context.Context) error
}

func (d *duty) run(ctx context.Context, j *Jobs, now time.Time) {
	if now.Before(d.next) {
		return
	}
	d.next = now.Add(d.every)
	if err := d.do(ctx); err != nil && ctx.Err() == nil {
		j.log.ErrorContext(ctx, "the leader could not do its duty and tries again", "error", err)
	}
}
