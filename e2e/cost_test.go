package e2e

import (
	"testing"
	"time"
)

// costOf is extensions.cost of an answer.
func costOf(t *testing.T, a Answer) map[string]any {
	t.Helper()
	cost, ok := a.OK(t).Extensions["cost"].(map[string]any)
	if !ok {
		t.Fatalf("no cost in: %s", a.Body)
	}
	return cost
}

// TestCostIsReported asks for extensions.cost, and finds what was asked, what is left, and what it really took.
func TestCostIsReported(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true, Env: []string{"COST_PER_MINUTE=5001", "LOCAL_CACHE_BYTES=0"}})
	minji := s.SignUp(t, "minji")
	if a := minji.Do(t, "Discover", nil).OK(t); a.Extensions != nil {
		t.Errorf("a cost that nobody asked for: %s", a.Body)
	}
	// A minute of the clock may end between two requests.
	WaitFor(t, "two requests in one minute", func() bool {
		first := costOf(t, minji.Do(t, "Me", nil, "GraphQL-Cost: report"))
		second := costOf(t, minji.Do(t, "Me", nil, "GraphQL-Cost: report"))
		if first["resetAt"] != second["resetAt"] {
			return false
		}
		reset, err := time.Parse(time.RFC3339, second["resetAt"].(string))
		left := first["remaining"].(float64) - second["remaining"].(float64)
		if err != nil || reset.Before(time.Now()) || reset.After(time.Now().Add(time.Minute)) || left != first["requested"] || left < 50 {
			t.Errorf("first %v, second %v", first, second)
		}
		if second["perRequest"] != 5000.0 || second["budget"] != 5001.0 || second["sqlStatements"].(float64) < 1 || second["milliseconds"].(float64) <= 0 {
			t.Errorf("got %v", second)
		}
		return true
	})
	WaitFor(t, "a row from memcached", func() bool {
		return costOf(t, minji.Do(t, "Me", nil, "GraphQL-Cost: report"))["cacheHits"].(float64) > 0
	})
	s.Forget(t)
	if cost := costOf(t, minji.Do(t, "Me", nil, "GraphQL-Cost: report")); cost["cacheMisses"].(float64) == 0 {
		t.Errorf("got %v from an empty memcached", cost)
	}
}

const dear = `{ discover(first: 100) { nodes { likers(first: 100) { nodes { id } } } } }`

// TestBudgets has one request ask for too much, and one person and one address too often, on two servers.
func TestBudgets(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{NoWorker: true, Servers: 2, Env: []string{"COST_PER_REQUEST=2000", "COST_PER_MINUTE=4000"}})
	minji, sora := s.SignUp(t, "minji"), s.SignUp(t, "sora")
	a := minji.Do(t, dear, nil).Refused(t, "COST_EXCEEDED")
	if e := a.Errors[0].Extensions; e["requested"].(float64) < 10_000 || e["budget"] != 2000.0 || e["retryAfterSeconds"] != nil {
		t.Errorf("got %s", a.Body)
	}
	const pages = `{ a: discover(first: 100) { nodes { id } } b: discover(first: 100) { nodes { id } } }` // 203
	spend := func(token, address string) {
		t.Helper()
		WaitFor(t, "the end of the budget", func() bool {
			a, err := s.Servers[0].Try(t.Context(), token, pages, nil, "X-Forwarded-For: "+address)
			if err != nil {
				t.Fatal(err)
			}
			if a.Code() != "COST_EXCEEDED" {
				a.OK(t)
				return false
			}
			seconds, _ := a.Errors[0].Extensions["retryAfterSeconds"].(float64)
			if seconds < 1 || seconds > 60 || a.Header.Get("Retry-After") == "" {
				t.Errorf("Retry-After %q: %s", a.Header.Get("Retry-After"), a.Body)
			}
			// The other server learns of it within a moment, unless a new minute has begun.
			b, err := s.Servers[1].Try(t.Context(), token, pages, nil, "X-Forwarded-For: "+address)
			return err == nil && b.Code() == "COST_EXCEEDED"
		})
	}
	spend(minji.Token, "192.0.2.1")
	sora.Do(t, pages, nil, "X-Forwarded-For: 192.0.2.1").OK(t) // who is signed in has a budget of their own
	spend("", "192.0.2.2")
	s.Do(t, "", pages, nil, "X-Forwarded-For: 192.0.2.3").OK(t)
}
