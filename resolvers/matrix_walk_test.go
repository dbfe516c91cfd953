package resolvers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"styleshare/internal/relay"
	"styleshare/loaders"
)

// walk asks questions as everybody and looks at what comes: nothing hidden may stand in an answer, and of what anybody
// sees in a place, everybody who may see it must.
type walk struct {
	*matrix
	*testing.T
	exec    graphql.GraphExecutor
	asked   int
	refused int // questions with the id of something hidden
	objects int
	reached map[string]bool // fields that gave something, written Type.field
	places  map[place]map[string]map[string]bool
	told    map[string]bool // complaints, each once
}

// place is a list or field of one object, or of a root field with its arguments. trail are the fields down to it.
type place struct{ of, trail string }

func (w *walk) complain(format string, args ...any) {
	w.Helper()
	if text := fmt.Sprintf(format, args...); !w.told[text] {
		w.told[text] = true
		w.T.Error(text)
	}
}

// ask executes a document as somebody.
func (w *walk) ask(v seer, document string, variables map[string]any) (map[string]any, gqlerror.List) {
	w.Helper()
	w.asked++
	ctx := loaders.WithCaller(w.Context(), loaders.Caller{UserID: v.id, Language: "en"})
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := w.exec.CreateOperationContext(ctx, &graphql.RawParams{Query: document, Variables: variables})
	if len(errs) > 0 {
		w.Fatalf("%v: %.300s", errs, document)
	}
	respond, ctx := w.exec.DispatchOperation(ctx, op)
	response := respond(ctx)
	data := map[string]any{}
	if len(response.Data) > 0 {
		if err := json.Unmarshal(response.Data, &data); err != nil {
			w.Fatal(err)
		}
	}
	return data, response.Errors
}

// read asks a question that must be answered, and looks at all of the answer.
func (w *walk) read(v seer, of, document string, variables map[string]any) {
	w.Helper()
	data, errs := w.ask(v, document, variables)
	if len(errs) > 0 {
		w.complain("%s asks %s: %v", v.name, of, errs)
	}
	w.look(v, place{of: of}, data)
}

// look goes through a part of an answer, which stands at a place.
func (w *walk) look(v seer, at place, value any) {
	switch value := value.(type) {
	case string:
		w.lookAtText(v, at, value)
	case []any:
		for _, entry := range value {
			w.look(v, at, entry)
		}
	case map[string]any:
		if id, ok := value["id"].(string); ok {
			w.lookAtObject(v, at, id)
			// The trail goes on below what shows more or less than elsewhere.
			if strings.HasPrefix(id, reportID) {
				at = place{of: id, trail: " " + reports}
			} else if !strings.Contains(at.trail, cards) && !strings.Contains(at.trail, reports) {
				at = place{of: id}
			}
		}
		for key, below := range value {
			name, ok := strings.CutPrefix(strings.Replace(key, "__", ".", 1), ".")
			if ok || !strings.Contains(name, ".") { // __typename, id
				continue
			}
			there := place{at.of, at.trail + " " + name}
			if ids := nearest(below); len(ids) > 0 {
				w.reached[name] = true
				w.note(v, there, ids)
			} else if below != nil {
				w.note(v, there, nil)
			}
			w.look(v, there, below)
		}
	}
}

// cards leads to people who are hidden from the viewer by their own doing: their names may be seen, and nothing behind.
const cards = "Viewer.blockedUsers"

// reports lead to what was reported, which moderators see although it is hidden.
const reports = "Moderation.reports"

// reportID is how the global ids of reports begin.
var reportID = relay.ID("Report", 0)[:8]

var written = regexp.MustCompile(`mk\d{3}x`)

func (w *walk) lookAtText(v seer, at place, text string) {
	for _, mark := range written.FindAllString(text, -1) {
		x := w.marks[mark]
		if x == nil || !w.maySee(v, at, x) {
			w.complain("%s reads %q at %s: %+v", v.name, text, at, x)
		}
		if x != nil && v.muted[x.owner] && strings.Contains(at.trail+at.of, "Notification") && strings.HasSuffix(at.trail, "Notification.message") {
			w.complain("%s is told %q of somebody muted", v.name, text)
		}
	}
}

