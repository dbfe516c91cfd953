package e2e

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-smtp"
)

const viewerQuery = `{ viewer { user { username } } }`

func TestRevokedEverywhere(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Servers: 2, NoWorker: true})
	minji := s.SignUp(t, "minji")
	lost := minji.SignIn(t)
	lost.At(t, s.Servers[1], viewerQuery, nil).OK(t)
	session := lost.Do(t, "Me", nil).OK(t)
	for i := range session.List("viewer.sessions") {
		at := "viewer.sessions." + string(rune('0'+i))
		if session.At(at+".isCurrent") == true {
			minji.Do(t, `mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { userErrors { code } } }`,
				Vars{"input": Vars{"sessionId": session.Text(at + ".id")}}).OK(t)
		}
	}
	lost.Do(t, viewerQuery, nil).Refused(t, "UNAUTHENTICATED")
	WaitFor(t, "the other server to refuse the session", func() bool {
		return lost.At(t, s.Servers[1], viewerQuery, nil).Code() == "UNAUTHENTICATED"
	})
	minji.At(t, s.Servers[1], viewerQuery, nil).OK(t)
}

func TestRotatedKey(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Servers: 2, NoWorker: true})
	minji := s.SignUp(t, "minji")
	if out, code := s.Command(t, "keys", "rotate"); code != 0 {
		t.Fatal(out)
	}
	if n := s.Number(t, `select count(*) from signing_keys where retired_at is null`); n < 1 {
		t.Errorf("%d keys", n)
	}
	if n := s.Number(t, `select count(*) from signing_keys`); n != 2 {
		t.Errorf("%d keys", n)
	}
	// One that starts now knows both from the first moment.
	third := s.Also(t, "serve", false)
	third.Start(t)
	phone := minji.SignIn(t)
	for _, server := range append(s.Servers, third) {
		minji.At(t, server, viewerQuery, nil).OK(t)
		phone.At(t, server, viewerQuery, nil).OK(t)
	}
}

// TestDeadJob has a mail server refuse a mail for good, until it is repaired.
func TestDeadJob(t *testing.T) {
	t.Parallel()
	var repaired atomic.Bool
	server := newMailServer(t, func() error {
		if repaired.Load() {
			return nil
		}
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not from you, minji@example.com"}
	})
	s := Start(t, Options{Troubled: true, Env: []string{"SMTP_URL=" + server.URL}})
	if out, code := s.Command(t, "jobs", "dead"); code != 0 || out != "" {
		t.Errorf("nothing is dead yet: %d %s", code, out)
	}
	s.SignUp(t, "minji")
	WaitFor(t, "the job to die", func() bool {
		return s.Number(t, `select count(*) from outbox where kind = 'mail' and dead_at is not null`) == 1
	})
	out, code := s.Command(t, "jobs", "dead")
	fields := strings.Split(strings.TrimSpace(out), "\t")
	if code != 0 || len(fields) != 5 || fields[1] != "mail" || fields[3] != "attempts 1" || !strings.Contains(fields[4], "550") {
		t.Fatalf("exit code %d: %q", code, out)
	}
	if strings.Contains(out, "@") || strings.Contains(s.Worker.Log(), "minji@") {
		t.Errorf("an address is in the log, or here: %s", out)
	}
	archived := s.Servers[0].AdminURL + "/jobs/api/queues/critical/archived_tasks"
	WaitFor(t, "the dashboard to show it", func() bool {
		return strings.Contains(string(Send(t, http.MethodGet, archived, nil).Body), `"id":"`+fields[0]+`.0"`)
	})
	if page := Send(t, http.MethodGet, s.Servers[0].AdminURL+"/jobs/", nil); page.Status != http.StatusOK {
		t.Errorf("the dashboard answers %d", page.Status)
	}

	repaired.Store(true)
	if out, code = s.Command(t, "jobs", "retry", fields[0]); code != 0 || out != "1 jobs will run again\n" {
		t.Errorf("exit code %d: %q", code, out)
	}
	WaitFor(t, "the mail", func() bool { return server.taken.Load() == 1 })
	s.Settle(t)
	if out, code = s.Command(t, "jobs", "dead"); code != 0 || out != "" {
		t.Errorf("still dead: %d %s", code, out)
	}
	if a := Send(t, http.MethodGet, archived, nil); strings.Contains(string(a.Body), fields[0]) {
		t.Errorf("the dashboard still shows it: %s", a.Body)
	}
}

