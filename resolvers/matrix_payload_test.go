package resolvers_test

import (
	"strings"

	"styleshare/models"
)

// step is a mutation that goes well.
type step struct {
	who, mutation string
	input         map[string]any
}

// steps lead to every field of a payload that gives people or what they make.
func (w *walk) steps() []step {
	w.Helper()
	id := func(what string) string {
		if w.ids[what] == "" {
			w.Fatalf("there is no %s", what)
		}
		return w.ids[what]
	}
	in := func(pairs ...any) map[string]any {
		input := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			input[pairs[i].(string)] = pairs[i+1]
		}
		return input
	}
	open, closed, stranger, style := in("userId", id("open")), in("userId", id("closed")), in("userId", id("stranger")), in("styleId", id("PUBLISHED style of open"))
	point := map[string]any{"photoId": id("photo of PUBLISHED style of open"), "x": 0.5, "y": 0.5, "name": "hat"}
	return []step{
		{"stranger", "follow", open}, {"stranger", "unfollow", open}, {"stranger", "follow", closed},
		{"closed", "answerFollowRequest", in("userId", id("stranger"), "accept", true)},
		{"open", "mute", stranger}, {"open", "unmute", stranger}, {"open", "block", stranger}, {"open", "unblock", stranger},
		{"stranger", "likeStyle", style}, {"stranger", "unlikeStyle", style},
		{"stranger", "addComment", in("styleId", style["styleId"], "body", "hello")},
		{"host", "deleteComment", in("commentId", w.idLike("Comment", " of host on PUBLISHED style of open"))},
		{"stranger", "requestItemInfo", style},
		{"open", "answerItemInfo", in("styleId", style["styleId"], "items", []any{point})},
		{"open", "updateStyle", in("styleId", style["styleId"], "caption", "anew")},
		{"stranger", "publishStyle", in("caption", "new", "photoIds", []any{w.newPhoto("stranger")})},
		{"stranger", "completeUpload", in("photoId", w.newPhoto("stranger"))},
		{"stranger", "createUpload", in("contentType", "image/png", "byteSize", 100)},
		{"stranger", "collectStyle", in("styleId", style["styleId"], "collectionId", id("collection of stranger, private false"))},
		{"stranger", "uncollectStyle", style},
		{"stranger", "createCollection", in("name", "more")},
		{"stranger", "updateCollection", in("collectionId", id("collection of stranger, private false"), "name", "else")},
		{"stranger", "askQuestion", in("body", "what?")},
		{"stranger", "answerQuestion", in("questionId", id("question of open about PUBLISHED style of open"), "body", "that")},
		{"open", "acceptAnswer", in("answerId", id("answer of host to question of open about PUBLISHED style of open"))},
		{"moderator", "resolveReport", in("reportId", id("report of closed"), "action", "DISMISS")},
	}
}

// idLike is the id of something whose name ends so.
func (w *walk) idLike(typeName, end string) string {
	w.Helper()
	for id, x := range w.things {
		if x.typeName == typeName && strings.HasSuffix(x.what, end) {
			return id
		}
	}
	w.Fatalf("there is no %s%s", typeName, end)
	return ""
}

func (w *walk) newPhoto(owner string) string {
	w.Helper()
	what := "new photo of " + w.mark()
	p := w.people[owner]
	w.add("Photo", w.photo(owner, models.PhotoProcessing), what, "", p, func(v seer) bool { return v.id == p.id })
	return w.ids[what]
}

// takeAll has mutations go well, and wants every field of their payloads that leads to something to give something. Those
// that give the viewer lead to nobody else.
func (w *walk) takeAll(q *questioner) {
	w.Helper()
	for _, s := range w.steps() {
		f := q.schema.Mutation.Fields.ForName(s.mutation)
		document := "mutation ($input: " + f.Arguments.ForName("input").Type.String() + ") { Mutation__" + s.mutation + ": " + s.mutation + "(input: $input) " +
			q.selection(f.Type.Name(), 1) + "}"
		data, errs := w.ask(w.seers[s.who], document, map[string]any{"input": s.input})
		payload, _ := data["Mutation__"+s.mutation].(map[string]any)
		for key, value := range payload {
			if len(nearest(value)) > 0 {
				w.reached[strings.Replace(key, "__", ".", 1)] = true
			}
		}
		if len(errs) > 0 || len(payload[f.Type.Name()+"__userErrors"].([]any)) > 0 {
			w.complain("%s tries to %s: %v, %v", s.who, s.mutation, payload, errs)
		}
	}
	_, payloads, _ := q.leading()
	for _, field := range payloads {
		typeName, name, _ := strings.Cut(field, ".")
		if q.schema.Types[typeName].Fields.ForName(name).Type.Name() != "Viewer" && !w.reached[field] {
			w.complain("%s: no scenario gets to it", field)
		}
	}
}
