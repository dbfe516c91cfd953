package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// renderPage fills what the page must know into dist/index.html. It is false where there is no build.
func renderPage(dist fs.FS, config Config) (http.Handler, bool) {
	source, err := fs.ReadFile(dist, "index.html")
	if err != nil {
		return nil, false
	}
	var page bytes.Buffer
	tmpl := template.Must(template.New("index.html").Parse(string(source)))
	if err := tmpl.Execute(&page, settings(config)); err != nil {
		panic(err) // a template of our own with a string: fails at start or never
	}
	tag := entityTag(page.Bytes())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache") // asks again each time: it names the hashed files
		w.Header().Set("Etag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page.Bytes()))
	}), true
}

// settings is the JSON that web/src/config.js reads.
func settings(config Config) string {
	type demo struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
	value := struct {
		Endpoint      string `json:"endpoint"`
		PictureOrigin string `json:"pictureOrigin"`
		Demo          *demo  `json:"demo,omitempty"`
	}{config.Endpoint, config.PictureOrigin, (*demo)(config.Demo)}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings only
	}
	return string(text)
}

// assets are the files with a hash in their names, gzipped when they were built: a name never changes its content.
type assets map[string]asset

// contentTypes are those of the files that web/build.mjs writes; the machine's own table could say something else.
var contentTypes = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
}

type asset struct {
	contentType string
	tag         string
	gzipped     []byte
}

func loadAssets(dist fs.FS) assets {
	names, err := fs.Glob(dist, "assets/*.gz")
	if err != nil {
		panic(err) // the pattern is well formed
	}
	loaded := assets{}
	for _, file := range names {
		content, err := fs.ReadFile(dist, file)
		if err != nil {
			panic(err) // it was just listed, in the binary
		}
		name := strings.TrimSuffix(path.Base(file), ".gz")
		loaded[name] = asset{contentTypes[path.Ext(name)], entityTag(content), content}
	}
	return loaded
}

func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := a[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", file.contentType)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Vary", "Accept-Encoding")
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		header.Set("Content-Encoding", "gzip")
		header.Set("Etag", file.tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.gzipped))
		return
	}
	file.servePlain(w, r)
}

// servePlain unpacks for the rare client that does not take gzip, each time anew.
func (f asset) servePlain(w http.ResponseWriter, r *http.Request) {
	reader, err := gzip.NewReader(bytes.NewReader(f.gzipped))
	if err != nil {
		http.Error(w, "The file is damaged.", http.StatusInternalServerError)
		return
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		http.Error(w, "The file is damaged.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Etag", entityTag(plain))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(plain))
}

// acceptsGzip reads an Accept-Encoding header; RFC 9110 lets a coding be refused by the weight 0.
func acceptsGzip(header string) bool {
	for choice := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(choice, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			value := strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			return strings.Trim(value, "0.") != "" || value == ""
		}
	}
	return false
}

func entityTag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
