package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

// diagnose has the doctor look, and gives what it warns of or calls an error, each as "severity check: what".
func (s *Stack) diagnose(t *testing.T) (bad []string, code int) {
	t.Helper()
	out, code := s.Command(t, "doctor", "--json")
	return badFindings(t, []byte(out)), code
}

func badFindings(t *testing.T, report []byte) (bad []string) {
	t.Helper()
	var r struct {
		Findings []struct{ Check, Severity, What string }
	}
	if err := json.Unmarshal(report, &r); err != nil || len(r.Findings) < 9 {
		t.Fatalf("%v: %s", err, report)
	}
	for _, f := range r.Findings {
		if f.Severity != "ok" && f.Check != "certificate" { // of a name that nobody has
			bad = append(bad, f.Severity+" "+f.Check+": "+f.What)
		}
	}
	return bad
}

// TestDoctor has a healthy installation looked at, and one in which much is wrong, and has it repaired.
func TestDoctor(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Troubled: true})
	minji, jiho := s.SignUp(t, "minji"), s.SignUp(t, "jiho")
	photo := jiho.Upload(t, picture(t, 20, 20), "image/jpeg")
	style := jiho.Publish(t, "look #ootd", photo)
	jiho.Published(t, style)
	s.Settle(t)
	if bad, code := s.diagnose(t); bad != nil || code != 1 { // for the certificate
		t.Errorf("exit code %d, %q", code, bad)
	}
	text, _ := s.Command(t, "doctor")
	for _, want := range []string{"ok       configuration", "ok       store          strangers cannot read originals", "WARNING  certificate    PUBLIC_URL cannot be reached"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	page := Send(t, http.MethodGet, s.Servers[0].AdminURL+"/doctor", nil)
	if page.Status != http.StatusOK || !strings.Contains(string(page.Body), "strangers cannot read originals") {
		t.Errorf("%d: %s", page.Status, page.Body)
	}

	s.Exec(t, `update styles set like_count = 41`)
	s.Exec(t, `insert into outbox (kind, payload, created_at, available_at, generation, attempts, dead_at) values ('mail', '{}', now(), now(), 0, 9, now())`)
	s.Exec(t, `update photos set object_token = 'nowhere'`)
	bad, code := s.diagnose(t)
	has := func(text string) bool {
		return slices.ContainsFunc(bad, func(b string) bool { return strings.Contains(b, text) })
	}
	for _, want := range []string{"styles.like_count of", "1 dead jobs of the kind mail", "error store: photo ", "nobody sees pictures"} {
		if !has(want) {
			t.Errorf("no %q in %q", want, bad)
		}
	}
	if code != 2 || strings.Contains(strings.Join(bad, ""), "nowhere") {
		t.Errorf("exit code %d, %q", code, bad)
	}

	if out, code := s.Command(t, "doctor", "--repair"); code != 1 || !strings.Contains(out, "is 41, the rows say 0") || !strings.Contains(out, "1 would be mended") {
		t.Errorf("exit code %d: %s", code, out)
	}
	likes := func() string {
		return fmt.Sprint(minji.Do(t, `query ($id: ID!) { node(id: $id) { ... on Style { likeCount } } }`, Vars{"id": style}).OK(t).At("node.likeCount"))
	}
	s.Forget(t)
	WaitFor(t, "the drift to be seen", func() bool { return likes() == "41" })
	if out, code := s.Command(t, "doctor", "--repair", "--yes"); code != 0 || !strings.Contains(out, "1 mended") {
		t.Errorf("exit code %d: %s", code, out)
	}
	WaitFor(t, "the servers to hear of it", func() bool { return likes() == "0" })
	if out, code := s.Command(t, "doctor", "--repair"); code != 0 || !strings.Contains(out, "nothing to mend") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// TestDoctorOfReplicasAndBackups looks at replicas of which none can be read, and at backups that are not made any more.
// Replicas that follow are in `make cluster-test TEST=Replica`.
func TestDoctorOfReplicasAndBackups(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true})
	recipient, _ := s.Command(t, "backup", "keys", filepath.Join(t.TempDir(), "backup.key"))
	bucket := s.Bucket
	bucket.Bucket = testkit.S3(t).Bucket
	store, err := storage.New(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	environment := append(slices.Clone(s.Worker.environment), "DATABASE_REPLICA_URLS="+s.DatabaseURL+",postgres://nobody:secret-word@127.0.0.1:1/none",
		strings.TrimSpace(recipient), "BACKUP_BUCKET="+bucket.Bucket)
	look := func(wanted ...string) (out string) {
		t.Helper()
		out, _ = runCommandIn(t, ".", environment, "doctor")
		for _, want := range append(wanted, "replica-1 of DATABASE_REPLICA_URLS, 127.0.0.1:", "is the primary itself",
			"WARNING  replicas       replica-2 of DATABASE_REPLICA_URLS, 127.0.0.1:1, is left out: it does not answer",
			"WARNING  replicas       DATABASE_REPLICA_URLS is set, and no replica can be read") {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in:\n%s", want, out)
			}
		}
		return out
	}
	look("ERROR    backups        there is no backup")
	for _, backup := range []struct {
		age  time.Duration
		want string
	}{{27 * time.Hour, "ERROR    backups        the newest backup is of 27h0m0s ago"}, {25 * time.Hour, "ok       backups        the newest backup is of 25h0m0s ago"}} {
		taken := time.Now().Add(-backup.age).UTC()
		name := taken.Format("20060102T150405.000Z")
		manifest := fmt.Sprintf(`{"name": %q, "takenAt": %q}`, name, taken.Format(time.RFC3339))
		if err = store.Put(t.Context(), "database/"+name+".json", "application/json", "", []byte(manifest)); err != nil {
			t.Fatal(err)
		}
		if out := look(backup.want); strings.Contains(out, "secret-word") {
			t.Errorf("a password is told: %s", out)
		}
	}
}

// TestDoctorOfRuins looks at what is there of an installation of which nothing answers.
func TestDoctorOfRuins(t *testing.T) {
	t.Parallel()
	out, code := runCommandIn(t, t.TempDir(), append(baseEnvironment(), "DATABASE_URL=postgres://nobody:secret-word@127.0.0.1:1/none",
		"REDIS_URL=redis://127.0.0.1:1", "MEMCACHED_SERVERS=127.0.0.1:1", "S3_ENDPOINT=http://127.0.0.1:1", "AWS_ACCESS_KEY_ID=a",
		"AWS_SECRET_ACCESS_KEY=secret-word", "FEED_CAP=0", "LOG_FORMAT=xml"), "doctor", "--json")
	bad := badFindings(t, []byte(out))
	for _, want := range []string{"FEED_CAP: ", "LOG_FORMAT: ", "PUBLIC_URL: ", "SMTP_URL: ", "PostgreSQL does not answer", "Redis does not answer",
		"error memcached: ", "object store does not answer"} {
		if !slices.ContainsFunc(bad, func(b string) bool { return strings.Contains(b, want) }) {
			t.Errorf("no %q in %q", want, bad)
		}
	}
	if code != 2 || strings.Contains(out, "secret-word") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
