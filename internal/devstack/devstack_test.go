package devstack_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/devstack"
)

// everything is what a machine without any settings needs.
var everything = devstack.Needed(func(string) string { return "" })

// checkout makes a directory that counts as a checkout of its own: it has the gateway's module, and nothing else.
func checkout(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "tools", "s3gateway"), 0o755); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../../tools/s3gateway/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tools", "s3gateway", "go.mod"), mod, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(devstack.DataDir(dir)); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func start(t *testing.T, o devstack.Options) *devstack.Stack {
	t.Helper()
	s, err := devstack.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// sql runs one statement that gives one text.
func sql(t *testing.T, databaseURL, statement string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var answer string
	if err := conn.QueryRow(t.Context(), statement).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestSecondStartKeepsData(t *testing.T) {
	t.Parallel()
	dir := checkout(t)
	first := start(t, devstack.Options{Dir: dir, Need: everything, Out: t.Output()})
	sql(t, first.DatabaseURL, "with made as (select 1) select 'x'")
	first.Stop()
	start(t, devstack.Options{Dir: dir, Need: everything, Out: t.Output()})
}
