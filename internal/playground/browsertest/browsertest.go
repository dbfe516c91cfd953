// Package browsertest uses the playground of a running server in a real browser, for the tests of the page itself and
// of the whole server.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// patience bounds one run. A run takes seconds; a busy machine is given the rest.
const patience = 3 * time.Minute

// RunBrowser opens the playground at baseURL in headless Chromium, signs in as the demo person, runs the examples, looks
// at pictures and documentation, reloads and signs out. It fails the test if any of it does not work, if the page logs
// an error (as it does when the Content-Security-Policy forbids something), or asks another origin for anything but
// pictures. It writes what is seen after HomeFeed to screenshotPath, a PNG, and the documentation beside it (-docs.png).
//
// The server must have the demo person and styles of others. Chromium is /usr/bin/chromium or what CHROMIUM_PATH names;
// the script needs Node.js and the packages that `make playground` installs.
func RunBrowser(t testing.TB, baseURL, screenshotPath string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", Script(t, "browser.mjs"), baseURL, screenshotPath)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the playground at %s in the browser: %v\n%s\nscreenshot: %s", baseURL, err, out, screenshotPath)
	}
}

// Script is the path of a script in web/test, wherever in the module the test runs.
func Script(t testing.TB, name string) string {
	t.Helper()
	web := filepath.Join(moduleRoot(t), "internal", "playground", "web")
	if _, err := os.Stat(filepath.Join(web, "node_modules", "playwright-core")); err != nil {
		t.Fatal("the browser test needs the playground's packages: make playground")
	}
	return filepath.Join(web, "test", name)
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
	}
	t.Fatal("no go.mod above the test's folder")
	return ""
}
