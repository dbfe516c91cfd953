package transport

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"
)

// The headers in which Apollo's clients, and whoever wants to be told apart, say what they are.
const (
	headerClientName    = "Apollographql-Client-Name"
	headerClientVersion = "Apollographql-Client-Version"
)

const (
	// knownClients is how many names with versions a process tells apart; the rest is OtherClient. Strangers can make up
	// as many as they like.
	knownClients = 200
	// countedUses is how many pairs of an operation and a client are counted between two flushes; the rest is not.
	countedUses   = 20_000
	maxClientText = 64 // bytes of a name or a version
)

// OtherClient stands for clients beyond the first that a process has met.
const OtherClient = "other"

// Usage counts which fields of the schema clients ask for: of a request, only which operation it was and whose. What fields
// that are is known since the document was checked, and looked up when the counts are flushed. A nil *Usage counts nothing.
type Usage struct {
	mu      sync.RWMutex
	uses    map[use]*atomic.Uint64
	clients map[client]bool
	fields  map[FieldUse]uint64 // flushed, but not written yet
}

// client is what the headers say.
type client struct{ name, version string }

func clientOf(h http.Header) client {
	return client{only(h[headerClientName]), only(h[headerClientVersion])}
}

// headers are those of which clientOf gives the client; nil for one that did not say.
func (c client) headers() http.Header {
	if c == (client{}) {
		return nil
	}
	return http.Header{headerClientName: {c.name}, headerClientVersion: {c.version}}
}

// kept is the client for who keeps it longer than the request that it came with.
func (c client) kept() client {
	if !c.sane() {
		return client{name: OtherClient}
	}
	return client{strings.Clone(c.name), strings.Clone(c.version)}
}

// use is an operation of a client. The list of fields stands for the operation, also after its document was forgotten.
type use struct {
	fields *operationFields
	client client
}

// operationFields are the fields that an operation asks for, as Type.field, each once.
type operationFields []string

// FieldUse names a field that a client asks for.
type FieldUse struct{ Client, Version, Field string }

// NewUsage counts from now on.
func NewUsage() *Usage {
	return &Usage{uses: map[use]*atomic.Uint64{}, clients: map[client]bool{}, fields: map[FieldUse]uint64{}}
}

// count takes note of a request: a look into a map and an addition.
func (u *Usage) count(fields *operationFields, h http.Header) {
	if u == nil || fields == nil {
		return
	}
	one := use{fields, clientOf(h)}
	u.mu.RLock()
	n := u.uses[one]
	if n != nil {
		n.Add(1) // under the lock, so that a flush misses nothing
	}
	u.mu.RUnlock()
	if n == nil {
		u.begin(one)
	}
}

func only(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// begin is count for what was not counted since the last flush.
func (u *Usage) begin(one use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.clients[one.client] {
		if len(u.clients) >= knownClients || !one.client.sane() {
			one.client = client{name: OtherClient}
		} else {
			one.client = one.client.kept()
			u.clients[one.client] = true
		}
	}
	n := u.uses[one]
	if n == nil {
		if len(u.uses) >= countedUses {
			return
		}
		n = new(atomic.Uint64)
		u.uses[one] = n
	}
	n.Add(1)
}

// sane tells whether the client may be shown on a terminal.
func (c client) sane() bool {
	unfit := func(r rune) bool { return r < ' ' || r > '~' }
	return len(c.name) <= maxClientText && len(c.version) <= maxClientText && strings.IndexFunc(c.name+c.version, unfit) < 0
}

// Flush gives write what was counted since the last time. Where it fails, the counts come again with the next ones.
func (u *Usage) Flush(write func(map[FieldUse]uint64) error) error {
	u.mu.Lock()
	uses := u.uses
	u.uses = map[use]*atomic.Uint64{}
	u.mu.Unlock()
	for one, n := range uses {
		for _, field := range *one.fields {
			u.fields[FieldUse{one.client.name, one.client.version, field}] += n.Load()
		}
	}
	if len(u.fields) == 0 {
		return nil
	}
	if err := write(u.fields); err != nil {
		return err
	}
	clear(u.fields)
	return nil
}

// fieldsOf lists what an operation asks for. Names are those of the schema, of which there is one copy each.
func fieldsOf(op *ast.OperationDefinition, coordinates map[*ast.FieldDefinition]string) *operationFields {
	fields := operationFields{}
	seenFields, seenFragments := map[*ast.FieldDefinition]bool{}, map[*ast.FragmentDefinition]bool{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if name, ok := coordinates[s.Definition]; ok && !seenFields[s.Definition] {
					seenFields[s.Definition] = true
					fields = append(fields, name)
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if !seenFragments[s.Definition] {
					seenFragments[s.Definition] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(op.SelectionSet)
	return &fields
}

// coordinatesOf names the fields of a schema, without those that are about the schema.
func coordinatesOf(schema *ast.Schema) map[*ast.FieldDefinition]string {
	names := map[*ast.FieldDefinition]string{}
	for _, t := range schema.Types {
		if t.BuiltIn || t.Kind != ast.Object && t.Kind != ast.Interface {
			continue
		}
		for _, f := range t.Fields {
			if !strings.HasPrefix(f.Name, "__") {
				names[f] = t.Name + "." + f.Name
			}
		}
	}
	return names
}
