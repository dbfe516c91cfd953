package persisted

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// Manifest is the documents that apps were built with, by their hashes or other names.
type Manifest map[string]string

// apolloFormat is what the manifests of Apollo's tools are marked with.
const apolloFormat = "apollo-persisted-query-manifest"

// ReadManifest reads a JSON object of texts by their names, as graphql-codegen and Relay write it, or the form of Apollo's
// tools.
func ReadManifest(path string) (Manifest, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseManifest(text)
}

func parseManifest(text []byte) (Manifest, error) {
	var apollo struct {
		Format     string `json:"format"`
		Operations []struct {
			ID   string `json:"id"`
			Body string `json:"body"`
		} `json:"operations"`
	}
	var m Manifest
	if err := json.Unmarshal(text, &apollo); err == nil && apollo.Format == apolloFormat {
		m = make(Manifest, len(apollo.Operations))
		for _, o := range apollo.Operations {
			m[o.ID] = o.Body
		}
	} else if err := json.Unmarshal(text, &m); err != nil {
		return nil, errors.New("must be a JSON object of documents by their hashes, or a manifest of Apollo's tools")
	}
	if len(m) == 0 {
		return nil, errors.New("there is no document in it")
	}
	for id, text := range m {
		if id == "" || text == "" {
			return nil, fmt.Errorf("the document %q has no name or no text", id)
		}
	}
	return m, nil
}
