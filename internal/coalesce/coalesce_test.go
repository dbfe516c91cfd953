package coalesce

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"
)

// held is a coalescer whose calls wait for the test.
type held struct {
	*Coalescer[int, int]
	calls chan []int
	goOn  chan error
}

func newHeld() held {
	h := held{calls: make(chan []int), goOn: make(chan error)}
	h.Coalescer = New(func(_ context.Context, args []int) ([]int, error) {
		h.calls <- slices.Clone(args)
		doubles := make([]int, len(args))
		for i, arg := range args {
			doubles[i] = 2 * arg
		}
		return doubles, <-h.goOn
	})
	return h
}

func TestWhoAsksMeanwhileGoesTogether(t *testing.T) {
	t.Parallel()
	for name, ctx := range map[string]context.Context{"may go": t.Context(), "stays": context.Background()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			goesTogether(t, ctx)
		})
	}
}

func goesTogether(t *testing.T, ctx context.Context) {
	t.Helper()
	h := newHeld()
	results, errs := make([]int, 5), make([]error, 5)
	var asked sync.WaitGroup
	ask := func(i int) { asked.Go(func() { results[i], errs[i] = h.Ask(ctx, i) }) }
	ask(0)
	if call := await(t, "the first call", h.calls); !slices.Equal(call, []int{0}) {
		t.Errorf("the first call is for %v", call)
	}
	for i := 1; i < 5; i++ {
		ask(i)
	}
	eventually(t, "the others wait", func() bool { return h.Waiting() == 4 })
	h.goOn <- nil
	call := await(t, "the second call", h.calls)
	if slices.Sort(call); !slices.Equal(call, []int{1, 2, 3, 4}) {
		t.Errorf("the second call is for %v", call)
	}
	h.goOn <- nil
	asked.Wait()
	if !slices.Equal(results, []int{0, 2, 4, 6, 8}) || errors.Join(errs...) != nil {
		t.Errorf("%v, %v", results, errs)
	}
}

func TestAnErrorIsThatOfTheGroup(t *testing.T) {
	t.Parallel()
	h, broken := newHeld(), errors.New("broken")
	got := make(chan error, 3)
	ask := func(ctx context.Context, i int) { _, err := h.Ask(ctx, i); got <- err }
	go ask(t.Context(), 0)
	await(t, "the first call", h.calls)
	impatient, end := context.WithCancel(t.Context())
	go ask(impatient, 1)
	go ask(t.Context(), 2)
	eventually(t, "the others wait", func() bool { return h.Waiting() == 2 })
	end()
	if err := await(t, "the one who does not wait", got); !errors.Is(err, context.Canceled) {
		t.Errorf("%v for somebody who has gone", err)
	}
	h.goOn <- nil
	if err := await(t, "the first", got); err != nil {
		t.Errorf("%v for the group before", err)
	}
	await(t, "the second call", h.calls)
	h.goOn <- broken
	if err := await(t, "the second group", got); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	go ask(t.Context(), 3)
	await(t, "another call", h.calls)
	h.goOn <- nil
	if err := await(t, "who comes later", got); err != nil {
		t.Errorf("%v for who came later", err)
	}
}

// deadline is far more than a busy machine takes.
const deadline = 30 * time.Second

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	end := time.Now().Add(deadline)
	for !holds() {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", deadline, what)
		}
		<-time.After(time.Millisecond)
	}
}

// await takes one value from a channel.
func await[T any](t *testing.T, what string, values <-chan T) T {
	t.Helper()
	select {
	case v := <-values:
		return v
	case <-time.After(deadline):
		t.Fatalf("not within %s: %s", deadline, what)
		panic("unreachable")
	}
}
