package main

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"styleshare/internal/config"
	"styleshare/internal/demo"
	"styleshare/internal/mail"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// few cuts the community down to its first styles, so that the test draws few pictures.
func few(set *demo.Set, styles int) *demo.Set {
	set.Styles = set.Styles[:styles]
	set.Likes = slices.DeleteFunc(set.Likes, func(l demo.Like) bool { return l.Style >= styles })
	var kept []demo.Comment
	place := make(map[int]int)
	for i, c := range set.Comments {
		if c.Style >= styles {
			continue
		}
		if c.ReplyTo >= 0 {
			c.ReplyTo = place[c.ReplyTo]
		}
		place[i] = len(kept)
		kept = append(kept, c)
	}
	set.Comments = kept
	set.Asks = slices.DeleteFunc(set.Asks, func(a demo.Ask) bool { return a.Style >= styles })
	for _, q := range set.Questions {
		for i := range q.Answers {
			if q.Answers[i].Style >= styles {
				q.Answers[i].Style = 0
			}
		}
	}
	return set
}

// The demo data goes the way that members' data goes, and a seed that was interrupted goes on where it was.
func TestSeed(t *testing.T) {
	t.Parallel()
	sink, err := mail.NewSink("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	bucket := testkit.S3(t)
	a, err := openApp(t.Context(), config.Config{
		DatabaseURL: testkit.Database(t), DatabaseMaxConns: 8, RedisURL: testkit.Redis(t), MemcachedServers: []string{testkit.Memcached(t)},
		S3Endpoint: bucket.Endpoint, S3Bucket: bucket.Bucket, S3PublicURL: bucket.PublicURL, Region: bucket.Region,
		AccessKeyID: bucket.AccessKeyID, SecretAccessKey: bucket.SecretAccessKey, LogFormat: "text", FeedCap: 100, FeedFanOutBelow: 100,
		WorkerConcurrency: 4, PublicURL: "http://styleshare.test", Mail: mail.Config{URL: sink.URL(), From: "no-reply@styleshare.test"},
	}, role{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	if err = a.registerJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- a.jobs.RunRelay(ctx) }()
	go func() { done <- a.jobs.RunWorker(ctx) }()
	t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
	const styles = 3
	for range 2 {
		set := few(demo.Data(time.Now()), styles)
		var out bytes.Buffer
		s := &seeder{app: a, set: set, people: make(map[string]int64)}
		if err = s.all(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int{"users": len(set.People), "styles": styles, "likes": len(set.Likes),
			"comments": len(set.Comments), "follows": len(set.Follows), "questions": len(set.Questions), "item_info_requests": len(set.Asks)} {
			if n, err := a.db.NewSelect().Table(table).Count(t.Context()); err != nil || n != int64(want) {
				t.Errorf("%d %s, want %d, %v", n, table, want, err)
			}
		}
		shown, err := a.db.NewSelect().Table("styles").Where("state = 'PUBLISHED'").Count(t.Context())
		if err != nil || shown != styles {
			t.Errorf("%d of %d styles are shown, %v", shown, styles, err)
		}
	}
}
