package e2e

import (
	"slices"
	"strings"
	"testing"
)

// couple is a small community: sora follows minji, who has published one style.
type couple struct {
	*Stack
	minji, sora *Person
	style       string
}

func newCouple(t *testing.T, o Options) *couple {
	t.Helper()
	c := &couple{Stack: Start(t, o)}
	c.meet(t)
	return c
}

func (c *couple) meet(t *testing.T) {
	t.Helper()
	c.minji, c.sora = c.SignUp(t, "minji"), c.SignUp(t, "sora")
	c.sora.Follow(t, c.minji)
	c.style = c.minji.Publish(t, "first #look with @sora")
	c.minji.Published(t, c.style)
	c.Settle(t)
}

// notified tells whether the person was told that actors (their number) did something.
func (p *Person) notified(t testing.TB, kind string, actors int) bool {
	t.Helper()
	a := p.Do(t, `{ viewer { notifications(first: 100) { nodes { kind actorCount } } } }`, nil).OK(t)
	for _, n := range a.List("viewer.notifications.nodes") {
		if fold, ok := n.(map[string]any); ok && fold["kind"] == kind && fold["actorCount"] == float64(actors) {
			return true
		}
	}
	return false
}

// awaitNotified waits for it.
func (p *Person) awaitNotified(t testing.TB, kind string, actors int) {
	t.Helper()
	WaitFor(t, p.Name+" to be told: "+kind, func() bool { return p.notified(t, kind, actors) })
}

// awaitFeed waits until a style is in the person's feed.
func (p *Person) awaitFeed(t testing.TB, style string) {
	t.Helper()
	WaitFor(t, "the style to be in the feed of "+p.Name, func() bool { return slices.Contains(p.Feed(t), style) })
}

func TestWithoutRedis(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{Troubled: true})
	ready := c.minji.Upload(t, picture(t, 48, 64), "image/jpeg")
	c.minji.Photo(t, ready)
	waiting, _ := c.minji.StartUpload(t, picture(t, 64, 48), "image/jpeg")
	c.Settle(t)

	c.Stop(t, c.Redis)
	c.sora.DoPromptly(t, "Like", Vars{"input": Vars{"styleId": c.style}}).OK(t)
	c.sora.DoPromptly(t, "Comment", Vars{"input": Vars{"styleId": c.style, "body": "where from?"}}).OK(t)
	c.minji.DoPromptly(t, "Follow", Vars{"input": Vars{"userId": c.sora.ID}}).OK(t)
	c.minji.DoPromptly(t, "StartUpload", Vars{"input": Vars{"contentType": "image/png", "byteSize": 1000}}).OK(t)
	c.minji.DoPromptly(t, "FinishUpload", Vars{"input": Vars{"photoId": waiting}}).OK(t)
	published := c.minji.DoPromptly(t, "Publish", Vars{"input": Vars{"photoIds": []string{ready}, "caption": "while it was away"}}).OK(t)
	if state := published.Text("publishStyle.style.state"); state != "PUBLISHED" {
		t.Errorf("a style of a READY photo is %s", state)
	}
	if a := c.sora.DoPromptly(t, "HomeFeed", nil).OK(t); a.Text("viewer.feed.nodes.0.id") != c.style {
		t.Errorf("the feed: %s", a.Body)
	}
	c.rateLimits(t)

	c.Back(t, c.Redis)
	c.sora.awaitFeed(t, published.Text("publishStyle.style.id"))
	c.minji.awaitNotified(t, "STYLE_LIKED", 1)
	c.minji.awaitNotified(t, "STYLE_COMMENTED", 1)
	c.sora.awaitNotified(t, "FOLLOWED", 1)
	if a := c.minji.Photo(t, waiting); a.Text("node.state") != "READY" {
		t.Errorf("the photo: %s", a.Body)
	}
	c.Settle(t)
}

// rateLimits signs in while Redis is away: the door is neither shut nor open to guessing.
func (c *couple) rateLimits(t *testing.T) {
	t.Helper()
	signIn := func(password string) Answer {
		return (&Person{stack: c.Stack, Address: c.sora.Address}).DoPromptly(t, "SignIn", Vars{"input": Vars{"login": "sora", "password": password}})
	}
	signIn(password).OK(t)
	for range 100 {
		if a := signIn("wrong-" + password); a.Code() == "RATE_LIMITED" {
			return
		}
	}
	t.Error("a hundred wrong passwords are taken while Redis is away")
}

// TestRedisAwayAtStart is a start in the wrong order: what waits is done once Redis has come.
func TestRedisAwayAtStart(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{Troubled: true})
	c.Worker.Stop(t)
	c.Servers[0].Stop(t)
	c.Stop(t, c.Redis)
	c.Servers[0].Start(t)
	c.Worker.Start(t)
	c.sora.DoPromptly(t, "Like", Vars{"input": Vars{"styleId": c.style}}).OK(t)
	c.Back(t, c.Redis)
	c.minji.awaitNotified(t, "STYLE_LIKED", 1)
}

