//go:build fleet

package fleet

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// drawing is a small picture.
func drawing(t testing.TB) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, image.NewRGBA(image.Rect(0, 0, 48, 64)), nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestNginx looks at what passes nginx and what does not.
func TestNginx(t *testing.T) {
	e := newEdge(t, 2)
	t.Run("Uploads", func(t *testing.T) {
		p := newPhone(e.url, 1)
		p.signUp(t, "uploader")
		style := p.publish(t, "sent through nginx", e.picture)
		url := p.do(t, `query ($id: ID!) { style(id: $id) { photos { url(size: SMALL) } } }`, vars{"id": style}).text("style.photos.0.url")
		if a, err := p.send(t.Context(), http.MethodGet, url, nil); err != nil || a.status != http.StatusOK || !bytes.HasPrefix(a.body, []byte{0xff, 0xd8}) {
			t.Errorf("%s: %v, status %d, %d bytes", url, err, a.status, len(a.body))
		}
	})
	t.Run("ClientAddresses", func(t *testing.T) { testClientAddresses(t, e) })
	t.Run("Bodies", func(t *testing.T) { testBodies(t, e) })
	t.Run("BigAnswers", func(t *testing.T) { testBigAnswers(t, e) })
	t.Run("SlowClients", func(t *testing.T) { testSlowClients(t, e) })
	t.Run("Events", func(t *testing.T) { testEvents(t, e) })
	t.Run("Floods", func(t *testing.T) { testFloods(t, e) })
}

// testClientAddresses uses up what one address may do, claiming to be somebody else each time.
func testClientAddresses(t *testing.T, e *edge) {
	t.Helper()
	one, other := newPhone(e.url, 11), newPhone(e.url, 12)
	reset := func(p *phone, n int) answer {
		a, err := p.ask(t.Context(), `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }`,
			vars{"input": vars{"email": fmt.Sprintf("nobody%d@example.com", n)}}, fmt.Sprintf("X-Forwarded-For: 198.51.100.%d", n))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	const limit = 30
	for n := range limit {
		if no := reset(one, n).failure(); no != "" {
			t.Fatalf("number %d: %s", n+1, no)
		}
	}
	if a := reset(one, limit); !strings.Contains(string(a.body), `"RATE_LIMITED"`) {
		t.Errorf("one more than the limit: %s", a.body)
	}
	if no := reset(other, limit+1).failure(); no != "" {
		t.Errorf("another address: %s", no)
	}
}

// testBodies sends the largest body that is taken, and a larger one.
func testBodies(t *testing.T, e *edge) {
	t.Helper()
	const limit = 256 << 10
	p := newPhone(e.url, 21)
	query := `{"query":"{ __typename }"}`
	for size, want := range map[int]int{limit: http.StatusOK, limit + 1: http.StatusRequestEntityTooLarge, 8 * limit: http.StatusRequestEntityTooLarge} {
		for _, media := range []string{"application/json", "application/graphql-response+json"} {
			a, err := p.send(t.Context(), http.MethodPost, e.url+"/graphql", []byte(query+strings.Repeat(" ", size-len(query))),
				"Content-Type: application/json", "Accept: "+media)
			if err != nil {
				t.Fatal(err)
			}
			if a.status != want || !strings.HasPrefix(a.header.Get("Content-Type"), media) || len(a.header.Values("Content-Type")) != 1 {
				t.Errorf("%d bytes: status %d, %q: %s", size, a.status, a.header["Content-Type"], a.body)
			}
			if want != http.StatusOK && string(a.body) != `{"errors":[{"message":"the request is larger than 262144 bytes","extensions":{"code":"BAD_USER_INPUT"}}]}` {
				t.Errorf("%d bytes: %s", size, a.body)
			}
		}
	}
}

// bigQuery has an answer of some hundred kilobytes.
const bigQuery = `{"query":"{ __schema { types { name description kind fields { name description isDeprecated args { name description type { name kind ofType { name kind ofType { name kind } } } } type { name kind ofType { name kind ofType { name kind } } } } inputFields { name description } enumValues { name description } } } }"}`

// testBigAnswers compares an answer with the one that the server itself gives.
func testBigAnswers(t *testing.T, e *edge) {
	t.Helper()
	p := newPhone(e.url, 31)
	direct, err := p.send(t.Context(), http.MethodPost, e.servers[0].url+"/graphql", []byte(bigQuery), "Content-Type: application/json")
	if err != nil || len(direct.body) < 100<<10 {
		t.Fatalf("%v, %d bytes", err, len(direct.body))
	}
	for _, encoding := range []string{"identity", "gzip"} {
		a, err := p.send(t.Context(), http.MethodPost, e.url+"/graphql", []byte(bigQuery), "Content-Type: application/json", "Accept-Encoding: "+encoding)
		if err != nil {
			t.Fatal(err)
		}
		body := a.body
		if encoding == "gzip" {
			body = unzipped(t, a)
		}
		if !bytes.Equal(body, direct.body) {
			t.Errorf("%s: %d bytes, want %d", encoding, len(body), len(direct.body))
		}
		t.Logf("%s: %d bytes on the wire", encoding, len(a.body))
	}
}

// testSlowClients has nobody read a big answer: the server is done with it all the same.
func testSlowClients(t *testing.T, e *edge) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(e.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	const id = "slow-client-1"
	_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", id, len(bigQuery), bigQuery)
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the server has answered", func() bool {
		for _, server := range e.servers {
			for line := range strings.Lines(server.logged()) {
				if strings.Contains(line, `"msg":"request"`) && strings.Contains(line, id) {
					return true
				}
			}
		}
		return false
	})
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || len(body) < 100<<10 {
		t.Errorf("status %d, %d bytes, %v", resp.StatusCode, len(body), err)
	}
}

