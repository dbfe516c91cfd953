package resolvers_test

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/internal/ratelimit"
)

// named are the types of what an input field names by its id.
var named = map[string][]string{
	"userId": {"User"}, "styleId": {"Style"}, "styleIds": {"Style"}, "commentId": {"Comment"}, "replyToId": {"Comment"},
	"photoId": {"Photo"}, "photoIds": {"Photo"}, "avatarPhotoId": {"Photo"}, "questionId": {"Question"}, "answerId": {"Answer"},
	"collectionId": {"Collection"}, "reportId": {"Report"}, "subjectId": {"User", "Style", "Comment", "Question", "Answer"},
	"notificationIds": {"Notification"}, "sessionId": nil, "deviceId": nil, // the last two are of the types in own
}

// idPaths are the ways through an input type to its ids, such as items.photoId.
func (q *questioner) idPaths(input string) (paths [][]string) {
	for _, f := range q.schema.Types[input].Fields {
		switch t := q.schema.Types[f.Type.Name()]; {
		case t.Name == "ID":
			paths = append(paths, []string{f.Name})
		case t.Kind == ast.InputObject:
			for _, below := range q.idPaths(t.Name) {
				paths = append(paths, append([]string{f.Name}, below...))
			}
		}
	}
	return paths
}

// value makes an input of a type: of what must be there something harmless, and the id at the end of the path.
func (q *questioner) value(t *ast.Type, path []string, id string, harmless func(field string) string) any {
	d := q.schema.Types[t.Name()]
	var value any
	switch d.Kind {
	case ast.InputObject:
		fields := map[string]any{}
		for _, f := range d.Fields {
			switch isNext := len(path) > 0 && path[0] == f.Name; {
			case isNext:
				fields[f.Name] = q.value(f.Type, path[1:], id, harmless)
			case !f.Type.NonNull || f.DefaultValue != nil:
			case f.Type.Name() == "ID":
				fields[f.Name] = harmless(f.Name)
				if f.Type.Elem != nil {
					fields[f.Name] = []any{harmless(f.Name)}
				}
			default:
				fields[f.Name] = q.value(f.Type, nil, "", harmless)
			}
		}
		value = fields
	case ast.Enum:
		value = d.EnumValues[0].Name
	default:
		value = map[string]any{"ID": id, "Int": 1, "Float": 0.5, "Boolean": true}[d.Name]
		if value == nil {
			value = "x"
		}
	}
	if t.Elem != nil {
		value = []any{value}
	}
	return value
}

// refuseAll has everybody use the ids of what is hidden from them in every mutation: it must be as if there were nothing.
func (w *walk) refuseAll(q *questioner) {
	w.Helper()
	for _, f := range q.schema.Mutation.Fields {
		input := f.Arguments.ForName("input").Type
		document := "mutation ($input: " + input.String() + ") { Mutation__" + f.Name + ": " + f.Name + "(input: $input) " + q.selection(f.Type.Name(), 1) + "}"
		for _, path := range q.idPaths(input.Name()) {
			types, known := named[path[len(path)-1]]
			if !known {
				w.complain("%s: nobody has said what %s names", f.Name, strings.Join(path, "."))
			}
			for _, v := range w.seers {
				for _, x := range w.hiddenFrom(v, types) {
					if (f.Name == "block" || f.Name == "unblock") && v.blocks[x.owner] {
						continue // whom one blocks, one knows
					}
					value := q.value(input, path, w.ids[x.what], func(string) string { return w.ids["avatar of "+host] })
					w.refuse(v, f.Name+" with "+strings.Join(path, ".")+" of the "+x.what, document, value)
				}
			}
		}
	}
}

// hiddenFrom are some of the things of the types that somebody may not see: one of each kind.
func (w *walk) hiddenFrom(v seer, types []string) []*thing {
	kinds := map[string]*thing{}
	for _, what := range slices.Sorted(maps.Keys(w.ids)) {
		if x := w.things[w.ids[what]]; x != nil && slices.Contains(types, x.typeName) && !x.seen(v) {
			kinds[x.typeName+w.kindOf(x)] = x
		}
	}
	return slices.Collect(maps.Values(kinds))
}

// unlimited has nobody be told that they ask too often: every question is counted apart.
func (w *walk) unlimited(what string) {
	w.resolver.Limiter = ratelimit.New(w.redis, []byte(what), slog.New(slog.DiscardHandler))
}

func (w *walk) refuse(v seer, what, document string, input any) {
	w.Helper()
	w.refused++
	w.unlimited(what)
	data, errs := w.ask(v, document, map[string]any{"input": input})
	if v.id == 0 {
		if len(errs) != 1 || !strings.HasPrefix(errs[0].Message, "UNAUTHENTICATED") {
			w.complain("nobody asks %s: %v, %v", what, data, errs)
		}
		return
	}
	if len(errs) > 0 {
		w.complain("%s asks %s: %v", v.name, what, errs)
		return
	}
	if ids := nearest(data); len(ids) > 0 {
		w.complain("%s asks %s and gets %d objects", v.name, what, len(ids))
	}
	text := fmt.Sprint(data)
	isSilent := strings.HasPrefix(what, "markNotificationsRead") // marks those of one's own, and asks no questions
	isOwn := strings.HasPrefix(what, "follow") && strings.Contains(text, "UserError__code:BLOCKED") && v.name == "blocking"
	if !isSilent && !isOwn && !strings.Contains(text, "UserError__code:NOT_FOUND") && !strings.Contains(text, "UserError__code:BLOCKED") {
		w.complain("%s asks %s: %s", v.name, what, text)
	}
	w.look(v, place{of: what}, data)
}
