package transport

import (
	"slices"

	"styleshare/internal/fault"
	"styleshare/internal/persisted"
)

// trusted are the documents that the apps were built with. Where a server has them it runs no others.
type trusted struct {
	byID  map[string]string // the text by its name in the manifest and by its SHA-256
	names map[string]string // the name in the manifest by SHA-256
}

// newTrusted is nil for no manifest.
func newTrusted(m persisted.Manifest) *trusted {
	if m == nil {
		return nil
	}
	t := &trusted{byID: make(map[string]string, 2*len(m)), names: make(map[string]string, len(m))}
	for id, text := range m {
		hash := persisted.Hash(text)
		t.byID[id], t.byID[hash], t.names[hash] = text, text, id
	}
	return t
}

var errNotListed = fault.New(fault.Forbidden, "this server runs only the documents that its apps were built with")

// find gives the listed document that a request asks for.
func (t *trusted) find(id, query string) (string, *fault.Error) {
	if id == "" {
		if _, listed := t.names[persisted.Hash(query)]; !listed {
			return "", errNotListed
		}
		return query, nil
	}
	text, listed := t.byID[id]
	switch {
	case !listed && query == "":
		return "", errNotFound
	case !listed:
		return "", errNotListed
	case query != "" && query != text:
		return "", errHash
	}
	return text, nil
}

// Unservable lists the trusted documents that this server cannot run, by their names: of apps that are newer or much older.
func (e *Executor) Unservable() []string {
	var names []string
	if e.trusted != nil {
		for hash, name := range e.trusted.names {
			if _, errs := e.documents.load(e.trusted.byID[hash]); errs != nil {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