func TestWithoutObjectStore(t *testing.T) {
	t.Parallel()
	c := newCouple(t, Options{OwnS3: true})
	file := picture(t, 48, 64)
	sent, _ := c.minji.StartUpload(t, file, "image/jpeg")

	c.Stop(t, c.S3)
	c.sora.DoPromptly(t, "Like", Vars{"input": Vars{"styleId": c.style}}).OK(t)
	begun := c.minji.DoPromptly(t, "StartUpload", Vars{"input": Vars{"contentType": "image/jpeg", "byteSize": len(file)}}).OK(t)
	c.minji.DoPromptly(t, "FinishUpload", Vars{"input": Vars{"photoId": sent}}).OK(t)
	style := c.minji.DoPromptly(t, "Publish", Vars{"input": Vars{"photoIds": []string{sent}, "caption": "waits"}}).OK(t)
	if state := style.Text("publishStyle.style.state"); state != "PROCESSING" {
		t.Errorf("the style is %s", state)
	}
	if a := c.sora.DoPromptly(t, "HomeFeed", nil).OK(t); a.Text("viewer.feed.nodes.0.id") != c.style || a.Text("viewer.feed.nodes.0.photos.0.small") == "" {
		t.Errorf("the feed: %s", a.Body)
	}
	WaitFor(t, "the worker to have tried", func() bool {
		return c.Number(t, `select count(*) from outbox where kind = 'photo.process' and attempts > 0`) > 0
	})

	c.Back(t, c.S3)
	c.minji.Published(t, style.Text("publishStyle.style.id"))
	c.sora.awaitFeed(t, style.Text("publishStyle.style.id"))
	if stored := sendFile(t, begun, file); stored.Status != 200 {
		t.Fatalf("the address of the upload is no longer good: %d %s", stored.Status, stored.Body)
	}
	c.minji.Do(t, "FinishUpload", Vars{"input": Vars{"photoId": begun.Text("createUpload.photo.id")}}).OK(t)
	if a := c.minji.Photo(t, begun.Text("createUpload.photo.id")); a.Text("node.state") != "READY" {
		t.Errorf("the photo: %s", a.Body)
	}
}

func TestWithoutPostgreSQL(t *testing.T) {
	t.Parallel()
	postgres := ownPostgreSQL(t)
	c := &couple{Stack: Start(t, Options{Troubled: true, Env: []string{"DATABASE_URL=" + postgres.URL()}})}
	c.use(t, postgres.URL())
	c.meet(t)
	server := c.Servers[0]
	get := func(path string) Answer { return Send(t, "GET", server.URL+path, nil) }

	c.Stop(t, postgres)
	if a := get("/healthz"); a.Status != 200 {
		t.Errorf("/healthz: %d %s", a.Status, a.Body)
	}
	var ready Answer
	WaitFor(t, "/readyz to notice", func() bool { ready = get("/readyz"); return ready.Status == 503 })
	if text := string(ready.Body); !strings.Contains(text, `{"name":"postgresql","state":"failing"`) || !strings.Contains(text, `{"name":"redis","state":"ok"`) {
		t.Errorf("/readyz: %s", text)
	}
	for _, a := range []Answer{
		c.sora.DoPromptly(t, "HomeFeed", nil),
		c.sora.DoPromptly(t, "Like", Vars{"input": Vars{"styleId": c.style}}),
		(&Person{stack: c.Stack}).DoPromptly(t, "SignIn", Vars{"input": Vars{"login": "sora", "password": password}}),
		(&Person{stack: c.Stack}).DoPromptly(t, "Discover", nil),
	} {
		internal(t, server, a)
	}

	c.Back(t, postgres)
	WaitFor(t, "/readyz to be well again", func() bool { return get("/readyz").Status == 200 })
	c.sora.Do(t, "Like", Vars{"input": Vars{"styleId": c.style}}).OK(t)
	c.minji.awaitNotified(t, "STYLE_LIKED", 1)
	c.minji.Published(t, c.minji.Publish(t, "after"))
}

// internal fails the test unless an answer says that something went wrong, under which id it is in the log, and no more.
func internal(t *testing.T, server *Process, a Answer) {
	t.Helper()
	a.Refused(t, "INTERNAL")
	id, _ := a.Errors[0].Extensions["requestId"].(string)
	if id == "" || id != a.Header.Get("X-Request-Id") {
		t.Fatalf("request id %q: %s", id, a.Body)
	}
	WaitFor(t, "the request id in the log, which comes through a pipe", func() bool { return strings.Contains(server.Log(), id) })
	for _, e := range a.Errors {
		if len(e.Extensions) != 2 {
			t.Errorf("more than a code and an id: %s", a.Body)
		}
	}
	for _, secret := range []string{"127.0.0.1", "dial", "postgres", "SQL", "connect", "styleshare", ".go"} {
		if strings.Contains(string(a.Body), secret) {
			t.Errorf("the answer tells of %q: %s", secret, a.Body)
		}
	}
}
