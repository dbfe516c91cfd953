package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
)

// countCase compares the numbers of SQL statements that a case takes with those in its folder: at first with an empty
// memcached, and then until memcached has taken everything up.
func (w *world) countCase(t *testing.T, c apiCase) {
	t.Helper()
	cold, warm := w.count(t, func(headers ...string) Answer { return w.ask(t, c, headers...) })
	compare(t, filepath.Join(c.dir, "statements"), fmt.Sprintf("cold %d, warm %d\n", cold, warm), "cold 0, warm 0\n")
}

// calm is how often a number has to come back unchanged to be taken for the one that stays.
const calm = 4

// count gives the numbers of statements without and with everything in memcached. The first question has the server look
// for the session, so that neither number depends on how long ago that was.
func (w *world) count(t *testing.T, ask func(headers ...string) Answer) (cold, warm int) {
	t.Helper()
	ask()
	w.Forget(t)
	statements := func() int { return statementsOf(t, ask("GraphQL-Cost: report")) }
	cold = statements()
	warm = cold
	same := 0
	WaitFor(t, "memcached to take everything up", func() bool {
		n := statements()
		if n == warm {
			same++
		} else {
			warm, same = n, 0
		}
		return same == calm
	})
	return cold, warm
}

func statementsOf(t *testing.T, a Answer) int {
	t.Helper()
	cost, _ := a.Extensions["cost"].(map[string]any)
	n, ok := cost["sqlStatements"].(float64)
	if !ok {
		t.Fatalf("no cost in: %s", a.Body)
	}
	return int(n)
}
