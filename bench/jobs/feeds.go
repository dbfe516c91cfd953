package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"styleshare/bench/measure"
	"styleshare/bench/report"
	"styleshare/internal/devstack"
	"styleshare/jobs"
	"styleshare/models"
	"styleshare/models/migrations"
)

// The product's defaults.
const (
	feedCap     = 1000
	fanOutBelow = 10_000
)

// audience is an author with followers, each of whom has a feed already.
type audience struct {
	followers, below int
	entries          int // in each feed before
}

var audiences = []audience{
	{10, fanOutBelow, 100}, {1000, fanOutBelow, 100}, {1000, fanOutBelow, feedCap}, {fanOutBelow - 1, fanOutBelow, 100},
	{50_000, fanOutBelow, 20}, {50_000, 100_000, 20},
}

func openDatabase(ctx context.Context, url string) (*models.DB, error) {
	if err := migrations.Apply(ctx, url); err != nil {
		return nil, err
	}
	return models.Open(url, 0)
}

// feedWorker has the product's worker for styles, with a size of accounts from which they are merged.
func feedWorker(ctx context.Context, below int) error {
	db, j, err := openOurs()
	if err != nil {
		return err
	}
	j.Register(models.JobFanOutStyle, jobs.FanOutStyle(db, models.FeedLimits{Cap: feedCap, FanOutBelow: below}))
	for _, kind := range scheduled {
		j.Register(kind, func(context.Context, *jobs.Job) error { return nil })
	}
	return work(ctx, j)
}

// measureFeeds publishes styles, whose photos are ready, and waits until each follower has them.
func (b *bench) measureFeeds(ctx context.Context, stack *devstack.Stack) (string, error) {
	db, j, err := openJobs(stack.DatabaseURL, stack.RedisURL)
	if err != nil {
		return "", err
	}
	defer db.Close()
	relay, stop := context.WithCancel(ctx)
	relayed := make(chan error, 1)
	go func() { relayed <- j.RunRelay(relay) }()
	defer func() { stop(); <-relayed; _ = j.Close() }()
	var rows [][]string
	for i, a := range audiences {
		_, _ = fmt.Fprintf(b.out, "a style for %d followers\n", a.followers)
		times, err := b.publishFor(ctx, db, stack, a, "author"+strconv.Itoa(i))
		if err != nil {
			return "", err
		}
		way := "written to each feed"
		if a.followers >= a.below {
			way = "merged in when a feed is read"
		}
		rows = append(rows, []string{strconv.Itoa(a.followers), strconv.Itoa(a.entries), way,
			fmt.Sprintf("%.0f", measure.Median(times)), fmt.Sprintf("%.0f", measure.Percentile(times, 100))})
	}
	return "\n\nFrom the call that publishes a style to the moment when the last follower's feed has it. By default an account with " +
		strconv.Itoa(fanOutBelow) + " followers is merged; the last line has the limit raised.\n\n" +
		report.Table([]string{"followers", "entries in each feed before", "the style is", "ms, median", "ms, most"}, rows), nil
}

// publications is how many styles each audience gets.
const publications = 7

func (b *bench) publishFor(ctx context.Context, db *models.DB, stack *devstack.Stack, a audience, name string) (times []float64, err error) {
	author, reader, err := gather(ctx, db, a, name)
	if err != nil {
		return nil, err
	}
	c := contender{env: stack.Environ(), worker: b.contenders[len(b.contenders)-1].worker[:1]}
	worker, err := c.start(ctx, c.worker, "feed-worker", strconv.Itoa(a.below))
	if err != nil {
		return nil, err
	}
	defer worker.stop()
	for i := range publications + 1 {
		photo := &models.Photo{OwnerID: author, State: models.PhotoReady, ContentType: "image/jpeg", ByteSize: 1, ObjectToken: rand.Text(), CreatedAt: db.Now()}
		if _, err = db.NewInsert().Model(photo).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
			return nil, err
		}
		start := time.Now()
		style, err := db.PublishStyle(ctx, models.Attempt{UserID: author, Mutation: "publishStyle", Key: rand.Text(), InputHash: []byte{1}}, models.StyleInput{PhotoIDs: []int64{photo.ID}})
		if err != nil {
			return nil, err
		}
		if err = awaitInFeed(ctx, db, reader, style); err != nil {
			return nil, err
		}
		if i > 0 { // the first one finds the worker starting, and a big account not yet merged
			times = append(times, float64(time.Since(start).Microseconds())/1000)
		}
		if err = b.awaitNoJobs(ctx); err != nil {
			return nil, err
		}
	}
	return times, nil
}

// gather makes the audience, and gives the follower to whom a style comes last.
func gather(ctx context.Context, db *models.DB, a audience, name string) (author, last int64, err error) {
	const columns = "users (username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)"
	err = db.NewRaw(`insert into `+columns+` values (?, '', '', false, 0, ?, 0, false, now()) returning id`, name, a.followers).Scan(ctx, &author)
	if err != nil {
		return 0, 0, err
	}
	_, err = db.NewRaw(`with made as (insert into `+columns+` select ? || '_' || i, '', '', false, 0, 0, 1, false, now() from generate_series(1, ?) i returning id),
		followed as (insert into follows (follower_id, followee_id, merged) select id, ?, false from made)
		insert into feed_entries (reader_id, style_id, author_id) select id, s, 1 from made, generate_series(1, ?) s`,
		name, a.followers, author, a.entries).Exec(ctx)
	if err != nil {
		return 0, 0, err
	}
	if _, err = db.ExecContext(ctx, "analyze"); err != nil {
		return 0, 0, err
	}
	err = db.NewRaw(`select follower_id from follows where followee_id = ? order by id limit 1`, author).Scan(ctx, &last)
	return author, last, err
}

// awaitInFeed reads the first page of the reader's feed until the style is on it.
func awaitInFeed(ctx context.Context, db *models.DB, reader, style int64) error {
	page, err := models.NewPage(nil, nil, nil, nil)
	if err != nil {
		return err
	}
	for {
		lists, err := db.Lists(ctx, models.FeedOfUser, reader, []int64{reader}, page)
		if err != nil {
			return err
		}
		for _, entry := range lists[reader] {
			if entry.ID == style {
				return nil
			}
		}
		if err = pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}

// awaitNoJobs has the next style find an idle worker.
func (b *bench) awaitNoJobs(ctx context.Context) error {
	for {
		left, err := b.db.NewSelect().Table("outbox").Where("kind = ? and done_at is null", models.JobFanOutStyle).Count(ctx)
		if err != nil || left == 0 {
			return err
		}
		if err = pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}
