package jobs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"styleshare/models"
)

func TestEveryKindHasAPolicy(t *testing.T) {
	t.Parallel()
	kinds := declaredKinds(t)
	if len(kinds) < 10 || len(kinds) != len(policies) {
		t.Errorf("%d kinds are declared, %d have a policy", len(kinds), len(policies))
	}
	for _, kind := range kinds {
		p, ok := policies[kind]
		if !ok {
			t.Errorf("%s has no policy", kind)
			continue
		}
		if !slices.Contains(allQueues, p.Queue) || p.Timeout < time.Second || p.MaxRetry < 5 || p.Backoff <= 0 || p.MaxBackoff < p.Backoff {
			t.Errorf("%s: %+v", kind, p)
		}
	}
}

// declaredKinds reads the constants of type JobKind from their source: Go keeps no list of them.
func declaredKinds(t *testing.T) (kinds []models.JobKind) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../models/outbox.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "JobKind" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, models.JobKind(text))
		}
		return true
	})
	return kinds
}

func TestScheduleFitsTheLedger(t *testing.T) {
	t.Parallel()
	seen := map[models.JobKind]bool{}
	for _, tick := range schedule {
		if seen[tick.Kind] || tick.Every < time.Minute || tick.Every >= 3*24*time.Hour {
			t.Errorf("%+v", tick)
		}
		seen[tick.Kind] = true
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.Int64Range(1, int64(time.Minute)).Draw(t, "backoff")
		p := Policy{Backoff: time.Duration(first), MaxBackoff: time.Duration(rapid.Int64Range(first, int64(24*time.Hour)).Draw(t, "max"))}
		n := rapid.IntRange(0, 1000).Draw(t, "failures")
		longest := p.longest(n)
		if longest > p.MaxBackoff || longest < p.Backoff || p.longest(n+1) < longest {
			t.Fatalf("after %d failures %s, then %s", n, longest, p.longest(n+1))
		}
		if d := p.delay(n); d < longest/2 || d > longest {
			t.Fatalf("%s is not between half of %s and all of it", d, longest)
		}
	})
}
