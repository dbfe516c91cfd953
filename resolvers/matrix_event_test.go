package resolvers_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"

	"styleshare/graph/transport"
	"styleshare/internal/realtime"
	"styleshare/internal/relay"
	"styleshare/loaders"
	"styleshare/models"
	"styleshare/resolvers"
)

// hearing is how long all events may take to arrive.
const hearing = time.Minute

// serve has the schema answer subscriptions by server-sent events, to whoever the header Seer names.
func (w *walk) serve(schema graphql.ExecutableSchema) (address string) {
	w.Helper()
	streams, err := transport.NewStreams(transport.StreamsConfig{IdentityOf: resolvers.IdentityOf, Identify: w.resolver.IdentifyLater,
		ActiveSessions: w.db.ActiveSessions, PerPerson: 1000, PerAddress: 1000, Registerer: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.Fatal(err)
	}
	handler := transport.NewHandler(transport.NewExecutor(schema, transport.Config{Streams: streams, Log: slog.New(slog.DiscardHandler)}))
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		caller := loaders.Caller{UserID: w.seers[r.Header.Get("Seer")].id, Language: "en"}
		handler.ServeHTTP(rw, r.WithContext(loaders.WithCaller(r.Context(), caller)))
	}))
	w.Cleanup(server.Close)
	return server.URL
}

// subscribe gives what yields the answers to a subscription, nil after the last.
func (w *walk) subscribe(ctx context.Context, v seer, address, document string, variables map[string]any) func() *graphql.Response {
	w.Helper()
	w.asked++
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		w.Fatal(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}, "Seer": {v.name}}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return func() *graphql.Response {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && data != "" {
				response := new(graphql.Response)
				if err := json.Unmarshal([]byte(data), response); err != nil {
					w.Fatalf("%v: %s", err, data)
				}
				return response
			}
		}
		return nil
	}
}

// hear looks at an answer, and gives the ids of what it is about.
func (w *walk) hear(v seer, response *graphql.Response) []string {
	w.Helper()
	if response == nil || len(response.Errors) > 0 {
		w.Fatalf("%s hears %+v", v.name, response)
	}
	data := map[string]any{}
	if err := json.Unmarshal(response.Data, &data); err != nil {
		w.Fatal(err)
	}
	w.look(v, place{of: "event"}, data)
	return nearest(data)
}

// hearAll has everybody subscribe to everything: what is hidden from them is no subject, and no event of it reaches them.
func (w *walk) hearAll(q *questioner, address string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), hearing)
	defer cancel()
	document := func(field, parameters, arguments string) string {
		f := q.schema.Subscription.Fields.ForName(field)
		return "subscription" + parameters + " { Subscription__" + field + ": " + field + arguments + " " + q.selection(f.Type.Name(), 1) + "}"
	}
	comments, photos := document("commentAdded", "($id: ID!, $after: String)", "(styleId: $id, after: $after)"), document("photoUpdated", "($id: ID!)", "(id: $id)")
	notifications := document("notificationReceived", "($after: String)", "(after: $after)")
	after := relay.EventCursor(uint64(time.Now().Add(-time.Minute).UnixMilli()), 0)
	said := w.say(ctx)
	for _, v := range w.seers {
		for typeName, subscription := range map[string]string{"Style": comments, "Photo": photos} {
			for _, x := range w.hiddenFrom(v, []string{typeName}) {
				response := w.subscribe(ctx, v, address, subscription, map[string]any{"id": w.ids[x.what]})()
				if response == nil || len(response.Errors) != 1 || response.Errors[0].Extensions["code"] != "NOT_FOUND" {
					w.complain("%s subscribes to the %s: %+v", v.name, x.what, response)
				}
			}
		}
		w.hear(v, w.subscribe(ctx, v, address, photos, map[string]any{"id": w.ids["avatar of "+host]})())
		next := w.subscribe(ctx, v, address, comments, map[string]any{"id": w.ids["PUBLISHED style of "+host], "after": after})
		for _, id := range said {
			if w.things[id].seen(v) {
				if got := w.hear(v, next()); !slices.Equal(got, []string{id}) {
					w.complain("%s hears of %v, want the %s", v.name, got, w.things[id].what)
				}
			}
		}
		if v.id != 0 {
			w.tell(ctx, v)
			w.hear(v, w.subscribe(ctx, v, address, notifications, map[string]any{"after": after})())
		}
	}
	_, _, events := q.leading()
	for _, field := range events {
		if !w.reached[field] {
			w.complain("%s: no scenario gets to it", field)
		}
	}
}

// say has all comments on a style told that everybody sees, last one that everybody sees, too.
func (w *walk) say(ctx context.Context) (said []string) {
	w.Helper()
	for id, x := range w.things {
		if x.typeName == "Comment" && strings.HasSuffix(x.what, " on PUBLISHED style of "+host) {
			said = append(said, id)
		}
	}
	slices.SortFunc(said, func(a, b string) int { return int(w.things[b].owner - w.things[a].owner) }) // the host came first
	for _, id := range said {
		w.append(ctx, models.CommentTopic(w.key("PUBLISHED style of "+host)), w.key(w.things[id].what))
	}
	return said
}

// tell has somebody told of everybody's notifications, and last of one that their list shows.
func (w *walk) tell(ctx context.Context, v seer) {
	w.Helper()
	page, err := models.NewPage(nil, nil, nil, nil)
	if err != nil {
		w.Fatal(err)
	}
	shown, err := w.db.Notifications(ctx, v.id, page)
	if err != nil || len(shown) == 0 {
		w.Fatalf("%s has %d notifications, %v", v.name, len(shown), err)
	}
	for _, x := range w.things {
		if x.typeName == "Notification" && !x.seen(v) {
			w.append(ctx, models.NotificationTopic(v.id), w.key(x.what))
		}
	}
	w.append(ctx, models.NotificationTopic(v.id), shown[0].ID)
}

func (w *walk) append(ctx context.Context, topic string, id int64) {
	w.Helper()
	if err := w.resolver.Events.Append(ctx, realtime.NewEvent{Topic: topic, ID: id, Key: fmt.Sprint(topic, "/", id)}); err != nil {
		w.Fatal(err)
	}
}
