//go:build fleet

package fleet

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"styleshare/graph"
)

type vars = map[string]any

// answer is what came back from /graphql.
type answer struct {
	status int
	header http.Header
	body   []byte
	data   any
}

// text is the string at a path such as "viewer.user.id", "" where there is none.
func (a answer) text(path string) string {
	at := a.data
	for step := range strings.SplitSeq(path, ".") {
		switch value := at.(type) {
		case map[string]any:
			at = value[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(value) {
				return ""
			}
			at = value[i]
		}
	}
	s, _ := at.(string)
	return s
}

// failure says what is wrong with the answer, "" where all was done that was asked.
func (a answer) failure() string {
	if a.status != http.StatusOK || a.data == nil || bytes.Contains(a.body, []byte(`"errors":[{`)) || bytes.Contains(a.body, []byte(`"userErrors":[{`)) {
		return fmt.Sprintf("status %d: %s", a.status, a.body)
	}
	return ""
}

// phone is somebody's device: it asks at one place, from an address of its own.
type phone struct {
	url, address string
	token        string
	userID       string
	http         *http.Client
}

// newPhone is the phone number n of those that ask at url. Linux takes all of 127.0.0.0/8 for this machine.
func newPhone(url string, n int) *phone {
	address := fmt.Sprintf("127.7.%d.%d", n/250, 1+n%250)
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	return &phone{url: url, address: address, http: &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 16}, Timeout: patience,
	}}
}

// documents are the apps' operations by name.
var documents = sync.OnceValue(graph.Documents)

// ask sends an operation: the text of one, or the name of one of the apps' own. Headers are like "Name: value".
func (p *phone) ask(ctx context.Context, operation string, variables vars, headers ...string) (answer, error) {
	if !strings.Contains(operation, "{") {
		operation = documents()[operation]
	}
	body, err := json.Marshal(vars{"query": operation, "variables": variables})
	if err != nil {
		return answer{}, err
	}
	return p.send(ctx, http.MethodPost, p.url+"/graphql", body, append([]string{"Content-Type: application/json"}, headers...)...)
}

// send sends a request as the person and reads the whole answer.
func (p *phone) send(ctx context.Context, method, url string, body []byte, headers ...string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if p.token != "" && strings.HasPrefix(url, p.url+"/graphql") {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Set(name, value)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if a.body, err = io.ReadAll(resp.Body); err != nil {
		return a, err
	}
	var parsed struct {
		Data any `json:"data"`
	}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") && json.Unmarshal(a.body, &parsed) == nil {
		a.data = parsed.Data
	}
	return a, nil
}

// do is ask for what must go well.
func (p *phone) do(t testing.TB, operation string, variables vars, headers ...string) answer {
	t.Helper()
	a, err := p.ask(t.Context(), operation, variables, headers...)
	if err != nil {
		t.Fatal(err)
	}
	if no := a.failure(); no != "" {
		t.Fatal(no)
	}
	return a
}

// signUp makes an account for the owner of the phone.
func (p *phone) signUp(t testing.TB, name string) {
	t.Helper()
	a := p.do(t, "SignUp", vars{"input": vars{"username": name, "email": name + "@example.com", "password": "corduroy-jacket-84"}})
	p.token, p.userID = a.text("signUp.accessToken"), a.text("signUp.viewer.user.id")
}

// upload sends a picture to the store as createUpload says, and gives the photo's id.
func (p *phone) upload(t testing.TB, picture []byte) string {
	t.Helper()
	a := p.do(t, "StartUpload", vars{"input": vars{"contentType": "image/jpeg", "byteSize": len(picture)}})
	var headers []string
	for i := 0; a.text(fmt.Sprintf("createUpload.upload.headers.%d.name", i)) != ""; i++ {
		at := fmt.Sprintf("createUpload.upload.headers.%d.", i)
		headers = append(headers, a.text(at+"name")+": "+a.text(at+"value"))
	}
	stored, err := p.send(t.Context(), a.text("createUpload.upload.method"), a.text("createUpload.upload.url"), picture, headers...)
	if err != nil || stored.status != http.StatusOK {
		t.Fatalf("the store answers %d, %v: %s", stored.status, err, stored.body)
	}
	id := a.text("createUpload.photo.id")
	p.do(t, "FinishUpload", vars{"input": vars{"photoId": id}})
	return id
}

// publish publishes a style of one picture and waits until it is there for all to see.
func (p *phone) publish(t testing.TB, caption string, picture []byte) string {
	t.Helper()
	a := p.do(t, "Publish", vars{"input": vars{"photoIds": []string{p.upload(t, picture)}, "caption": caption}})
	id := a.text("publishStyle.style.id")
	waitFor(t, "the style to be published", func() bool {
		return p.do(t, `query ($id: ID!) { style(id: $id) { state } }`, vars{"id": id}).text("style.state") == "PUBLISHED"
	})
	return id
}

// unzipped is the body of an answer that was asked for in gzip.
func unzipped(t testing.TB, a answer) []byte {
	t.Helper()
	if a.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("not compressed: %v", a.header)
	}
	reader, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