// maySee tells whether somebody may see something at a place.
func (w *walk) maySee(v seer, at place, x *thing) bool {
	return x.seen(v) || v.name == "moderator" && strings.Contains(at.trail, reports) || w.isCard(v, at, x)
}

func (w *walk) isCard(v seer, at place, x *thing) bool {
	return strings.Contains(at.trail, cards) && v.blocks[x.owner] && x.isFace && !w.byID[x.owner].hidden
}

func (w *walk) lookAtObject(v seer, at place, id string) {
	w.objects++
	typeName, _, err := relay.ParseID(id)
	if err != nil {
		w.complain("%s gets %q at %s: %v", v.name, id, at, err)
	}
	x := w.things[id]
	switch {
	case typeName == "Tag" || typeName == "Brand" || typeName == "Session" || typeName == "Device":
	case x == nil:
		w.complain("%s gets a %s at %s that nobody knows", v.name, typeName, at)
	case !w.maySee(v, at, x):
		w.complain("%s sees the %s at %s", v.name, x.what, at)
	case v.muted[x.owner] && (strings.HasPrefix(at.trail, " Query.viewer Viewer.feed") || strings.HasSuffix(at.trail, "Notification.actors")):
		w.complain("%s, who mutes the author, gets the %s at %s", v.name, x.what, at)
	}
}

// note remembers what somebody got at a place.
func (w *walk) note(v seer, at place, ids []string) {
	if w.places[at] == nil {
		w.places[at] = map[string]map[string]bool{}
	}
	if w.places[at][v.name] == nil {
		w.places[at][v.name] = map[string]bool{}
	}
	for _, id := range ids {
		w.places[at][v.name][id] = true
	}
}

// nearest are the ids of the first objects on each way down.
func nearest(value any) (ids []string) {
	switch value := value.(type) {
	case []any:
		for _, entry := range value {
			ids = append(ids, nearest(entry)...)
		}
	case map[string]any:
		if id, ok := value["id"].(string); ok {
			return []string{id}
		}
		for key, below := range value {
			if strings.Contains(key, "__") && !strings.HasPrefix(key, "__") {
				ids = append(ids, nearest(below)...)
			}
		}
	}
	return ids
}

// isPersonal tells whether a place gives everybody something else by what it is for.
func isPersonal(at place) bool {
	return strings.Contains(at.trail, "Query.viewer") || strings.Contains(at.trail, "Query.moderation") || strings.Contains(at.trail, reports) || strings.Contains(at.trail, "Notification.") || strings.Contains(at.trail, "Collection.cover")
}

// isOpen tells whether the list at a place shows anything to somebody who sees what it hangs on: who follows a private
// account, and whom it follows, is kept behind it.
func (w *walk) isOpen(v seer, at place) bool {
	x := w.things[at.of]
	return x == nil || x.typeName != "User" || !strings.HasPrefix(at.trail, " User.follow") || v.seesContent(w.byID[x.owner])
}

// compare has everybody who may see something that anybody sees at a place see it there, and counts the cells: field ×
// kind of viewer × kind of person, shown and hidden.
func (w *walk) compare() (shown, hidden map[string]bool) {
	w.Helper()
	shown, hidden = map[string]bool{}, map[string]bool{}
	for at, by := range w.places {
		all := map[string]bool{}
		for _, ids := range by {
			maps.Copy(all, ids)
		}
		for name, ids := range by {
			for id := range all {
				x := w.things[id]
				if x == nil {
					continue
				}
				fields := strings.Fields(at.trail)
				cell := fields[len(fields)-1] + " " + name + " " + w.kindOf(x)
				switch {
				case ids[id]:
					shown[cell] = true
					if !w.isOpen(w.seers[name], at) {
						w.complain("%s sees the %s at %s", name, x.what, at)
					}
				case x.seen(w.seers[name]) && w.isOpen(w.seers[name], at) && !isPersonal(at):
					w.complain("%s does not see the %s at %s", name, x.what, at)
				default:
					hidden[cell] = true
				}
			}
		}
	}
	return shown, hidden
}

// kindOf says what is looked at: the kind of person, and the state of what is theirs.
func (m *matrix) kindOf(x *thing) string {
	if p := m.byID[x.owner]; p != nil && slices.Contains(targets, p.name) {
		return p.name + " " + x.state
	}
	return host
}
