//go:build fleet

package e2e

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/testkit"
)

// vault is where a stack's backups are: a bucket, and the keys.
type vault struct {
	*Stack
	env []string
}

// newVaultEnvironment makes keys and a bucket, and gives the variables that name them.
func newVaultEnvironment(t *testing.T) []string {
	t.Helper()
	identity := filepath.Join(t.TempDir(), "backup.key")
	keys := exec.Command(serverBinary(t), "backup", "keys", identity)
	keys.Env = baseEnvironment()
	recipient, err := keys.Output()
	if err != nil {
		t.Fatal(err)
	}
	return []string{strings.TrimSpace(string(recipient)), "BACKUP_IDENTITY_FILE=" + identity, "BACKUP_BUCKET=" + testkit.S3(t).Bucket}
}

// command prepares a command of backups.
func (v *vault) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(serverBinary(t), append([]string{"backup"}, args...)...)
	cmd.Env = append(v.environment(), v.env...)
	return cmd
}

// run runs one, which must go well, and gives what it prints.
func (v *vault) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := v.command(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("backup %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestDrill loses the database of a community after its last backup, restores it, and has all cases pass that passed
// before. Redis and memcached stay as they are, full of what has never happened.
func TestDrill(t *testing.T) {
	w := newWorld(t, Options{})
	v := &vault{w.Stack, newVaultEnvironment(t)}
	began := time.Now()
	made := v.run(t, "create")
	t.Logf("backup in %s: %s", time.Since(began).Round(time.Millisecond), strings.TrimSpace(made))
	before := w.seen(t)
	w.lostLife(t)
	if w.seen(t) == before {
		t.Error("nothing is lost")
	}

	processes := append([]*Process{w.Worker}, w.Servers...)
	for _, p := range processes {
		p.Kill(t)
	}
	v.loseDatabase(t)
	began = time.Now()
	report := v.run(t, "restore", "--into", w.DatabaseURL)
	t.Logf("restore in %s:\n%s", time.Since(began).Round(time.Millisecond), report)
	for _, p := range processes {
		p.Start(t)
	}
	w.Settle(t)
	if after := w.seen(t); after != before { // the cases that follow empty memcached
		t.Errorf("the restored community looks like\n%s\nwhere it was\n%s", after, before)
	}
	t.Run("cases", w.testCases)
	t.Run("operations", w.testOperations)

	// The community goes on.
	late := w.SignUp(t, "latecomer")
	late.Published(t, late.Publish(t, "after the flood"))
	if list := v.run(t, "list"); strings.Count(list, "\n") != 1 {
		t.Errorf("list:\n%s", list)
	}
	v.run(t, "create")
	t.Logf("verify:\n%s", v.run(t, "verify"))
}

// changing are the styles that lostLife changes.
var changing = []string{"style 24", "style 23", "style minji"}

// seen is what minji sees of them.
func (w *world) seen(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, style := range changing {
		all.WriteString(w.normal(t, w.people["minji"].Do(t, "StyleDetail", Vars{"id": w.ids[style]}).OK(t)))
	}
	return all.String()
}

// lostLife is what happens after the backup: new people and styles, and changes of what the caches hold.
func (w *world) lostLife(t *testing.T) {
	t.Helper()
	late := w.SignUp(t, "latecomer")
	late.Published(t, late.Publish(t, "never seen again"))
	for _, style := range changing {
		late.Do(t, "Like", Vars{"input": Vars{"styleId": w.ids[style]}}).OK(t)
		late.Do(t, "Comment", Vars{"input": Vars{"styleId": w.ids[style], "body": "never said"}}).OK(t)
	}
	late.Follow(t, w.people["sora"])
	w.people["sora"].Do(t, `mutation { updateProfile(input: {displayName: "Somebody else"}) { userErrors { code } } }`, nil).OK(t)
	w.people["minji"].Do(t, "HomeFeed", nil).OK(t)
	w.Settle(t)
}

// loseDatabase drops the database, and makes an empty one of its name.
func (v *vault) loseDatabase(t *testing.T) {
	t.Helper()
	config, err := pgx.ParseConfig(v.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	name := pgx.Identifier{config.Database}.Sanitize()
	config.Database = "postgres"
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, statement := range []string{"drop database " + name + " with (force)", "create database " + name + " template template0"} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	v.db.Reset()
}

// TestScheduledBackup has a worker make the backup that is due, while people go on.
func TestScheduledBackup(t *testing.T) {
	env := newVaultEnvironment(t)
	v := &vault{Start(t, Options{Env: env}), env}
	minji := v.SignUp(t, "minji")
	WaitFor(t, "a backup", func() bool { return v.Number(t, "select count(*) from backups") == 1 })
	minji.Published(t, minji.Publish(t, "still here"))
	WaitFor(t, "its metrics", func() bool {
		metrics := string(Send(t, http.MethodGet, v.Worker.AdminURL+"/metrics", nil).Body)
		return strings.Contains(metrics, "\nbackup_last_success_timestamp_seconds ") && strings.Contains(metrics, "\nbackup_last_size_bytes ") &&
			strings.Contains(metrics, "\nbackup_last_duration_seconds ")
	})
	t.Logf("the worker has had %d MB at most", peakMemory(t, v.Worker)>>20)
	v.run(t, "verify")
	v.Worker.Stop(t)
	v.Worker.Start(t)
	v.Settle(t)
	if n := v.Number(t, "select count(*) from backups"); n != 1 {
		t.Errorf("%d backups of one day", n)
	}
}

// peakMemory is the most that a process has had in memory, in bytes.
func peakMemory(t *testing.T, p *Process) int64 {
	t.Helper()
	out, err := exec.Command("awk", "/VmHWM/ { print $2 * 1024 }", "/proc/"+strconv.Itoa(p.cmd.Process.Pid)+"/status").Output()
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestKilledBackup kills a backup in the middle: it is none, and the next one is made.
func TestKilledBackup(t *testing.T) {
	env := newVaultEnvironment(t)
	v := &vault{Start(t, Options{NoWorker: true}), env}
	tx, err := v.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "lock table backups in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	cmd := v.command(t, "create")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waiting := "select count(*) from pg_stat_activity where application_name = 'pg_dump' and wait_event_type = 'Lock' and datname = current_database()"
	WaitFor(t, "pg_dump to wait", func() bool { return v.Number(t, waiting) == 1 })
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list := v.run(t, "list"); list != "" {
		t.Errorf("list:\n%s", list)
	}
	WaitFor(t, "pg_dump to end", func() bool {
		return v.Number(t, "select count(*) from pg_stat_activity where application_name = 'pg_dump' and datname = current_database()") == 0
	})
	v.run(t, "create")
	v.run(t, "verify")
	if list := v.run(t, "list"); strings.Count(list, "\n") != 1 {
		t.Errorf("list:\n%s", list)
	}
}
