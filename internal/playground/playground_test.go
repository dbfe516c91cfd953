package playground

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const script = "console.log('hello')"

// built is a small dist: what matters here is how files are served, not what is in them.
func built(t *testing.T) fs.FS {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(script)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		".gitignore":            {Data: []byte("*")},
		"index.html":            {Data: []byte(`<meta name="playground" content="{{.}}">`)},
		"assets/app-1234.js.gz": {Data: packed.Bytes()},
	}
}

func get(h http.Handler, path string, header http.Header) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestPolicyAllowsPicturesFromTheStoreAlone(t *testing.T) {
	t.Parallel()
	const without = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	with := func(origin string) string { return strings.Replace(without, "data:;", "data: "+origin+";", 1) }
	tests := map[string]struct{ origin, want string }{
		"none":             {"", without},
		"origin":           {"https://pictures.example", with("https://pictures.example")},
		"port":             {"http://127.0.0.1:7070", with("http://127.0.0.1:7070")},
		"with a path":      {"http://127.0.0.1:7070/bucket/", with("http://127.0.0.1:7070")},
		"another scheme":   {"javascript://pictures.example", without},
		"no scheme":        {"pictures.example", without},
		"second directive": {"https://a.example;script-src *", without},
		"wildcard":         {"https://*", without},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHandler(built(t), Config{PictureOrigin: test.origin})
			for _, path := range []string{"/", "/assets/app-1234.js", "/nothing"} {
				if got := get(h, path, nil).Header.Get("Content-Security-Policy"); got != test.want {
					t.Errorf("%s\n got %s\nwant %s", path, got, test.want)
				}
			}
		})
	}
}

func TestPageTellsItsSettings(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config Config
		want   string
	}{
		"production": {
			Config{Endpoint: "/graphql", PictureOrigin: "https://p.example/x"},
			`{&#34;endpoint&#34;:&#34;/graphql&#34;,&#34;pictureOrigin&#34;:&#34;https://p.example&#34;}`,
		},
		"demo": {
			Config{Endpoint: "/graphql", Demo: &Demo{Login: "minji", Password: `"><script>`}},
			`{&#34;endpoint&#34;:&#34;/graphql&#34;,&#34;pictureOrigin&#34;:&#34;&#34;,&#34;demo&#34;:` +
				`{&#34;login&#34;:&#34;minji&#34;,&#34;password&#34;:&#34;\&#34;\u003e\u003cscript\u003e&#34;}}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := body(t, get(newHandler(built(t), test.config), "/", nil))
			if want := `<meta name="playground" content="` + test.want + `">`; got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestServing(t *testing.T) {
	t.Parallel()
	const immutable = "public, max-age=31536000, immutable"
	h := newHandler(built(t), Config{})
	tests := map[string]struct {
		path, accept                        string
		status                              int
		encoding, cache, contentType, holds string
	}{
		"page":             {"/", "gzip", 200, "", "no-cache", "text/html; charset=utf-8", "playground"},
		"gzipped":          {"/assets/app-1234.js", "br, gzip;q=0.8", 200, "gzip", immutable, "text/javascript; charset=utf-8", ""},
		"plain":            {"/assets/app-1234.js", "br", 200, "", immutable, "text/javascript; charset=utf-8", script},
		"gzip refused":     {"/assets/app-1234.js", "gzip;q=0.0", 200, "", immutable, "text/javascript; charset=utf-8", script},
		"unknown asset":    {"/assets/app-5678.js", "", 404, "", "", "text/plain; charset=utf-8", ""},
		"packed name":      {"/assets/app-1234.js.gz", "", 404, "", "", "text/plain; charset=utf-8", ""},
		"dot file":         {"/.gitignore", "", 404, "", "", "text/plain; charset=utf-8", ""},
		"up and out":       {"/assets/..%2findex.html", "", 404, "", "", "text/plain; charset=utf-8", ""},
		"up, backslash":    {"/assets/..%5cindex.html", "", 404, "", "", "text/plain; charset=utf-8", ""},
		"index by name":    {"/index.html", "", 404, "", "", "text/plain; charset=utf-8", ""},
		"folder":           {"/assets/", "", 404, "", "", "text/plain; charset=utf-8", ""},
		"something else's": {"/graphql", "", 404, "", "", "text/plain; charset=utf-8", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response := get(h, test.path, http.Header{"Accept-Encoding": {test.accept}})
			got := []string{response.Header.Get("Content-Encoding"), response.Header.Get("Cache-Control"), response.Header.Get("Content-Type")}
			want := []string{test.encoding, test.cache, test.contentType}
			if response.StatusCode != test.status || strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("got %d %q, want %d %q", response.StatusCode, got, test.status, want)
			}
			if content := body(t, response); !strings.Contains(content, test.holds) {
				t.Errorf("the body is %q", content)
			}
		})
	}
}

func TestWhatTheBrowserHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h := newHandler(built(t), Config{})
	tags := map[string]bool{}
	for _, request := range []struct{ path, accept string }{{"/", ""}, {"/assets/app-1234.js", "gzip"}, {"/assets/app-1234.js", "identity"}} {
		header := http.Header{"Accept-Encoding": {request.accept}}
		tag := get(h, request.path, header).Header.Get("Etag")
		if tag == "" || tags[tag] {
			t.Errorf("%v: the tag %q is missing or another representation's", request, tag)
		}
		tags[tag] = true
		header.Set("If-None-Match", tag)
		if got := get(h, request.path, header).StatusCode; got != http.StatusNotModified {
			t.Errorf("%v: got %d, want 304", request, got)
		}
	}
}

func TestOnlyReading(t *testing.T) {
	t.Parallel()
	h := newHandler(built(t), Config{})
	for _, path := range []string{"/", "/assets/app-1234.js"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: got %d, want 405", path, w.Code)
		}
	}
}

func TestWithoutBuildItSaysHowToBuild(t *testing.T) {
	t.Parallel()
	h := newHandler(fstest.MapFS{".gitignore": {Data: []byte("*")}}, Config{})
	response := get(h, "/", nil)
	content := body(t, response)
	if response.StatusCode != http.StatusNotFound || !strings.Contains(content, "make playground") {
		t.Errorf("got %d %q", response.StatusCode, content)
	}
}
