package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"styleshare/internal/diagnosis"
	"styleshare/internal/storage"
	"styleshare/models"
)

const (
	lateNoticed = 10 * time.Minute
	lateHarmful = 6 * time.Hour
	// unrelayed is how long work may wait for a relay, which looks every second.
	unrelayed = 2 * time.Minute
)

func (d *doctor) checkOutbox(ctx context.Context, f *diagnosis.Found) error {
	oldest, err := d.db.OldestUnrelayed(ctx)
	if err != nil {
		return err
	}
	switch {
	case oldest == nil:
		f.OK("everything that is due was handed over")
	case time.Since(*oldest) > unrelayed:
		f.Error("see that Redis answers and that a server or a worker runs", "the oldest job that nobody has handed over has been due for %s", time.Since(*oldest).Round(time.Second))
	default:
		f.OK("the oldest job that was not handed over yet has been due for %s", time.Since(*oldest).Round(time.Millisecond))
	}
	return nil
}

func (d *doctor) checkQueues(ctx context.Context, f *diagnosis.Found) error {
	backlogs, err := d.jobs.Backlogs(ctx)
	if err != nil {
		return err
	}
	dead := 0
	for _, b := range backlogs {
		dead += int(b.Dead)
		if b.Dead > 0 {
			f.Warn("styleshare jobs dead; when the cause is mended: styleshare jobs retry --all", "%d dead jobs of the kind %s", b.Dead, b.Kind)
		}
		what := fmt.Sprintf("%d jobs of the kind %s wait; the oldest is %s later than it may be", b.Waiting, b.Kind, b.Late.Round(time.Second))
		const do = "start more workers, or see in their log and in /jobs/ why it fails"
		switch {
		case b.Late > lateHarmful:
			f.Error(do, "%s", what)
		case b.Late > lateNoticed:
			f.Warn(do, "%s", what)
		}
	}
	if dead == 0 {
		f.OK("no job is dead")
	}
	kept, err := d.jobs.KeepsSchedule(ctx)
	if err != nil {
		return err
	}
	if !kept {
		f.Warn("start a worker or `styleshare scheduler`", "nobody keeps the schedule: what was due in this hour was not recorded")
	}
	return d.checkRedisQueues(ctx, f)
}

func (d *doctor) checkRedisQueues(ctx context.Context, f *diagnosis.Found) error {
	queues, err := d.jobs.Queues(ctx)
	if err != nil {
		return err
	}
	for _, q := range queues {
		if q.Paused {
			f.Error("resume it in /jobs/ on the admin address", "the queue %s is paused: %d tasks wait", q.Name, q.Waiting)
			continue
		}
		f.OK("queue %s: %d wait, the oldest for %s, %d active, %d to be tried again", q.Name, q.Waiting, q.Oldest.Round(time.Second), q.Active, q.Retrying)
	}
	workers, err := d.jobs.Workers(ctx)
	switch {
	case err != nil:
		return err
	case workers == 0:
		f.Error("start one: systemctl start styleshare-worker@1, or styleshare worker", "no worker runs")
	default:
		f.OK("%d processes work", workers)
	}
	return nil
}

// sampleRows is how many rows of a table the doctor compares, sampleFeeds how many feeds with up to FEED_CAP entries each: a
// glance. Each night sees all of them.
const (
	sampleRows  = 500
	sampleFeeds = 100
)

func (d *doctor) checkPart(part string) func(context.Context, *diagnosis.Found) error {
	return func(ctx context.Context, f *diagnosis.Found) error {
		limits := models.FeedLimits{Cap: cmp.Or(d.config.FeedCap, 1000), FanOutBelow: d.config.FeedFanOutBelow}
		n := sampleRows
		if part == models.PartFeeds {
			n = sampleFeeds
		}
		found, rows, err := d.db.Sample(ctx, part, n, limits)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			f.OK("%d rows looked at, all as they should be", rows)
			return nil
		}
		const shown = 5
		var what strings.Builder
		for _, one := range found[:min(shown, len(found))] {
			what.WriteString("\n" + one.What)
		}
		f.Warn("styleshare doctor --repair shows all of them; with --yes, or by tomorrow, they are mended",
			"%d rows looked at, %d things are not as the rows say:%s", rows, len(found), what.String())
		return nil
	}
}

