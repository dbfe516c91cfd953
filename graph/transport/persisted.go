package transport

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/internal/fault"
	"styleshare/internal/persisted"
)

// persistedQuery is the name of the extension by which clients send a hash instead of a text, or with it.
const persistedQuery = "persistedQuery"

var (
	// The words are what Apollo's clients compare with, those of them that do not look at the code.
	errNotFound = fault.New(fault.PersistedQueryNotFound, "PersistedQueryNotFound")
	errHash     = fault.New(fault.BadUserInput, "sha256Hash is not the SHA-256 of the query")
)

// find gives the text of the document that a request asks for: by its text, its hash, or both. register says that the
// text is to be kept under its hash once it is found good.
func (e *Executor) find(ctx context.Context, p *graphql.RawParams) (text string, register bool, err *fault.Error) {
	id, err := documentID(p.Extensions)
	if err != nil {
		return "", false, err
	}
	if e.trusted != nil {
		text, err = e.trusted.find(id, p.Query)
		return text, false, err
	}
	switch {
	case id == "":
		return p.Query, false, nil
	case !isHash(id):
		return "", false, fault.New(fault.BadUserInput, "sha256Hash must be the 64 hex digits of a SHA-256, in lower case")
	case p.Query == "":
		if text = e.config.Persisted.Get(ctx, id); text == "" {
			return "", false, errNotFound
		}
		return text, false, nil
	case persisted.Hash(p.Query) != id:
		return "", false, errHash
	}
	return p.Query, !e.config.Persisted.Fresh(id), nil
}

// register keeps the text of a document that was found good, for callers who have not had too many kept.
func (e *Executor) register(ctx context.Context, text string) {
	if len(text) <= persisted.MaxText && (e.config.MayPersist == nil || e.config.MayPersist(ctx)) {
		e.config.Persisted.Put(ctx, persisted.Hash(text), text)
	}
}

// documentID is the hash or name by which a request asks for its document, "" where there is none.
func documentID(extensions map[string]any) (string, *fault.Error) {
	given, ok := extensions[persistedQuery]
	if !ok || given == nil {
		return "", nil
	}
	object, ok := given.(map[string]any)
	if !ok {
		return "", fault.New(fault.BadUserInput, "extensions.persistedQuery must be an object")
	}
	if version := fmt.Sprint(object["version"]); version != "1" {
		return "", fault.New(fault.BadUserInput, "extensions.persistedQuery.version must be 1")
	}
	id, ok := object["sha256Hash"].(string)
	if !ok || id == "" {
		return "", fault.New(fault.BadUserInput, "extensions.persistedQuery.sha256Hash must be a string")
	}
	return strings.TrimPrefix(id, "sha256:"), nil
}

var isHash = regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString

// asExtension puts the documentId of the GraphQL-over-HTTP specification's persisted documents where the hash of an
// automatic persisted query stands.
func asExtension(p *graphql.RawParams, documentID string) *refusal {
	if documentID == "" {
		return nil
	}
	if p.Extensions[persistedQuery] != nil {
		return refused(http.StatusBadRequest, "pass either documentId or extensions.persistedQuery, not both")
	}
	if p.Extensions == nil {
		p.Extensions = make(map[string]any, 1)
	}
	p.Extensions[persistedQuery] = map[string]any{"version": 1, "sha256Hash": documentID}
	return nil
}
