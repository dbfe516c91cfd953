package transport

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

var usageSchema = gqlparser.MustLoadSchema(&ast.Source{Input: `
	type Query { me: User old: String @deprecated node: Node }
	interface Node { id: ID! }
	type User implements Node { id: ID! name: String! friends: [User!]! }`})

// usageOf are the documents of the test schema, and what counts them.
func usageOf(t *testing.T) (*Usage, func(query, name, version string)) {
	t.Helper()
	u := NewUsage()
	d := newDocuments(usageSchema, Config{Usage: u}.withDefaults())
	return u, func(query, name, version string) {
		doc, errs := d.load(query)
		if errs != nil {
			t.Fatal(errs)
		}
		h := http.Header{}
		if name != "" {
			h.Set("Apollographql-Client-Name", name)
			h.Set("Apollographql-Client-Version", version)
		}
		u.count(doc.fields[doc.Operations[0]], h)
	}
}

func flushed(t *testing.T, u *Usage) (all map[FieldUse]uint64) {
	t.Helper()
	if err := u.Flush(func(uses map[FieldUse]uint64) error { all = maps.Clone(uses); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestUsageCountsFieldsByClient(t *testing.T) {
	t.Parallel()
	u, ask := usageOf(t)
	const friends = `{ me { __typename name friends { ...f } } node { id ...f } __schema { queryType { name } } } fragment f on User { id name }`
	for range 3 {
		ask(friends, "ios", "1.2")
	}
	ask(`query A { me { n: name m: name } } query B { old }`, "ios", "1.3")
	ask(`{ old }`, "", "")
	failed := errors.New("no database")
	if err := u.Flush(func(map[FieldUse]uint64) error { return failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
	ask(`{ old }`, "", "") // comes with what could not be written
	want := map[FieldUse]uint64{
		{"ios", "1.2", "Query.me"}: 3, {"ios", "1.2", "Query.node"}: 3, {"ios", "1.2", "User.name"}: 3, {"ios", "1.2", "User.friends"}: 3,
		{"ios", "1.2", "User.id"}: 3, {"ios", "1.2", "Node.id"}: 3,
		{"ios", "1.3", "Query.me"}: 1, {"ios", "1.3", "User.name"}: 1, {"", "", "Query.old"}: 2,
	}
	if got := flushed(t, u); !maps.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	if got := flushed(t, u); got != nil {
		t.Errorf("counted twice: %v", got)
	}
}

func TestUsageIsBounded(t *testing.T) {
	t.Parallel()
	u, ask := usageOf(t)
	ask(`{ old }`, "\x1b[31mred", "1")
	ask(`{ old }`, "앱", "1")
	for i := range knownClients + 50 {
		ask(`{ old }`, "made up", fmt.Sprint(i))
	}
	got := flushed(t, u)
	if n := got[FieldUse{OtherClient, "", "Query.old"}]; n != 52 || len(got) != knownClients+1 {
		t.Errorf("%d others, %d clients", n, len(got))
	}
	for i := range countedUses + 10 {
		u.count(&operationFields{"Query.me"}, http.Header{headerClientVersion: {fmt.Sprint(i % 2)}})
	}
	if len(u.uses) != countedUses {
		t.Errorf("%d are kept", len(u.uses))
	}
}

// Counting costs a request no memory.
func TestUsageAllocatesNothing(t *testing.T) {
	u := NewUsage()
	fields, h := &operationFields{"Query.me"}, http.Header{headerClientName: {"ios"}, headerClientVersion: {"1.2"}}
	u.count(fields, h)
	if n := testing.AllocsPerRun(1000, func() { u.count(fields, h) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if n := flushed(t, u)[FieldUse{"ios", "1.2", "Query.me"}]; n != 1002 {
		t.Errorf("counted %d", n)
	}
}

func BenchmarkUsage(b *testing.B) {
	u := NewUsage()
	fields, h := &operationFields{"Query.me"}, http.Header{headerClientName: {"ios"}, headerClientVersion: {"1.2"}}
	b.ReportAllocs()
	for b.Loop() {
		u.count(fields, h)
	}
}

// A WebSocket says which client it is of when it is opened, by headers, or else in its first message.
func TestUsageOfSockets(t *testing.T) {
	t.Parallel()
	l := newLive(t, StreamsConfig{})
	for _, socket := range []struct{ header, payload string }{
		{"ios", `{"apollographql-client-name":"not this","apollographql-client-version":"9"}`},
		{"", `{"Apollographql-Client-Name":"web","apollographql-client-version":"2"}`},
		{"", `{"apollographql-client-name":7,"apollographql-client-version":null}`},
		{"", `{"apollographql-client-name":"\u001b[31mred"}`},
		{"", `{}`},
	} {
		var headers []string
		if socket.header != "" {
			headers = []string{"apollographql-client-name: " + socket.header, "apollographql-client-version: 1"}
		}
		p := l.dial(t, headers...)
		p.send(`{"type":"connection_init","payload":` + socket.payload + `}`)
		p.wants(ackMessage)
		p.hang()
	}
	want := map[FieldUse]uint64{{"ios", "1", "Subscription.hang"}: 1, {"web", "2", "Subscription.hang"}: 1,
		{"", "", "Subscription.hang"}: 2, {OtherClient, "", "Subscription.hang"}: 1}
	if got := flushed(t, l.usage); !maps.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}
