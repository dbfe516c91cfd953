// Package oidctest runs an independent, certified OpenID provider (npm oidc-provider) for tests, and signs people in to it
// the way that browsers and apps do.
package oidctest

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed provider
var files embed.FS

// The clients that the provider knows.
const (
	Web   = "web"
	IOS   = "ios"
	Other = "other" // of somebody else
)

const redirect = "http://127.0.0.1/done"

// Provider is a running provider.
type Provider struct{ URL string }

// Claims are what the provider says of a person.
type Claims = map[string]any

// Start starts a provider that ends with the test.
func Start(t testing.TB) *Provider {
	t.Helper()
	node := exec.CommandContext(t.Context(), "node", "issuer.mjs")
	node.Dir = install(t)
	stdin, err := node.StdinPipe() // held open: the provider ends with it
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = node.Wait() })
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the provider did not start: %v", err)
	}
	return &Provider{strings.TrimSpace(address)}
}

// Rotate gives the provider new keys; those from before are gone.
func (p *Provider) Rotate(t testing.TB) { t.Helper(); p.control(t, "/rotate") }

// GoAway has the provider answer nothing of use until ComeBack.
func (p *Provider) GoAway(t testing.TB) { t.Helper(); p.control(t, "/away") }

// ComeBack ends GoAway.
func (p *Provider) ComeBack(t testing.TB) { t.Helper(); p.control(t, "/back") }

func (p *Provider) control(t testing.TB, path string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// Token signs a person in through a client and gives the ID token; an empty nonce is none. The claims must have a sub.
func (p *Provider) Token(t testing.TB, client, nonce string, person Claims) string {
	t.Helper()
	hint, err := json.Marshal(person)
	if err != nil {
		t.Fatal(err)
	}
	ask := url.Values{"client_id": {client}, "response_type": {"code"}, "scope": {"openid email profile"}, "redirect_uri": {redirect},
		"login_hint": {base64.RawURLEncoding.EncodeToString(hint)}}
	if nonce != "" {
		ask.Set("nonce", nonce)
	}
	code := codeOf(t, p.URL+"/auth?"+ask.Encode())
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(client, "secret-of-"+client)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		IDToken string `json:"id_token"`
		Error   string `json:"error_description"`
	}
	if err = json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.IDToken == "" {
		t.Fatalf("no ID token: %v %s", err, answer.Error)
	}
	return answer.IDToken
}

// codeOf follows the provider's redirects up to the one that leads back to the client.
func codeOf(t testing.TB, address string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back *url.URL
	browser := &http.Client{Jar: jar, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(req.URL.String(), redirect) {
			back = req.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if back == nil || back.Query().Get("code") == "" {
		t.Fatalf("the sign-in ended with status %d at %s, leading back to %v", resp.StatusCode, resp.Request.URL, back)
	}
	return back.Query().Get("code")
}

// install installs the provider from its lock file into a cache directory, once for each version.
func install(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() //nolint:usetesting // the next run finds it there
	}
	entries, err := files.ReadDir("provider")
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	contents := map[string][]byte{}
	for _, e := range entries {
		if contents[e.Name()], err = files.ReadFile("provider/" + e.Name()); err != nil {
			t.Fatal(err)
		}
		hash.Write(contents[e.Name()])
	}
	home := filepath.Join(cache, "styleshare", "oidc-issuer-"+hex.EncodeToString(hash.Sum(nil)[:8]))
	if _, err = os.Stat(home); err == nil {
		return home
	}
	if err = os.MkdirAll(filepath.Dir(home), 0o750); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(home), "installing-") //nolint:usetesting // beside home, to be renamed to it in one step
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(fresh) })
	for name, content := range contents {
		if err = os.WriteFile(filepath.Join(fresh, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts")
	npm.Dir = fresh
	if output, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, output)
	}
	// Another run may have been faster; its result is as good.
	if err = os.Rename(fresh, home); err != nil && !errors.Is(err, os.ErrExist) {
		if _, there := os.Stat(home); there != nil {
			t.Fatal(err)
		}
	}
	return home
}
