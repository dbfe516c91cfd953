package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// question asks something once, with more headers.
type question func(headers ...string) Answer

// countCase compares the numbers of SQL statements that a case takes with those in its folder.
func (w *world) countCase(t *testing.T, c apiCase) {
	t.Helper()
	path := filepath.Join(c.dir, "statements")
	const none = "cold 0, warm 0\n"
	line := w.countLike(t, wanted(t, path, none), "cold %d, warm %d\n", func() question {
		return func(headers ...string) Answer { return w.ask(t, c, headers...) }
	})
	compare(t, path, line, none)
}

// trouble is how long numbers other than the wanted ones are put down to a machine so busy that memcached was given up for
// a while.
const trouble = 5 * time.Second

// countLike words the numbers of count, and counts again for a while where that is not in the wanted text.
func (w *world) countLike(t *testing.T, want, format string, prepare func() question) string {
	t.Helper()
	for late := time.Now().Add(trouble); ; {
		cold, warm := w.count(t, prepare)
		line := fmt.Sprintf(format, cold, warm)
		if *update || strings.Contains(want, line) || time.Now().After(late) {
			return line
		}
	}
}

const (
	// coldTries is how often the number without memcached is taken: what an earlier request still stores in the background
	// can only make one of them too small.
	coldTries = 3
	// calm is how often a number has to come back unchanged to be taken for the one that stays.
	calm = 3
)

// count gives the numbers of SQL statements of an operation without anything in memcached, and with everything. The look
// for the caller's session is not among them. prepare makes a question that can be asked once.
func (w *world) count(t *testing.T, prepare func() question) (cold, warm int) {
	t.Helper()
	for range coldTries {
		ask := prepare()
		w.Forget(t)
		cold = max(cold, statementsOf(t, ask("GraphQL-Cost: report"), "sqlStatements"))
	}
	warm, same := cold, 0
	WaitFor(t, "memcached to take everything up", func() bool {
		n := statementsOf(t, prepare()("GraphQL-Cost: report"), "sqlStatements")
		if n == warm {
			same++
		} else {
			warm, same = n, 0
		}
		return same == calm
	})
	return cold, warm
}

func statementsOf(t *testing.T, a Answer, name string) int {
	t.Helper()
	cost, _ := a.Extensions["cost"].(map[string]any)
	n, ok := cost[name].(float64)
	if !ok {
		t.Fatalf("no cost in: %s", a.Body)
	}
	return int(n)
}

// The look for a session takes one statement in each process and every other second.
func (w *world) testSessionStatements(t *testing.T) {
	phone := w.people["minji"].SignIn(t)
	WaitFor(t, "a known session", func() bool {
		first := statementsOf(t, phone.Do(t, "Me", nil, "GraphQL-Cost: report"), "sessionSqlStatements")
		again := statementsOf(t, phone.Do(t, "Me", nil, "GraphQL-Cost: report"), "sessionSqlStatements")
		if first > 1 || again > 1 {
			t.Fatalf("%d and %d statements", first, again)
		}
		return first == 1 && again == 0
	})
}
