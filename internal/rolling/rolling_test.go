package rolling

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fake is an instance that becomes ready after some questions, -1 for never.
func fake(t *testing.T, name string, after int64, restarted *[]string) Instance {
	t.Helper()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := asked.Add(1); r.URL.Path != "/readyz" || after < 0 || n <= after {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	return Instance{Name: name, ReadyURL: server.URL + "/readyz", Restart: func(context.Context) error {
		*restarted = append(*restarted, name)
		return nil
	}}
}

func TestOneAfterTheOther(t *testing.T) {
	t.Parallel()
	var restarted []string
	var said strings.Builder
	err := Roll(t.Context(), []Instance{fake(t, "a", 0, &restarted), fake(t, "b", 2, &restarted)}, time.Minute, &said)
	if err != nil || strings.Join(restarted, " ") != "a b" || strings.Count(said.String(), "replaced and ready") != 2 {
		t.Errorf("%v, %v, %s", err, restarted, said.String())
	}
}

func TestTheRestIsLeftAlone(t *testing.T) {
	t.Parallel()
	var restarted []string
	instances := []Instance{fake(t, "a", 0, &restarted), fake(t, "b", -1, &restarted), fake(t, "c", 0, &restarted)}
	err := Roll(t.Context(), instances, 300*time.Millisecond, &strings.Builder{})
	if err == nil || strings.Join(restarted, " ") != "a b" {
		t.Fatalf("%v, %v", err, restarted)
	}
	for _, want := range []string{"b did not come back", "1 of 3 were replaced", "not ready after 300ms", "503"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	failing := Instance{Name: "d", Restart: func(context.Context) error { return errors.New("no such unit") }}
	if err := Roll(t.Context(), []Instance{failing}, time.Minute, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "no such unit") {
		t.Error(err)
	}
	if Roll(t.Context(), nil, time.Minute, &strings.Builder{}) == nil {
		t.Error("nothing was replaced, and nobody said so")
	}
}

func TestProcessIsToldToEnd(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `trap 'echo told; exit' TERM; echo up; while :; do sleep 0.05; done`)
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	if n, err := out.Read(b); err != nil || string(b[:n]) != "up\n" {
		t.Fatalf("%q, %v", b[:n], err)
	}
	reaped := make(chan error, 1)
	go func() {
		n, err := out.Read(b)
		if string(b[:n]) != "told\n" {
			t.Errorf("%q, %v", b[:n], err)
		}
		reaped <- cmd.Wait()
	}()
	if err := Process(cmd.Process.Pid, "").Restart(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-reaped; err != nil {
		t.Error(err)
	}
}

func TestUnits(t *testing.T) {
	for name, url := range map[string]string{
		"styleshare@8080": "http://127.0.0.1:8080/readyz", "styleshare-worker@18180.service": "http://127.0.0.1:18180/readyz",
		"styleshare-scheduler": "http://127.0.0.1:18070/readyz", "styleshare": "", "styleshare@": "", "nginx": "", "styleshare@8080 x": "",
	} {
		if unit, err := Unit(name); unit.ReadyURL != url || (err == nil) != (url != "") {
			t.Errorf("%s: %+v, %v", name, unit, err)
		}
	}
	// What systemctl answers, the one of deploy/systemd's units that runs and one that does not come up.
	dir := t.TempDir()
	script := "#!/bin/sh\ncase \"$*\" in\n*styleshare@*) echo 'styleshare@8090.service loaded active running API'; echo 'styleshare@8080.service loaded activating auto-restart API' ;;\n" +
		"*worker*) echo 'styleshare-worker@18180.service loaded active running worker' ;;\nrestart*) echo 'no such unit' >&2; exit 5 ;;\nesac\n"
	if err := os.WriteFile(dir+"/systemctl", []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	units, err := Units(t.Context())
	var names []string
	for _, unit := range units {
		names = append(names, unit.Name)
	}
	if err != nil || strings.Join(names, " ") != "styleshare-worker@18180 styleshare@8080 styleshare@8090" {
		t.Errorf("%v, %v", names, err)
	}
	unknown, _ := Unit("styleshare-scheduler")
	if err := unknown.Restart(t.Context()); err == nil || !strings.Contains(err.Error(), "no such unit") {
		t.Error(err)
	}
}
