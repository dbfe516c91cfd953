package playground_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"testing"

	"styleshare/internal/playground"
	"styleshare/internal/playground/browsertest"
)

// The page against a small server that speaks the served schema; e2e does the same against the real one.
func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	mock := startMock(t)
	api, err := url.Parse(mock.API)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /graphql", httputil.NewSingleHostReverseProxy(api))
	mux.Handle("/", playground.Handler(playground.Config{
		Endpoint:      "/graphql",
		PictureOrigin: mock.Pictures,
		Demo:          &playground.Demo{Login: "minji", Password: "demo password"},
	}))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	browsertest.RunBrowser(t, server.URL, filepath.Join(t.ArtifactDir(), "playground.png"))
}

type mockAddresses struct {
	API      string `json:"api"`
	Pictures string `json:"pictures"`
}

func startMock(t *testing.T) mockAddresses {
	t.Helper()
	schema, err := filepath.Abs("../../graph/schema")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", browsertest.Script(t, "mock.mjs"), schema)
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // which ends it
		if err := cmd.Wait(); err != nil {
			t.Error("mock:", err)
		}
	})
	var addresses mockAddresses
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatal("the mock gave no addresses:", err)
	}
	if err := json.Unmarshal(line, &addresses); err != nil {
		t.Fatal(err)
	}
	return addresses
}
