package diagnosis_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"styleshare/internal/diagnosis"
)

var checks = []diagnosis.Check{
	{Name: "fine", Run: func(_ context.Context, f *diagnosis.Found) error { f.OK("all %d are there", 3); return nil }},
	{Name: "slow queue", Run: func(_ context.Context, f *diagnosis.Found) error {
		f.Warn("start workers", "oldest <10 min>\nsecond line")
		return nil
	}},
	{Name: "away", Run: func(context.Context, *diagnosis.Found) error { return errors.New("no answer") }},
	{Name: "hangs", Run: func(ctx context.Context, _ *diagnosis.Found) error { <-ctx.Done(); return ctx.Err() }},
	{Name: "last", Run: func(_ context.Context, f *diagnosis.Found) error { f.OK("still looked at"); return nil }},
}

func TestRunLooksAtEverything(t *testing.T) {
	t.Parallel()
	r := diagnosis.Run(t.Context(), 20*time.Millisecond, checks)
	var text strings.Builder
	r.WriteText(&text)
	const want = `ok       fine        all 3 are there
WARNING  slow queue  oldest <10 min>
                     second line
                     → start workers
ERROR    away        could not be looked at: no answer
ERROR    hangs       could not be looked at: context deadline exceeded
ok       last        still looked at

2 errors, 1 warnings, 2 ok
`
	if text.String() != want || r.Worst != diagnosis.Error {
		t.Errorf("%v:\n%s", r.Worst, text.String())
	}
}

func TestOtherForms(t *testing.T) {
	t.Parallel()
	r := diagnosis.Run(t.Context(), time.Minute, checks[:2])
	var out strings.Builder
	if err := r.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Worst    string
		Findings []map[string]string
	}
	if err := json.Unmarshal([]byte(out.String()), &read); err != nil || read.Worst != "warning" || len(read.Findings) != 2 ||
		read.Findings[1]["do"] != "start workers" || read.Findings[1]["severity"] != "warning" {
		t.Errorf("%v: %s", err, out.String())
	}
	out.Reset()
	if err := r.WriteHTML(&out); err != nil || !strings.Contains(out.String(), "oldest &lt;10 min&gt;") || strings.Contains(out.String(), "<10") {
		t.Errorf("%v: %s", err, out.String())
	}
}
