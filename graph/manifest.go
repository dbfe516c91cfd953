package graph

import (
	"encoding/json"
	"io"
	"maps"
	"slices"

	"styleshare/internal/persisted"
)

// WriteManifest writes the apps' operations as a JSON object of texts by their SHA-256.
func WriteManifest(w io.Writer) error {
	texts := make(map[string]string)
	for _, text := range Documents() {
		texts[persisted.Hash(text)] = text
	}
	return encode(w, texts)
}

// apolloOperation is an operation as Apollo's tools list it.
type apolloOperation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Body string `json:"body"`
}

// WriteApolloManifest writes the apps' operations in the form of Apollo's tools.
func WriteApolloManifest(w io.Writer) error {
	texts := Documents()
	operations := make([]apolloOperation, 0, len(texts))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		kind := Operations().Operations.ForName(name).Operation
		operations = append(operations, apolloOperation{persisted.Hash(texts[name]), name, string(kind), texts[name]})
	}
	return encode(w, struct {
		Format     string            `json:"format"`
		Version    int               `json:"version"`
		Operations []apolloOperation `json:"operations"`
	}{"apollo-persisted-query-manifest", 1, operations})
}

func encode(w io.Writer, manifest any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(manifest)
}
