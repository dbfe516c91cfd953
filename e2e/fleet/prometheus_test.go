//go:build fleet

package fleet

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"styleshare/internal/testkit"
)

const (
	rulesFile     = root + "/deploy/prometheus/alerts.yml"
	rulesCases    = "alerts_test.yml"
	dashboardFile = root + "/deploy/grafana/styleshare.json"
)

// promtool runs Prometheus' own tool.
func promtool(t *testing.T, stdin string, args ...string) {
	t.Helper()
	cmd := exec.Command(program(t, "promtool"), args...)
	cmd.Dir, cmd.Stdin = filepath.Dir(rulesFile), strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestPrometheusRules(t *testing.T) {
	promtool(t, "", "check", "rules", "alerts.yml")
	promtool(t, "", "test", "rules", rulesCases)
}

// panel is what the test wants of a panel of Grafana's.
type panel struct {
	ID      int
	Title   string
	Type    string
	Targets []struct{ Expr string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	var dashboard struct {
		UID    string
		Panels []panel
	}
	text, err := os.ReadFile(dashboardFile)
	if err == nil {
		err = json.Unmarshal(text, &dashboard)
	}
	if err != nil || dashboard.UID == "" {
		t.Fatal(err)
	}
	return dashboard.Panels
}

// The dashboard's expressions are valid PromQL, which promtool says of them as rules.
func TestPrometheusDashboard(t *testing.T) {
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
	seen := map[int]bool{}
	for _, p := range panels(t) {
		if seen[p.ID] {
			t.Errorf("two panels have the id %d", p.ID)
		}
		seen[p.ID] = true
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("%s shows nothing", p.Title)
		}
		for i, target := range p.Targets {
			expression, err := json.Marshal(strings.ReplaceAll(target.Expr, "$__rate_interval", "5m"))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&rules, "  - record: panel:%d:%d\n    expr: %s\n", p.ID, i, expression)
		}
	}
	file := filepath.Join(t.TempDir(), "dashboard.yml")
	if err := os.WriteFile(file, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "", "check", "rules", "--lint=none", file)
}

var (
	// What is no name of a metric in an expression: what stands in braces, quotes and brackets, labels to group by, functions.
	noMetrics = regexp.MustCompile(`\{[^}]*\}|"[^"]*"|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)|\b[a-z_0-9]+\s*\(`)
	aMetric   = regexp.MustCompile(`\b[a-z][a-z0-9_]*_[a-z0-9_]+\b`)
)

// Metrics that rules and panels name exist where a server and a worker are scraped, and their names and help texts are as
// Prometheus' own linter wants them.
func TestPrometheusMetricsExist(t *testing.T) {
	s, address := newStack(t), reserve(t)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	environment := s.environment("LISTEN="+address, "SENTRY_DSN=http://key@"+reserve(t)+"/1", "DATABASE_REPLICA_URLS="+s.databaseURL,
		"BACKUP_BUCKET="+testkit.S3(t).Bucket, "BACKUP_RECIPIENT="+identity.Recipient().String())
	processes := []*supervised{supervise(t, "serve", "admin", environment), supervise(t, "worker", "admin", environment)}
	for _, one := range processes {
		waitFor(t, one.command+" is ready", func() bool { return status(t, one.url+"/readyz") == http.StatusOK })
	}
	p := newPhone("http://"+address, 1)
	p.signUp(t, "scraped")
	p.publish(t, "to have something to count", drawing(t))
	var scrapes [2]string
	waitFor(t, "the outbox to be measured", func() bool {
		for i, one := range processes {
			a, err := p.send(t.Context(), http.MethodGet, one.url+"/metrics", nil)
			if err != nil {
				t.Fatal(err)
			}
			scrapes[i] = string(a.body)
		}
		return strings.Contains(scrapes[1], "\noutbox_oldest_waiting_seconds{") && strings.Contains(scrapes[1], "\njob_duration_seconds_count{")
	})
	for _, scrape := range scrapes {
		promtool(t, scrape, "check", "metrics")
	}
	names := metricsNamed(t)
	t.Logf("%d metrics are named by %s and %s", len(names), rulesFile, dashboardFile)
	for _, name := range names {
		if !regexp.MustCompile(`(?m)^` + name + `[{ ]`).MatchString(scrapes[0] + scrapes[1]) {
			t.Errorf("nobody tells %s", name)
		}
	}
}

// metricsNamed are the metrics that rules and panels are made of.
func metricsNamed(t *testing.T) []string {
	t.Helper()
	var expressions []string
	for _, p := range panels(t) {
		for _, target := range p.Targets {
			expressions = append(expressions, target.Expr)
		}
	}
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`(?m)^        expr: (?:\|\n((?:          .*\n)+)|(.*)\n)`).FindAllStringSubmatch(string(text), -1) {
		expressions = append(expressions, found[1]+found[2])
	}
	if n := strings.Count(string(text), "- alert:"); len(expressions) < n+20 {
		t.Fatalf("%d expressions for %d alerts", len(expressions), n)
	}
	var names []string
	for _, expression := range expressions {
		names = append(names, aMetric.FindAllString(noMetrics.ReplaceAllString(expression, " "), -1)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
