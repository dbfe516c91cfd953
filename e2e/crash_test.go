package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/redisdb"
)

// tasks opens the stack's Redis.
func (s *Stack) tasks(t *testing.T) redis.UniversalClient {
	t.Helper()
	client, err := redisdb.Open(s.Redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// expireLeases makes as if half a minute had gone by since a worker was killed: until then asynq takes its tasks for
// being worked on.
func (s *Stack) expireLeases(t *testing.T, queue string) {
	t.Helper()
	client, leases := s.tasks(t), "asynq:{"+queue+"}:lease"
	tasks, err := client.ZRange(t.Context(), leases, 0, -1).Result()
	if err != nil || len(tasks) == 0 {
		t.Fatalf("leases of %s: %v, %v", queue, tasks, err)
	}
	for _, task := range tasks {
		if err = client.ZAdd(t.Context(), leases, redis.Z{Member: task}).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKilledWorker kills a worker that has stored one of a photo's renditions and is about to store the next.
func TestKilledWorker(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{Troubled: true})
	c.Worker.Stop(t)
	var renditions atomic.Int64
	gate := newGate(t, c.Bucket.Endpoint, func(r *http.Request) bool {
		return r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/renditions/") && renditions.Add(1) > 1
	})
	victim := c.Also(t, "worker", true, "S3_ENDPOINT="+gate.URL)
	victim.Start(t)
	photo := c.minji.Upload(t, picture(t, 480, 640), "image/jpeg")
	style := c.minji.Publish(t, "survives", photo)
	gate.awaitHeld(t)
	victim.Kill(t)
	c.expireLeases(t, "photos")
	if a := c.minji.Do(t, "Refetch", Vars{"ids": []string{photo}}).OK(t); a.Text("nodes.0.state") != "PROCESSING" {
		t.Fatalf("the photo of a killed worker: %s", a.Body)
	}

	c.Worker.Start(t)
	c.minji.Published(t, style)
	c.sora.awaitFeed(t, style)
	a := c.minji.Photo(t, photo)
	for _, size := range []string{"thumb", "small", "medium", "large"} {
		if stored := Send(t, http.MethodGet, a.Text("node."+size), nil); stored.Status != http.StatusOK || len(stored.Body) == 0 {
			t.Errorf("%s: %d", size, stored.Status)
		}
	}
}

// TestKilledServer kills the server after its answer and before anybody could be told of the work in it.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{Troubled: true})
	c.Worker.Stop(t)
	c.Stop(t, c.Redis)
	c.sora.DoPromptly(t, "Like", Vars{"input": Vars{"styleId": c.style}}).OK(t)
	c.Servers[0].Kill(t)
	c.Back(t, c.Redis)
	c.Worker.Start(t)
	WaitFor(t, "the like to be told of", func() bool {
		return c.Number(t, `select count(*) from notifications where kind = 'STYLE_LIKED' and actor_count = 1`) == 1
	})
	c.Servers[0].Start(t)
	c.minji.awaitNotified(t, "STYLE_LIKED", 1)
	if a := c.sora.Do(t, "StyleDetail", Vars{"id": c.style}).OK(t); a.Number("style.likeCount") != 1 {
		t.Errorf("what was answered is gone: %s", a.Body)
	}
}

// TestKilledBeforeItsAnswer kills a server as soon as its commit is seen. The phone, which has no answer, asks another one.
func TestKilledBeforeItsAnswer(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{Servers: 2, Troubled: true})
	input := Vars{"input": Vars{"styleId": c.style, "body": "only once", "clientMutationId": "key"}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = c.Servers[0].Try(t.Context(), c.sora.Token, "Comment", input) // whether an answer came does not matter
	}()
	comments := func() int { return c.Number(t, `select count(*) from comments where body = 'only once'`) }
	WaitFor(t, "the commit", func() bool { return comments() == 1 })
	c.Servers[0].Kill(t)
	<-ended
	first := c.sora.At(t, c.Servers[1], "Comment", input).OK(t).Text("addComment.comment.id")
	if again := c.sora.At(t, c.Servers[1], "Comment", input).OK(t).Text("addComment.comment.id"); first == "" || again != first {
		t.Errorf("comment %q, then %q", first, again)
	}
	if n := comments(); n != 1 {
		t.Errorf("%d comments", n)
	}
}

// TestTwoWorkers has everything happen at once, with two workers and two servers who hand work over.
func TestTwoWorkers(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{Servers: 2})
	second := c.Also(t, "worker", false)
	second.Start(t)
	c.Exec(t, `update accounts set email_verified_at = now()`)
	const fans = 8
	var crowd []*Person
	for i := range fans {
		crowd = append(crowd, c.SignUp(t, fmt.Sprintf("fan%d", i)))
	}
	photos := make([]string, fans)
	for i := range photos {
		photos[i] = c.minji.Upload(t, picture(t, 40+i, 40), "image/jpeg")
	}
	styles := make([]string, fans)
	var wait sync.WaitGroup
	for i, p := range crowd {
		wait.Go(func() {
			try(t, p, c.Servers[i%2], "Follow", Vars{"userId": c.minji.ID})
			try(t, p, c.Servers[(i+1)%2], "Like", Vars{"styleId": c.style})
			try(t, p, c.Servers[i%2], "Comment", Vars{"styleId": c.style, "body": "me too"})
		})
		wait.Go(func() {
			a := try(t, c.minji, c.Servers[i%2], "Publish", Vars{"photoIds": []string{photos[i]}, "caption": "one of many"})
			styles[i] = a.Text("publishStyle.style.id")
		})
	}
	wait.Wait()
	for _, style := range styles {
		c.minji.Published(t, style)
	}
	c.Settle(t)

	c.minji.awaitNotified(t, "FOLLOWED", fans+1)
	c.minji.awaitNotified(t, "STYLE_LIKED", fans)
	c.minji.awaitNotified(t, "STYLE_COMMENTED", fans)
	if feed := c.sora.Feed(t); len(feed) != fans+1 {
		t.Errorf("sora's feed: %v", feed)
	}
	if n := c.Number(t, `select count(*) - count(distinct (reader_id, style_id)) from feed_entries`); n != 0 {
		t.Errorf("%d feed entries too many", n)
	}
	// Each mail job is one mail, except for those who have not confirmed their address.
	jobs := c.Number(t, `select count(*) from outbox o join accounts a on a.user_id = (o.payload->>'userId')::bigint
		where kind = 'mail' and payload->>'template' = 'notification' and a.email_verified_at is not null and o.created_at > a.email_verified_at`)
	mails := 0
	for _, m := range c.Sink.Messages() {
		if m.ListUnsubscribe != "" {
			mails++
		}
	}
	if mails != jobs || jobs == 0 {
		t.Errorf("%d mails of %d jobs", mails, jobs)
	}
	if n := c.Number(t, `select coalesce(sum(attempts), 0) from outbox`); n != 0 {
		t.Errorf("%d attempts failed", n)
	}
}

// try is for goroutines, which must not end the test.
func try(t *testing.T, p *Person, server *Process, operation string, input Vars) Answer {
	t.Helper()
	a, err := server.Try(context.WithoutCancel(t.Context()), p.Token, operation, Vars{"input": input}, "X-Forwarded-For: "+p.Address)
	if err != nil || a.Code() != "" {
		t.Errorf("%s: %v, %s", operation, err, a.Body)
	}
	return a
}
