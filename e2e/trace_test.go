package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// traced are headers that name a trace, the n-th of a test, and its id.
func traced(n int) (header, id string) {
	id = fmt.Sprintf("%032x", 0xabc0+n)
	return "Traceparent: 00-" + id + "-00f067aa0ba902b7-01", id
}

// Followed from the phone's request, through two processes: what is traced says what ran, and nothing of whom and what.
func TestTraceFromRequestToJob(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	s := Start(t, Options{Env: []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.URL, "OTEL_BSP_SCHEDULE_DELAY=50", "LOCAL_CACHE_BYTES=0",
		"OTEL_TRACES_SAMPLER=parentbased_always_off"}})
	minji, sora := s.SignUp(t, "minji"), s.SignUp(t, "sora")
	sora.Follow(t, minji)
	device := strings.Repeat("5ec4e7", 10) + "0000"
	minji.Do(t, registerPush, Vars{"input": Vars{"platform": "IOS", "token": device}}).OK(t)
	photo, stored := minji.StartUpload(t, picture(t, 48, 64), "image/jpeg")
	if stored.Status != 200 {
		t.Fatal(stored.Status)
	}
	uploading, upload := traced(1)
	minji.Do(t, "FinishUpload", Vars{"input": Vars{"photoId": photo}}, uploading).OK(t)
	style := minji.Publish(t, "a caption that nobody else may read", photo)
	minji.Published(t, style)
	s.Settle(t)
	c.await(t, upload, "worker: job photo.process", "worker: job photo.process > worker: S3 GetObject", "worker: S3 PutObject",
		"serve: mutation FinishUpload > serve: Mutation.completeUpload > serve: ", "insert outbox")

	liking, like := traced(2)
	sora.Do(t, "Like", Vars{"input": Vars{"styleId": style}}, liking).OK(t)
	c.await(t, like, "serve: POST /graphql > serve: mutation Like > serve: Mutation.likeStyle > serve: ", "insert outbox",
		"worker: job notify", "worker: job push", "worker: job notify > worker: insert outbox")
	for _, one := range c.of(like) {
		if one.Name == "job push" && one.Attributes["job.kind"] != "push" {
			t.Errorf("%+v", one)
		}
	}

	planned, plan := traced(3)
	s.Forget(t)
	sora.Do(t, "HomeFeed", nil, planned).OK(t)
	c.await(t, plan, "serve: Query.viewer > serve: Viewer.feed", "serve: memcached get", "serve: Style.author")
	executed, gqlgen := traced(4)
	sora.Do(t, `query Executed ($yes: Boolean!) { discover(first: 3) { nodes { id author @include(if: $yes) { username } } } }`, Vars{"yes": true}, executed).OK(t)
	c.await(t, gqlgen, "serve: query Executed > serve: Query.discover", "serve: Style.author")
	signing, signIn := traced(5)
	sora.Do(t, "SignIn", Vars{"input": Vars{"login": sora.Name, "password": sora.Password}}, signing).OK(t)
	c.await(t, signIn, "serve: redis ")

	if !strings.Contains(s.Servers[0].Log(), `"trace_id":"`+like+`"`) {
		t.Error("the log does not name the trace")
	}
	sora.Do(t, "Me", nil).OK(t) // neither named nor sampled
	s.Servers[0].Stop(t)
	s.Worker.Stop(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.spans {
		if one.Name == "query Me" {
			t.Error("what was not sampled is traced")
		}
	}
	if len(c.wrong) > 0 {
		t.Error(c.wrong)
	}
	for _, secret := range []string{"minji", "sora", "example.com", "caption that", device, password, sora.Token, minji.RefreshToken, style, photo, "203.0.", "e2e/1", "originals/"} {
		if strings.Contains(c.raw.String(), secret) {
			t.Errorf("%q is in the traces", secret)
		}
	}
}

// await waits until the paths of a trace's spans have all texts.
func (c *collectorSink) await(t *testing.T, trace string, texts ...string) {
	t.Helper()
	var paths []string
	defer func() {
		if t.Failed() {
			t.Logf("the trace:\n%s", strings.Join(paths, "\n"))
		}
	}()
	WaitFor(t, "the spans of a trace", func() bool {
		all := c.of(trace)
		paths = nil
		for one := range maps.Values(all) {
			paths = append(paths, path(all, one))
		}
		slices.Sort(paths)
		return !slices.ContainsFunc(texts, func(text string) bool {
			return !slices.ContainsFunc(paths, func(p string) bool { return strings.Contains(p, text) })
		})
	})
}