// missedNights is how old the last nightly comparison may be.
const missedNights = 50 * time.Hour

func (d *doctor) checkNightly(ctx context.Context, f *diagnosis.Found) error {
	walks, err := d.db.Walks(ctx)
	if err != nil {
		return err
	}
	if len(walks) == 0 {
		f.OK("the nightly comparison has not run yet")
	}
	for _, w := range walks {
		ended := "never came to the end yet"
		if w.EndedAt != nil {
			ended = "came to the end last at " + w.EndedAt.UTC().Format(time.DateTime)
		}
		if time.Since(w.UpdatedAt) > missedNights {
			f.Warn("start a worker; styleshare jobs dead", "%s: not compared since %s", w.Part, w.UpdatedAt.UTC().Format(time.DateTime))
		} else {
			f.OK("%s: %s; %d mended", w.Part, ended, w.Mended)
		}
	}
	return nil
}

func (d *doctor) checkUploads(ctx context.Context, f *diagnosis.Found) error {
	n, err := d.db.OverdueUploads(ctx)
	switch {
	case err != nil:
		return err
	case n > 0:
		f.Warn("start a worker; styleshare jobs dead", "%d uploads were never completed, and nothing cleans them up", n)
	default:
		f.OK("no upload is overdue")
	}
	return nil
}

// sampledPhotos is how many photos are looked for in the store, with their five objects each.
const sampledPhotos = 3

// checkStore looks whether photos are where their rows say, and whether everybody may read what they are meant to, and
// nothing else.
func (d *doctor) checkStore(withRows bool) func(context.Context, *diagnosis.Found) error {
	return func(ctx context.Context, f *diagnosis.Found) error {
		if err := d.store.Ping(ctx); err != nil {
			f.Error("put S3_ENDPOINT, S3_BUCKET and the credentials right", "the object store does not answer: %v", err)
			return nil
		}
		f.OK("the bucket is there and takes our credentials")
		if !withRows {
			return nil
		}
		photos, err := d.db.LatestReady(ctx, sampledPhotos)
		if err != nil {
			return err
		}
		if len(photos) == 0 {
			f.OK("no photo to look at")
			return nil
		}
		missing := 0
		for _, p := range photos {
			for _, key := range p.ObjectKeys() {
				if _, err = d.store.Head(ctx, key); errors.Is(err, storage.ErrNotFound) {
					missing++
					f.Error("bring the objects back from their versions or from a backup", "photo %d is READY, but the bucket lacks %s", p.ID, storage.Shown(key))
				} else if err != nil {
					return err
				}
			}
		}
		if missing == 0 {
			f.OK("%d photos looked at, all objects are there", len(photos))
		}
		return d.checkReaders(ctx, f, photos[0])
	}
}

// checkReaders asks for objects as a stranger.
func (d *doctor) checkReaders(ctx context.Context, f *diagnosis.Found, p *models.Photo) error {
	const policy = "let everybody read renditions/* of the bucket, and nothing else"
	switch status, err := anonymous(ctx, d.store.PublicURL(p.RenditionKey(models.PhotoThumb))); {
	case err != nil:
		f.Error("put S3_PUBLIC_URL right", "the public address of pictures does not answer: %v", err)
	case status != http.StatusOK:
		f.Error(policy, "nobody sees pictures: a stranger who asks for a rendition gets %d", status)
	default:
		f.OK("everybody may read renditions")
	}
	for _, address := range []string{d.store.PrivateURL(p.OriginalKey()), d.store.PublicURL(p.OriginalKey())} {
		status, err := anonymous(ctx, address)
		if err != nil {
			return fmt.Errorf("ask for an original as a stranger: %w", err)
		}
		if status < http.StatusBadRequest {
			f.Error(policy, "originals are public: they say where they were taken")
			return nil
		}
	}
	f.OK("strangers cannot read originals")
	return nil
}

// anonymous asks for an object without credentials. Errors do not repeat the address, which is a secret.
func anonymous(ctx context.Context, address string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, address, http.NoBody)
	if err != nil {
		return 0, errors.New("this is no address")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, errors.Unwrap(err)
	}
	defer response.Body.Close()
	return response.StatusCode, nil
}
