package jobs

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"styleshare/models"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Config{
		"an address of something else": {RedisURL: "http://:s3cret@host", Concurrency: 1},
		"no address":                   {Concurrency: 1},
		"nobody to work":               {RedisURL: "redis://host"},
	} {
		_, err := New(c)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	j, err := New(Config{
		DB: new(models.DB), RedisURL: "redis://host", Concurrency: 1, ShutdownTimeout: time.Second,
		Logger: slog.New(slog.DiscardHandler), Registerer: registry,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	handler := func(context.Context, *Job) error { return nil }
	j.Register(models.JobMail, handler)
	for _, kind := range []models.JobKind{models.JobMail, "no such kind"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is taken", kind)
				}
			}()
			j.Register(kind, handler)
		}()
	}
	if families, err := registry.Gather(); err != nil || len(families) == 0 {
		t.Errorf("%d metrics, %v", len(families), err)
	}
}