// testFloods asks from one address until it is too much, and from another one then.
func testFloods(t *testing.T, e *edge) {
	t.Helper()
	flood, other := newPhone(e.url, 41), newPhone(e.url, 42)
	flood.http.Transport.(*http.Transport).MaxIdleConnsPerHost = 32
	refused := make(chan answer, 1)
	end := time.Now().Add(patience)
	var asking sync.WaitGroup
	for range 32 {
		asking.Go(func() {
			for len(refused) == 0 && time.Now().Before(end) {
				a, err := flood.send(t.Context(), http.MethodGet, e.url+"/graphql?query=%7B__typename%7D", nil)
				if err == nil && a.status == http.StatusTooManyRequests {
					select {
					case refused <- a:
					default:
					}
				}
			}
		})
	}
	asking.Wait()
	if len(refused) == 0 {
		t.Fatal("nothing was refused")
	}
	if a := <-refused; !strings.Contains(string(a.body), `"code":"RATE_LIMITED"`) || a.header.Get("Retry-After") == "" || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("%v %s", a.header, a.body)
	}
	other.do(t, "{ __typename }", nil)
}

// testEvents has one event come after a stream has begun, and nothing behind it that would push it through a buffer.
func testEvents(t *testing.T, e *edge) {
	t.Helper()
	p := newPhone(e.url, 51)
	p.signUp(t, "listener")
	l := &listener{phone: p, style: p.publish(t, "look", e.picture), dial: dialEvents, heard: map[string]int{}}
	ctx, stop := context.WithCancel(t.Context())
	var listening sync.WaitGroup
	listening.Go(func() { l.run(ctx) })
	defer listening.Wait()
	defer stop()
	say := func(body string) {
		p.do(t, "Comment", vars{"input": vars{"styleId": l.style, "body": body}})
	}
	waitFor(t, "the subscription to bring something", func() bool {
		say(hello)
		return len(l.all()) > 0
	})
	say("the last")
	waitFor(t, "the last event", func() bool { return l.all()["the last"] == 1 })
}
