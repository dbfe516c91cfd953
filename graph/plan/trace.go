package plan

import (
	"context"

	"styleshare/internal/tracing"
)

// traced is what the spans of a root field's selections need. As in gqlgen's execution (transport.TraceFields), only fields
// that call a method are spans, once for each place of the document.
type traced struct {
	ctx  context.Context //nolint:containedctx // the functions that write objects have none to pass on
	seen map[*Field]struct{}
}

func (w *Writer) trace(ctx context.Context, root tracing.Span) {
	if root.Recording() {
		w.traced = &traced{ctx, map[*Field]struct{}{}}
	}
}

// Method begins the span of a field that calls a method of an object.
func (w *Writer) Method(s *Selection, f *Field) tracing.Span {
	if w.traced == nil {
		return tracing.Span{}
	}
	return w.traced.begin(s, f)
}

func (t *traced) begin(s *Selection, f *Field) tracing.Span {
	if _, seen := t.seen[f]; seen {
		return tracing.Span{}
	}
	t.seen[f] = struct{}{}
	_, span := tracing.Start(t.ctx, s.Type+"."+f.name, tracing.Internal)
	return span
}
