package transport

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/internal/ratelimit"
)

// self asks for n objects, which cost one each.
func self(n int) string { return strings.Repeat("{self", n) + "{hello}" + strings.Repeat("}", n) }

func TestOneOperationMayCostSoMuch(t *testing.T) {
	t.Parallel()
	var spent atomic.Int64
	h, _ := serving(t, newTiny(), Config{CostPerRequest: 5, Spend: func(_ context.Context, cost int) ratelimit.Balance {
		spent.Add(int64(cost))
		return ratelimit.Balance{Allowed: true}
	}})
	if w := answer(h, query(self(4))); !strings.Contains(w.Body.String(), `"data"`) || spent.Load() != 5 {
		t.Errorf("spent %d: %s", spent.Load(), w.Body)
	}
	w := answer(h, with(query(self(5)), "Accept", mediaGraphQL))
	want := `{"errors":[{"message":"the operation costs 6, and one operation may cost 5: ask for shorter pages, or in several requests",` +
		`"extensions":{"budget":5,"code":"COST_EXCEEDED","requested":6}}]}`
	if w.Code != http.StatusBadRequest || w.Body.String() != want || spent.Load() != 5 {
		t.Errorf("status %d, spent %d: %s", w.Code, spent.Load(), w.Body)
	}
}

func TestSpentBudgets(t *testing.T) {
	t.Parallel()
	h, _ := serving(t, newTiny(), Config{Spend: func(context.Context, int) ratelimit.Balance {
		return ratelimit.Balance{Budget: 10, Remaining: 1, ResetAt: time.Now().Add(1500 * time.Millisecond)}
	}})
	w := answer(h, with(query(self(1)), "Accept", mediaGraphQL))
	want := `{"errors":[{"message":"the operation costs 2, and 1 is left of the 10 that you may spend in a minute: try again later",` +
		`"extensions":{"budget":10,"code":"COST_EXCEEDED","remaining":1,"requested":2,"retryAfterSeconds":2}}]}`
	if w.Code != http.StatusTooManyRequests || w.Body.String() != want || w.Header().Get("Retry-After") != "2" {
		t.Errorf("status %d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
}

// What an operation costs is known to those around it, under the variables that came along.
func TestChargeIsKnown(t *testing.T) {
	t.Parallel()
	exec := NewExecutor(newTiny(), Config{Log: discard})
	var got Charge
	exec.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		got = ChargeOf(ctx)
		return next(ctx)
	})
	h := NewHandler(exec)
	for body, want := range map[string]int{
		`{"query":"query($x:Boolean!){self{hello self @include(if:$x){hello}}}","variables":{"x":true}}`:  3,
		`{"query":"query($x:Boolean!){self{hello self @include(if:$x){hello}}}","variables":{"x":false}}`: 2,
		`{"query":"query A{hello} query B{self{hello}}","operationName":"B"}`:                             2,
		`{"query":"mutation{bump}"}`: 11,
	} {
		answer(h, post(body))
		if got.Requested != want || got.PerRequest != 5000 {
			t.Errorf("%s: %+v, want %d", body, got, want)
		}
	}
}

// With introspection switched off nothing tells what else there is in the schema.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	wrong := []string{
		`{"query":"{helo}"}`, `{"query":"{echo(txt:\"x\")}"}`, `{"query":"query($f:Filtr){find(filter:$f)}"}`, `{"query":"{self}"}`,
		`{"query":"{find(filter:{text:\"x\",limt:1})}"}`, `{"query":"{paint(color:RED1)}"}`, `{"query":"{paint(color:\"RED\")}"}`,
		`{"query":"{...on Qery{hello}}"}`, `{"query":"{hello @skp(if:true)}"}`, `{"query":"{hello @skip(i:true)}"}`,
		`{"query":"query($c:Color){paint(color:$c)}","variables":{"c":"RED1"}}`,
		`{"query":"query($f:Filter!){find(filter:$f)}","variables":{"f":{"text":"x","limt":1}}}`,
	}
	suggested := 0
	for _, open := range []bool{true, false} {
		h, _ := serving(t, newTiny(), Config{Introspection: open})
		for _, body := range wrong {
			got := answer(h, post(body)).Body.String()
			if !strings.Contains(got, "BAD_USER_INPUT") {
				t.Errorf("%s: %s", body, got)
			}
			hint := false
			for _, name := range []string{"Did you mean", "hello", "crash", "text", "limit", "CRIMSON", "flags", `skip`} {
				hint = hint || strings.Contains(got, name) && !strings.Contains(body, name)
			}
			if hint && open {
				suggested++
			}
			if hint && !open {
				t.Errorf("%s: %s", body, got)
			}
		}
	}
	if suggested < 6 {
		t.Errorf("only %d suggestions while introspection is on: this test proves nothing", suggested)
	}
}

func TestListsInVariablesAreBounded(t *testing.T) {
	t.Parallel()
	h, _ := serving(t, newTiny(), Config{})
	ask := func(n int) string {
		flags := strings.TrimSuffix(strings.Repeat("true,", n), ",")
		return answer(h, post(`{"query":"query($f:Filter!){find(filter:$f)}","variables":{"f":{"text":"x","flags":[`+flags+`]}}}`)).Body.String()
	}
	if got := ask(1000); !strings.Contains(got, "found") {
		t.Error(got)
	}
	if got := ask(1001); !strings.Contains(got, "COST_EXCEEDED") || !strings.Contains(got, "1000 list entries") {
		t.Error(got)
	}
}
