//go:build fleet

package fleet

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"styleshare/internal/relay"
)

// Who asks, and how often each of them. It is less than a machine can do: what is looked for is a request that fails.
const (
	loadStyles  = 3
	loadWriters = 3
	loadReaders = 6
	loadPause   = 25 * time.Millisecond
)

// hello is what the first comments say.
const hello = "does this reach you? "

// load is people who use the app while something happens behind nginx.
type load struct {
	url       string
	styles    []string
	writers   []*phone
	listeners []*listener

	requests, failures, mutations atomic.Int64
	mu                            sync.Mutex
	first                         string            // of the failures
	comments                      map[string]string // ids by what they say

	stop               context.CancelFunc
	listening, running sync.WaitGroup
}

// newLoad signs people up, publishes styles, and has somebody listen to each style over WebSocket and another over
// server-sent events. It returns once all of them have heard something.
func newLoad(t testing.TB, e *edge) *load {
	t.Helper()
	l := &load{url: e.url, comments: map[string]string{}}
	for n := range loadWriters {
		p := newPhone(e.url, 100+n)
		p.signUp(t, fmt.Sprintf("writer%d", n))
		l.writers = append(l.writers, p)
	}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(func() {
		stop()
		l.listening.Wait()
	})
	for n := range loadStyles {
		l.styles = append(l.styles, l.writers[0].publish(t, fmt.Sprintf("look %d", n), e.picture))
		for _, dial := range []dialer{dialSocket, dialEvents} {
			p := newPhone(e.url, 200+len(l.listeners))
			p.token = l.writers[1].token
			listener := &listener{phone: p, style: l.styles[n], dial: dial, heard: map[string]int{}}
			l.listeners = append(l.listeners, listener)
			l.listening.Go(func() { listener.run(ctx) })
		}
		// Nobody is told when a subscription has begun: it has when it brings something.
		for try := 0; !l.allHeard(l.styles[n]); try++ {
			l.comment(t.Context(), l.writers[0], l.styles[n], fmt.Sprint(hello, try))
			select {
			case <-t.Context().Done():
			case <-time.After(loadPause):
			}
		}
	}
	clear(l.comments)
	return l
}

func (l *load) allHeard(style string) bool {
	for _, listener := range l.listeners {
		if listener.style == style && len(listener.all()) == 0 {
			return false
		}
	}
	return true
}

// begin has everybody use the app until end is called.
func (l *load) begin(ctx context.Context) {
	stopped, stop := context.WithCancel(ctx)
	l.stop = stop
	again := func(do func(n int)) {
		l.running.Go(func() {
			tick := time.NewTicker(loadPause)
			defer tick.Stop()
			for n := 0; stopped.Err() == nil; n++ {
				do(n)
				select {
				case <-stopped.Done():
				case <-tick.C:
				}
			}
		})
	}
	for w, p := range l.writers {
		again(func(n int) { l.comment(ctx, p, l.styles[(w+n)%loadStyles], fmt.Sprintf("writer %d says %d", w, n)) })
	}
	for r := range loadReaders {
		p := newPhone(l.url, 300+r)
		p.token = l.writers[r%loadWriters].token
		again(func(n int) { l.read(ctx, p, n) })
	}
}

// comment sends a mutation, every third one again as after a lost answer: with the same key it is done once.
func (l *load) comment(ctx context.Context, p *phone, style, body string) {
	n := l.mutations.Add(1)
	input := vars{"input": vars{"styleId": style, "body": body, "clientMutationId": fmt.Sprintf("mutation-%d-%s", n, p.address)}}
	a, ok := l.count(p.ask(ctx, "Comment", input))
	if !ok {
		return
	}
	id := a.text("addComment.comment.id")
	l.mu.Lock()
	l.comments[body] = id
	l.mu.Unlock()
	if n%3 != 0 {
		return
	}
	if a, ok := l.count(p.ask(ctx, "Comment", input)); ok && a.text("addComment.comment.id") != id {
		l.fail("the same mutation made another comment")
	}
}

// read asks for a feed, a style by GET, and whether the service is ready.
func (l *load) read(ctx context.Context, p *phone, n int) {
	switch n % 3 {
	case 0:
		l.count(p.ask(ctx, "HomeFeed", nil))
	case 1:
		query := url.Values{"query": {fmt.Sprintf(`{ style(id: %q) { caption commentCount author { username } } }`, l.styles[n%loadStyles])}}
		l.count(p.send(ctx, http.MethodGet, l.url+"/graphql?"+query.Encode(), nil))
	default:
		l.requests.Add(1)
		if a, err := p.send(ctx, http.MethodGet, l.url+"/readyz", nil); err != nil || a.status != http.StatusOK {
			l.fail(fmt.Sprintf("/readyz: %v, status %d: %s", err, a.status, a.body))
		}
	}
}

// count counts an answer of the API.
func (l *load) count(a answer, err error) (answer, bool) {
	l.requests.Add(1)
	if err != nil {
		l.fail(err.Error())
		return a, false
	}
	if no := a.failure(); no != "" {
		l.fail(no)
		return a, false
	}
	return a, true
}

func (l *load) fail(why string) {
	if l.failures.Add(1) == 1 {
		l.mu.Lock()
		l.first = why
		l.mu.Unlock()
	}
}

// end has everybody put their phones away, the listeners once they have heard all, and looks at what came of it.
func (l *load) end(t testing.TB, s *stack) {
	t.Helper()
	l.stop()
	l.running.Wait() // for the answers to what was asked last
	events, reconnects := 0, 0
	for _, listener := range l.listeners {
		want := map[string]bool{}
		for body, id := range l.said(t, s, listener.style) {
			want[body] = true
			if l.comments[body] != "" && l.comments[body] != id {
				t.Errorf("%q was answered with another id", body)
			}
		}
		waitFor(t, "a listener hears everything", func() bool { return listener.hasAll(want) })
		for body, times := range listener.all() {
			if strings.HasPrefix(body, hello) {
				continue
			}
			events += times
			if times != 1 || !want[body] {
				t.Errorf("heard %d times: %s", times, body)
			}
		}
		reconnects += listener.connections() - 1
	}
	if l.failures.Load() > 0 {
		t.Errorf("%d of %d requests failed, the first: %s", l.failures.Load(), l.requests.Load(), l.first)
	}
	if n := s.number(t, "select count(*) from comments where body like 'writer %'"); n != len(l.comments) {
		t.Errorf("%d comments, want %d", n, len(l.comments))
	}
	t.Logf("%d requests, %d failed; %d mutations acknowledged, each done once; %d events to %d subscribers over %d reconnects, none lost, none twice",
		l.requests.Load(), l.failures.Load(), len(l.comments), events, len(l.listeners), reconnects)
}

// said is what was said about a style during the load, with the ids.
func (l *load) said(t testing.TB, s *stack, style string) map[string]string {
	t.Helper()
	_, rowID, err := relay.ParseID(style)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.db.Query(t.Context(), "select id, body from comments where style_id = $1 and body like 'writer %'", rowID)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	said := map[string]string{}
	for rows.Next() {
		var id int64
		var body string
		if err := rows.Scan(&id, &body); err != nil {
			t.Fatal(err)
		}
		if said[body] != "" {
			t.Errorf("done twice: %s", body)
		}
		said[body] = relay.ID("Comment", id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return said
}
