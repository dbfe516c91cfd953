package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The example of a web client in a real browser, from another origin than the API: sign in, pictures, like, upload, and what
// somebody else does heard live.
func TestWebClient(t *testing.T) {
	t.Parallel()
	dir, err := filepath.Abs("../examples/web")
	if err != nil {
		t.Fatal(err)
	}
	page := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(dir, "dist"))))
	defer page.Close()
	s := Start(t, Options{Env: []string{"TRUSTED_PROXIES=127.0.0.0/8", "CORS_ORIGINS=" + page.URL}})
	const password = "styleshare-demo"
	minji := s.SignUp(t, "minji", "password", password, "locale", "ko")
	author := s.SignUp(t, "seoyeon")
	minji.Follow(t, author)
	for _, caption := range []string{"첫 #데일리룩", "또 #데일리룩"} {
		author.Published(t, author.Publish(t, caption, author.Upload(t, picture(t, 600, 800), "image/jpeg")))
	}
	WaitFor(t, "the feed of minji", func() bool { return len(minji.Feed(t)) == 2 })
	upload := filepath.Join(t.TempDir(), "coat.jpg")
	if err := os.WriteFile(upload, picture(t, 900, 1200), 0o600); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "API="+s.Servers[0].URL)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, args[0], err, out)
		}
	}
	run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	run("npm", "run", "--silent", "check")
	run("npm", "run", "--silent", "build")
	run("node", "test/browser.mjs", page.URL, "minji", password, upload, s.Servers[0].URL, author.Token, filepath.Join(t.ArtifactDir(), "web.png"))
}
