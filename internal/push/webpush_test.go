package push

import (
	"bufio"
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// vapidKey makes a key pair as browsers want it, and the public key to check signatures with.
func vapidKey(t *testing.T) (private, public string, verify *ecdsa.PublicKey) {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point := key.PublicKey().Bytes()
	if verify, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point); err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(key.Bytes()), base64.RawURLEncoding.EncodeToString(point), verify
}

// receiver is an independent implementation of a browser with its push service, behind TLS.
type receiver struct {
	server *httptest.Server
	mu     sync.Mutex
	last   *http.Request // the last push, with its body's size in ContentLength
}

func startReceiver(t *testing.T) *receiver {
	t.Helper()
	node := exec.CommandContext(t.Context(), "node", "receiver.js")
	node.Dir = installReceiver(t)
	stdin, err := node.StdinPipe() // held open: the receiver ends with it
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	node.Stderr = os.Stderr
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = node.Wait() })
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the receiver did not start: %v", err)
	}
	target := &url.URL{Scheme: "http", Host: "127.0.0.1:" + strings.TrimSpace(port)}
	proxy := httputil.NewSingleHostReverseProxy(target)
	r := &receiver{}
	r.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasPrefix(req.URL.Path, "/notify/") {
			r.mu.Lock()
			r.last = req.Clone(req.Context())
			r.mu.Unlock()
		}
		proxy.ServeHTTP(w, req)
	}))
	t.Cleanup(r.server.Close)
	return r
}

// installReceiver installs the receiver from its lock file into a cache directory, once for each version.
func installReceiver(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() //nolint:usetesting // the next run finds it there
	}
	hash := sha256.New()
	files := map[string][]byte{}
	for _, name := range []string{"package.json", "package-lock.json", "receiver.js"} {
		content, err := os.ReadFile(filepath.Join("testdata", "webpush", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
		hash.Write(content)
	}
	home := filepath.Join(cache, "styleshare", "webpush-receiver-"+hex.EncodeToString(hash.Sum(nil)[:8]))
	if _, err := os.Stat(home); err == nil {
		return home
	}
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(home), "installing-") //nolint:usetesting // beside home, to be renamed to it in one step
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(fresh) })
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(fresh, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts")
	npm.Dir = fresh
	if output, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, output)
	}
	// Another run may have been faster; its result is as good.
	if err := os.Rename(fresh, home); err != nil {
		if _, there := os.Stat(home); there != nil {
			t.Fatal(err)
		}
	}
	return home
}

func (r *receiver) call(t *testing.T, path string, input, output any) {
	t.Helper()
	body, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	response, err := r.server.Client().Post(r.server.URL+path, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", path, response.StatusCode, content, err)
	}
	if output != nil {
		if err := json.Unmarshal(content, output); err != nil {
			t.Fatal(err)
		}
	}
}

// subscribe gives what a browser would register with the service, and the receiver's handle for it.
func (r *receiver) subscribe(t *testing.T, public string) (token, handle string) {
	t.Helper()
	var answer struct {
		Data struct {
			Keys       map[string]string
			ClientHash string
		}
	}
	r.call(t, "/subscribe", map[string]string{"userVisibleOnly": "true", "applicationServerKey": public}, &answer)
	content, err := json.Marshal(map[string]any{
		"endpoint": r.server.URL + "/notify/" + answer.Data.ClientHash, "expirationTime": nil, "keys": answer.Data.Keys,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(content), answer.Data.ClientHash
}

func (r *receiver) messages(t *testing.T, handle string) []string {
	t.Helper()
	var answer struct{ Data struct{ Messages []string } }
	r.call(t, "/get-notifications", map[string]string{"clientHash": handle}, &answer)
	return answer.Data.Messages
}

// onLoopback lets a sender reach test servers; everything else about its client stays.
func onLoopback(server *httptest.Server) *http.Client {
	return restricted(server.Client().Transport.(*http.Transport).Clone())
}

func TestWebPushAgainstAnIndependentReceiver(t *testing.T) {
	t.Parallel()
	r := startReceiver(t)
	private, public, verify := vapidKey(t)
	sender := newWebPush(public, private, "push@example.com", onLoopback(r.server))
	token, handle := r.subscribe(t, public)

	outcome, err := sender.Send(t.Context(), token, like())
	checkOutcome(t, "sent", outcome, err, Delivered, 0, handle)
	long := like()
	long.Body = strings.Repeat("가나다 ", 2000)
	outcome, err = sender.Send(t.Context(), token, long)
	checkOutcome(t, "long", outcome, err, Delivered, 0, handle)

	got := r.messages(t, handle)
	if len(got) != 2 {
		t.Fatalf("%d messages", len(got))
	}
	var payload map[string]any
	if err := json.Unmarshal([]byte(got[0]), &payload); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"title": "스타일셰어", "body": "민지님 외 12명이 <회원님>의 스타일을 좋아해요", "tag": "style-liked-1", "badge": 3.0,
		"data": map[string]any{"kind": "STYLE_LIKED", "link": "https://example.com/styles/1?a=b&c=d", "styleId": "U3R5bGU6MQ"},
	}
	if !reflect.DeepEqual(payload, want) {
		t.Errorf("%s", got[0])
	}
	var shortened struct{ Body string }
	if err := json.Unmarshal([]byte(got[1]), &shortened); err != nil || !strings.HasSuffix(shortened.Body, "…") || len(got[1]) < 3900 {
		t.Errorf("%d bytes: %v", len(got[1]), err)
	}
	checkPush(t, r, verify)

	r.call(t, "/expire-subscription/"+handle, map[string]string{}, nil)
	before := time.Now()
	outcome, err = sender.Send(t.Context(), token, like())
	checkOutcome(t, "expired", outcome, err, DeadToken, 0, handle)
	if outcome.DeadSince.Before(before) {
		t.Errorf("dead since %v", outcome.DeadSince)
	}

	// Somebody else's key: the receiver refuses, and the token stays.
	token, handle = r.subscribe(t, public)
	otherPrivate, otherPublic, _ := vapidKey(t)
	outcome, err = newWebPush(otherPublic, otherPrivate, "push@example.com", onLoopback(r.server)).Send(t.Context(), token, like())
	checkOutcome(t, "wrong key", outcome, err, Refused, 0, handle)
}

// checkPush checks what the receiver does not: RFC 8030's headers and size, RFC 8292's claims.
func checkPush(t *testing.T, r *receiver, verify *ecdsa.PublicKey) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, want := range map[string]string{
		"TTL": "86400", "Topic": "style-liked-1", "Urgency": "normal", "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
	} {
		if got := r.last.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if r.last.ContentLength > 4096 {
		t.Errorf("the body has %d bytes", r.last.ContentLength)
	}
	signed, _, _ := strings.Cut(strings.TrimPrefix(r.last.Header.Get("Authorization"), "vapid t="), ",")
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(signed, claims, func(*jwt.Token) (any, error) { return verify, nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience(r.server.URL), jwt.WithSubject("mailto:push@example.com"), jwt.WithExpirationRequired())
	if err != nil {
		t.Error(err)
	}
	if expires, err := claims.GetExpirationTime(); err != nil || time.Until(expires.Time) > 24*time.Hour {
		t.Errorf("expires at %v: %v", expires, err)
	}
}
