package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"styleshare/internal/backup"
	"styleshare/internal/diagnosis"
	"styleshare/internal/replicas"
)

const (
	lagNoticed = 10 * time.Second
	lagHarmful = 5 * time.Minute
)

func (d *doctor) checkReplicas(ctx context.Context, f *diagnosis.Found) error {
	replicas, err := d.db.Replicas(ctx)
	if err != nil {
		return err
	}
	if len(replicas) == 0 {
		f.OK("no server follows the primary")
	}
	for _, r := range replicas {
		if r.LagBytes == nil {
			f.Warn("grant pg_monitor to the user of DATABASE_URL", "%s follows the primary; how far behind may not be known", r.Name)
			continue
		}
		var lag time.Duration // unknown, and 0, where nothing was written lately
		if r.LagSeconds != nil {
			lag = time.Duration(*r.LagSeconds * float64(time.Second))
		}
		what := fmt.Sprintf("%s: %s, %d kB and %s behind", r.Name, r.State, *r.LagBytes>>10, lag.Round(time.Millisecond))
		const do = "look at its load, its disk and the network between them"
		switch {
		case lag > lagHarmful:
			f.Error(do, "%s", what)
		case lag > lagNoticed || r.State != "streaming":
			f.Warn(do, "%s", what)
		default:
			f.OK("%s", what)
		}
	}
	return d.checkReplicaURLs(ctx, f)
}

// checkReplicaURLs looks at the replicas that queries are to be read from, as a server does.
func (d *doctor) checkReplicaURLs(ctx context.Context, f *diagnosis.Found) error {
	urls := d.config.DatabaseReplicaURLs
	if len(urls) == 0 {
		return nil
	}
	set, err := d.db.OpenReplicas(urls, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer set.Close()
	read := 0
	for _, r := range set.Look(ctx) {
		who := r.Name + " of DATABASE_REPLICA_URLS, " + r.Address + ","
		switch r.State {
		case replicas.InUse:
			read++
			f.OK("%s can be read", who)
		case replicas.AlsoPrimary:
			f.OK("%s is the primary itself, and is not read as a replica", who)
		case replicas.Lagging:
			f.Warn("look at its load, its disk, its log and the network between them",
				"%s is left out: it does not show what the primary had %s ago", who, replicas.MaxAge)
		case replicas.Promoted:
			f.Error("end it, or make it follow the primary again: docs/postgresql.md",
				"%s is left out: it follows no primary, and takes writes of its own", who)
		default:
			f.Warn("start it, or take it out of DATABASE_REPLICA_URLS", "%s is left out: it does not answer", who)
		}
		if (r.State == replicas.InUse || r.State == replicas.Lagging) && !r.Streams {
			f.Warn("see primary_conninfo, and what its log says of the connection", "%s is not streaming: what is written does not reach it at once", who)
		}
	}
	if read == 0 {
		f.Warn("mend them, or unset DATABASE_REPLICA_URLS", "DATABASE_REPLICA_URLS is set, and no replica can be read: the primary answers everything")
	}
	return nil
}

// backupOld is when a daily backup that is made on time is overdue: a day, and what it may wait and take.
const backupOld = 26 * time.Hour

func (d *doctor) checkBackups(ctx context.Context, f *diagnosis.Found) error {
	if d.config.Backup.Bucket == "" {
		f.OK("BACKUP_BUCKET is not set: somebody else makes backups, or nobody")
		return nil
	}
	backups, err := openBackups(ctx, d.config)
	if err != nil {
		return err
	}
	const do = "styleshare jobs dead, and the worker's log; styleshare backup create makes one now"
	newest, err := backups.Find(ctx, "")
	if errors.Is(err, backup.ErrNone) {
		f.Error(do, "there is no backup")
		return nil
	}
	if err != nil {
		return err
	}
	age := time.Since(newest.TakenAt)
	what := fmt.Sprintf("the newest backup is of %s ago, with %d rows", age.Round(time.Minute), newest.Rows())
	if age > backupOld {
		f.Error(do, "%s", what)
	} else {
		f.OK("%s", what)
	}
	return nil
}
