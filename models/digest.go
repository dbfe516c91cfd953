package models

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"
)

// Digests are the mails of people who were away: weekly, on Monday morning where they live.
const (
	// digestAway is how long somebody has not been seen who gets one.
	digestAway = 7 * 24 * time.Hour
	// digestReach is how far back one looks at most.
	digestReach = 14 * 24 * time.Hour
	// digestHour is when the mails go out; after an outage they still do until digestLastHour of that day.
	digestHour, digestLastHour = 9, 21
	// digestBatch is how many accounts one transaction looks at.
	digestBatch = 500
)

// DigestBatchJob names some accounts of a time zone: those with ids after After.
type DigestBatchJob struct {
	TimeZone string `json:"timeZone"`
	Week     string `json:"week"` // its Monday, 2026-11-23
	After    int64  `json:"after,omitempty"`
}

// DigestJob names the digest of one person and week.
type DigestJob struct {
	UserID int64  `json:"userId"`
	Week   string `json:"week"`
}

// digestWeek names the week whose digests go out at a moment in a time zone; empty where it is not the time for any.
func digestWeek(now time.Time, zone *time.Location) string {
	now = now.In(zone)
	if now.Weekday() != time.Monday || now.Hour() < digestHour || now.Hour() >= digestLastHour {
		return ""
	}
	return now.Format(time.DateOnly)
}

// BeginDigests records the first batch of each time zone where it is the time, once a week.
func (tx *Tx) BeginDigests(ctx context.Context) error {
	var zones []string
	// One look into the index for each time zone, however many people live there.
	err := tx.NewRaw(`with recursive z (name) as (select min(time_zone) from accounts
		union all select (select min(a.time_zone) from accounts a where a.time_zone > z.name) from z where z.name is not null)
		select name from z where name is not null`).Scan(ctx, &zones)
	if err != nil {
		return fmt.Errorf("begin digests: %w", err)
	}
	for _, zone := range zones {
		week := digestWeek(tx.now, location(zone))
		if week == "" {
			continue
		}
		if _, err = tx.RecordOnce(ctx, JobDigestBatch, DigestBatchJob{TimeZone: zone, Week: week}, "digest/"+zone+"/"+week); err != nil {
			return err
		}
	}
	return nil
}

// awaySQL picks those of some accounts (?0) who have a verified address, did not end mails, were not seen since a moment
// (?1), and have missed something that happened after another (?2) and after the last digest. It may pick some too many:
// what they may see and want is looked at when the mail is written.
const awaySQL = `select a.user_id from accounts a join users u on u.id = a.user_id
	cross join lateral (select max(x.last_seen_at) as at from sessions x where x.user_id = u.id) seen
	cross join lateral (select greatest(?2, seen.at,
		(select d.created_at from digests d where d.user_id = u.id order by d.week desc limit 1)) as at) news
	where a.user_id = any(?0) and a.email_verified_at is not null and a.mail_unsubscribed_at is null and ` + activeSQL + `
	and u.created_at <= ?1 and (seen.at is null or seen.at <= ?1) and (
		exists (select from notifications n where n.recipient_id = u.id and n.read_at is null and n.actor_count > 0 and n.updated_at > news.at)
		or exists (select from (select e.style_id from feed_entries e where e.reader_id = u.id order by e.style_id desc limit ?3) latest
			join styles s on s.id = latest.style_id where s.published_at > news.at)
		or exists (select from follows f cross join lateral (select s.published_at from styles s
				where s.author_id = f.followee_id and s.deleted_at is null order by s.id desc limit 1) latest
			where f.follower_id = u.id and f.merged and latest.published_at > news.at))
	order by a.user_id`

// PickDigests picks those of a batch who get a digest, and records their mails and the next batch. Nobody is picked twice
// in a week.
func (tx *Tx) PickDigests(ctx context.Context, job DigestBatchJob) error {
	var batch, away, picked []int64
	err := tx.NewRaw(`select user_id from accounts where time_zone = ? and user_id > ? order by user_id limit ?`,
		job.TimeZone, job.After, digestBatch).Scan(ctx, &batch)
	if err != nil {
		return fmt.Errorf("pick digests: %w", err)
	}
	err = tx.NewRaw(awaySQL, pgdialect.Array(batch), tx.now.Add(-digestAway), tx.now.Add(-digestReach), digestLatest).Scan(ctx, &away)
	if err != nil {
		return fmt.Errorf("pick digests: %w", err)
	}
	err = tx.NewRaw(`insert into digests (user_id, week, created_at) select id, ?, ? from unnest(?::bigint[]) id
		on conflict do nothing returning user_id`, job.Week, tx.now, pgdialect.Array(away)).Scan(ctx, &picked)
	if err != nil {
		return fmt.Errorf("pick digests: %w", err)
	}
	mails := make([]any, len(picked))
	for i, id := range picked {
		mails[i] = DigestJob{UserID: id, Week: job.Week}
	}
	if err = tx.recordAll(ctx, JobDigest, mails); err != nil {
		return err
	}
	if len(batch) < digestBatch {
		return nil
	}
	job.After = batch[len(batch)-1]
	return tx.Record(ctx, JobDigestBatch, job)
}
