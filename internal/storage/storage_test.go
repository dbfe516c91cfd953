package storage_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const jpeg = "image/jpeg"

func open(t *testing.T) *storage.Store {
	t.Helper()
	s, err := storage.New(t.Context(), testkit.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// send makes a request as a phone does, with no help of the SDK, and returns status and body.
func send(t *testing.T, method, address string, headers map[string]string, body []byte) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		if name != "Content-Length" { // net/http takes it from the body
			r.Header.Set(name, value)
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestPresignedPut(t *testing.T) {
	t.Parallel()
	s := open(t)
	photo := bytes.Repeat([]byte("photo"), 1000)
	forge := func(change func(url.Values)) func(string) string {
		return func(address string) string {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			change(q)
			u.RawQuery = q.Encode()
			return u.String()
		}
	}
	tests := []struct {
		name    string
		body    []byte
		headers map[string]string // replace the signed ones
		address func(string) string
		want    int
	}{
		{name: "as signed", body: photo, want: http.StatusOK},
		{name: "another type", body: photo, headers: map[string]string{"Content-Type": "text/html"}, want: http.StatusForbidden},
		{name: "no type", body: photo, headers: map[string]string{}, want: http.StatusForbidden},
		{name: "a byte too long", body: append(bytes.Clone(photo), 'x'), want: http.StatusForbidden},
		{name: "a byte too short", body: photo[1:], want: http.StatusForbidden},
		{name: "forged signature", body: photo, want: http.StatusForbidden, address: forge(func(q url.Values) {
			q.Set("X-Amz-Signature", strings.Repeat("0", 64))
		})},
		{name: "longer life", body: photo, want: http.StatusForbidden, address: forge(func(q url.Values) {
			q.Set("X-Amz-Expires", "3600")
		})},
		{name: "another key", body: photo, want: http.StatusForbidden, address: func(a string) string {
			return strings.Replace(a, "/originals/", "/renditions/", 1)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			key := "originals/" + strings.ReplaceAll(test.name, " ", "-")
			address, headers, err := s.PresignPut(t.Context(), key, jpeg, int64(len(photo)), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if headers["Content-Type"] != jpeg || headers["Content-Length"] != "5000" {
				t.Fatalf("headers to send: %v", headers)
			}
			if test.headers != nil {
				headers = test.headers
			}
			if test.address != nil {
				address = test.address(address)
			}
			status, answer := send(t, http.MethodPut, address, headers, test.body)
			if status != test.want {
				t.Errorf("status %d, want %d: %s", status, test.want, answer)
			}
			info, err := s.Head(t.Context(), key)
			if test.want != http.StatusOK {
				if !errors.Is(err, storage.ErrNotFound) {
					t.Errorf("a refused upload left something behind: %+v, %v", info, err)
				}
				return
			}
			if err != nil || info.Size != int64(len(photo)) || info.ContentType != jpeg {
				t.Errorf("head after upload: %+v, %v", info, err)
			}
		})
	}
}

func TestPresignedPutExpires(t *testing.T) {
	t.Parallel()
	s := open(t)
	address, headers, err := s.PresignPut(t.Context(), "originals/late", jpeg, 4, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	// The same address works until it does not: the deadline only ends a test that would go on for ever.
	for deadline := time.Now().Add(30 * time.Second); ; {
		status, answer := send(t, http.MethodPut, address, headers, []byte("late"))
		if status == http.StatusForbidden && strings.Contains(answer, "expired") {
			return
		}
		if status != http.StatusOK {
			t.Fatalf("status %d: %s", status, answer)
		}
		if time.Now().After(deadline) {
			t.Fatal("the address never expires")
		}
	}
}

func TestPresignRefusesNonsense(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, test := range []struct {
		size int64
		ttl  time.Duration
	}{{0, time.Minute}, {-1, time.Minute}, {1, 0}, {1, storage.MaxPresignTTL + time.Second}} {
		if _, _, err := s.PresignPut(t.Context(), "originals/x", jpeg, test.size, test.ttl); err == nil {
			t.Errorf("size %d, ttl %s: no error", test.size, test.ttl)
		}
	}
}

func TestEverybodyReadsRenditionsOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, key := range []string{"renditions/한글 1.jpg", "originals/1.jpg", "renditions.jpg"} {
		if err := s.Put(t.Context(), key, jpeg, "public, max-age=31536000, immutable", []byte("bytes")); err != nil {
			t.Fatal(err)
		}
	}
	status, body := send(t, http.MethodGet, s.PublicURL("renditions/한글 1.jpg"), nil, nil)
	if status != http.StatusOK || body != "bytes" {
		t.Errorf("a rendition: %d %s", status, body)
	}
	for _, request := range [][2]string{
		{http.MethodGet, s.PublicURL("originals/1.jpg")},
		{http.MethodHead, s.PublicURL("originals/1.jpg")},
		{http.MethodGet, s.PublicURL("renditions.jpg")},
		{http.MethodGet, s.PublicURL("renditions/../originals/1.jpg")},
		{http.MethodGet, strings.Replace(s.PublicURL("renditions/..%2foriginals/1.jpg"), "%252f", "%2f", 1)},
		{http.MethodGet, s.PublicURL("")},
		{http.MethodPut, s.PublicURL("renditions/mine.jpg")},
		{http.MethodDelete, s.PublicURL("renditions/한글 1.jpg")},
	} {
		if status, body := send(t, request[0], request[1], nil, nil); status < 400 || status >= 500 {
			t.Errorf("%s %s: %d %s", request[0], request[1], status, body)
		}
	}
}

func TestBrowsersMayUpload(t *testing.T) {
	t.Parallel()
	s := open(t)
	address, _, err := s.PresignPut(t.Context(), "originals/web", jpeg, 4, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Access-Control-Request-Method", http.MethodPut)
	r.Header.Set("Access-Control-Request-Headers", "content-type")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK || !strings.Contains(answer.Header.Get("Access-Control-Allow-Methods"), http.MethodPut) {
		t.Errorf("preflight: %s %v", answer.Status, answer.Header)
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	s := open(t)
	body := bytes.Repeat([]byte("x"), 10_000)
	if err := s.Put(t.Context(), "originals/a", jpeg, "", body); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "originals/a", int64(len(body))); err != nil || !bytes.Equal(got, body) {
		t.Errorf("get: %d bytes, %v", len(got), err)
	}
	if _, err := s.Get(t.Context(), "originals/a", int64(len(body))-1); !errors.Is(err, storage.ErrTooLarge) {
		t.Errorf("get with too little room: %v", err)
	}
	if _, err := s.Get(t.Context(), "originals/b", 1); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("get of a missing object: %v", err)
	}
	if _, err := s.Head(t.Context(), "originals/b"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("head of a missing object: %v", err)
	}
	if err := s.Delete(t.Context(), "originals/a", "originals/b"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if _, err := s.Head(t.Context(), "originals/a"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("head after delete: %v", err)
	}
	if err := s.Delete(t.Context()); err != nil {
		t.Errorf("delete of nothing: %v", err)
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	part, config := testkit.OwnS3(t)
	s, err := storage.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	if err := s.Put(t.Context(), "originals/kept", jpeg, "", []byte("kept")); err != nil {
		t.Error(err)
	}
	if err := part.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("a stopped gateway answers")
	}
	if err := part.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "originals/kept", 10); err != nil || string(got) != "kept" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
	config.Bucket = "nowhere"
	other, err := storage.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Ping(t.Context()); err == nil {
		t.Error("a missing bucket answers")
	}
}

func TestNewObjectsAreWrittenOnce(t *testing.T) {
	t.Parallel()
	s, err := storage.New(t.Context(), testkit.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	if err = s.PutNew(t.Context(), "once", "text/plain", []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err = s.PutNew(t.Context(), "once", "text/plain", []byte("second")); !errors.Is(err, storage.ErrExists) {
		t.Errorf("a second time: %v", err)
	}
	if got, err := s.Get(t.Context(), "once", 10); err != nil || string(got) != "first" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s, err := storage.New(t.Context(), testkit.S3(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a/2", "a/1", "b/1"} {
		if err = s.Put(t.Context(), key, "text/plain", "", []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	err = s.List(t.Context(), "a/", func(o storage.Object) error {
		keys = append(keys, o.Key)
		if o.Size != 3 || o.Modified.IsZero() {
			t.Errorf("%+v", o)
		}
		return nil
	})
	if err != nil || strings.Join(keys, " ") != "a/1 a/2" {
		t.Errorf("%v, %v", keys, err)
	}
	stop := errors.New("enough")
	if err = s.List(t.Context(), "", func(storage.Object) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the caller's error: %v", err)
	}
}