func TestMistakesInTheConfiguration(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"DATABASE_URL": "postgres://nobody:secret-word@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1", "S3_BUCKET": "bucket",
		"PUBLIC_URL": publicURL, "SMTP_URL": "smtp://127.0.0.1:1?tls=none", "MAIL_FROM": "a@example.com",
	}
	for name, c := range map[string]struct {
		command []string
		wrong   map[string]string
		wants   []string
	}{
		"every one is named": {[]string{"serve"}, map[string]string{
			"DATABASE_URL": "", "REDIS_URL": "http://:secret-word@host", "MEMCACHED_SERVERS": "a:1,b", "S3_ENDPOINT": "here", "PUBLIC_URL": "there", "TRUSTED_PROXIES": "10.0.0.0/8,all",
			"CORS_ORIGINS": "https://app.example.com/", "PLAYGROUND": "perhaps", "LOG_FORMAT": "xml", "FEED_CAP": "0", "WORKER_CONCURRENCY": "many",
			"DATABASE_MAX_CONNS": "-1", "SMTP_URL": "smtp://u:secret-word@h?tls=none", "MAIL_FROM": "nobody",
		}, nil},
		"a worker, too":           {[]string{"worker"}, map[string]string{"REDIS_URL": "", "FEED_FAN_OUT_BELOW": "0"}, nil},
		"no database":             {[]string{"serve"}, nil, []string{"DATABASE_URL: PostgreSQL does not answer", "127.0.0.1:1", "refused"}},
		"no database for keys":    {[]string{"keys", "rotate"}, nil, []string{"DATABASE_URL: PostgreSQL does not answer"}},
		"no database for jobs":    {[]string{"jobs", "dead"}, nil, []string{"DATABASE_URL: PostgreSQL does not answer"}},
		"no database to migrate":  {[]string{"migrate"}, nil, []string{"failed to connect"}},
		"no address of one":       {[]string{"migrate"}, map[string]string{"DATABASE_URL": ""}, []string{"DATABASE_URL: must be set"}},
		"a database unmentioned":  {[]string{"jobs", "dead"}, map[string]string{"DATABASE_URL": ""}, []string{"DATABASE_URL: must be set"}},
		"not which jobs":          {[]string{"jobs", "retry"}, nil, []string{"name the jobs by id, or pass --all"}},
		"all jobs, and some":      {[]string{"jobs", "retry", "--all", "1"}, nil, []string{"name the jobs by id, or pass --all"}},
		"outside of any checkout": {[]string{"run"}, map[string]string{"DATABASE_URL": ""}, []string{"not inside a checkout"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environment := baseEnvironment()
			for variable, value := range good {
				if _, ok := c.wrong[variable]; !ok {
					environment = append(environment, variable+"="+value)
				}
			}
			wants := c.wants
			for variable, value := range c.wrong {
				environment = append(environment, variable+"="+value)
				if c.wants == nil {
					wants = append(wants, "\n  "+variable+": ")
				}
			}
			out, code := runCommandIn(t, t.TempDir(), environment, c.command...)
			if code != 1 || !strings.HasPrefix(out, "styleshare: ") {
				t.Errorf("exit code %d: %s", code, out)
			}
			for _, want := range wants {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in: %s", want, out)
				}
			}
			for _, never := range []string{"secret-word", "goroutine", ".go:"} {
				if strings.Contains(out, never) {
					t.Errorf("%q in: %s", never, out)
				}
			}
		})
	}
}
