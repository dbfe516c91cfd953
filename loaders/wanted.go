package loaders

import (
	"context"

	"styleshare/models"
)

// Wanted is what a document wants of an object of a type, as far as look-ahead needs to know: the fields by their names in
// the schema.
type Wanted struct {
	Type   string
	Fields []WantedField
}

// WantedField is a field, with what is wanted of the objects that it leads to: once for each type that they may be of.
type WantedField struct {
	Name string
	// Arguments is the place of the field's arguments among those of the document; -1 where it has none.
	Arguments int
	Below     []*Wanted
}

// first is what is wanted of the objects of a field that leads to one type only.
func (f *WantedField) first() *Wanted {
	if len(f.Below) != 1 {
		return nil
	}
	return f.Below[0]
}

// field finds a field that leads to objects; nil where it is not wanted. Of several (aliases) it is the first: look-ahead
// may leave something out.
func (w *Wanted) field(name string) *WantedField {
	if w == nil {
		return nil
	}
	for i := range w.Fields {
		if w.Fields[i].Name == name {
			return &w.Fields[i]
		}
	}
	return nil
}

// wantsFlags tells whether it is wanted what the viewer did with styles.
func (w *Wanted) wantsFlags() bool {
	return w.field("viewerHasLiked") != nil || w.field("viewerHasCollected") != nil || w.field("viewerHasRequestedItemInfo") != nil
}

// nodes is what a connection's objects are wanted with.
func (w *Wanted) nodes() *Wanted {
	if f := w.field("nodes"); f != nil {
		return f.first()
	}
	if edges := w.field("edges"); edges != nil {
		if node := edges.first().field("node"); node != nil {
			return node.first()
		}
	}
	return nil
}

// Ahead is a root field, and the arguments of all fields.
type Ahead struct {
	Root      *WantedField
	Arguments []map[string]any
}

type aheadKey struct{}

// WithAhead has the loaders read ahead, for one root field of a query: what it wants is read in as few round trips as there
// are steps from one object to the next, before it is touched. What is not read ahead, or could not be, is read when it is
// touched.
func WithAhead(ctx context.Context, a *Ahead) context.Context {
	return context.WithValue(ctx, aheadKey{}, a)
}

func aheadOf(ctx context.Context) *Ahead {
	a, _ := ctx.Value(aheadKey{}).(*Ahead)
	return a
}

// wantedOf is what is wanted of the root field's object if it is of the type.
func (r *request) wantedOf(typeName string) *Wanted {
	if r.ahead == nil {
		return nil
	}
	for _, w := range r.ahead.Root.Below {
		if w.Type == typeName {
			return w
		}
	}
	return nil
}

// page reads the paging arguments of a field; ok is false for mistakes, of which the field itself tells.
func (r *request) page(f *WantedField) (p models.Page, ok bool) {
	if f.Arguments < 0 || f.Arguments >= len(r.ahead.Arguments) {
		return p, false
	}
	args := r.ahead.Arguments[f.Arguments]
	first, _ := args["first"].(*int)
	after, _ := args["after"].(*string)
	last, _ := args["last"].(*int)
	before, _ := args["before"].(*string)
	p, err := models.NewPage(first, after, last, before)
	return p, err == nil
}
