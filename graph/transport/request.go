package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/internal/fault"
)

// refusal is an answer to a request that never becomes an operation.
type refusal struct {
	status int
	err    *fault.Error
}

func refused(status int, message string, args ...any) *refusal {
	return &refusal{status, fault.New(fault.BadUserInput, message, args...)}
}

// readPost reads a request from a JSON body of at most limit bytes. Messages never repeat the body.
func readPost(w http.ResponseWriter, r *http.Request, limit int64) (*graphql.RawParams, *refusal) {
	if !acceptsBody(r.Header) {
		return nil, refused(http.StatusUnsupportedMediaType, "send the request as application/json, in UTF-8 and uncompressed")
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), firstRead)) + bytes.MinRead)
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	switch {
	case err == nil:
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, tooLarge(limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, refused(http.StatusRequestTimeout, "the body took too long to arrive")
	default:
		return nil, refused(http.StatusBadRequest, "the body ends early")
	}
	return decodeBody(body.Bytes())
}

// firstRead bounds the memory that a body gets for saying how long it will be: an operation of the apps fits in.
const firstRead = 8 << 10

func tooLarge(limit int64) *refusal {
	return refused(http.StatusRequestEntityTooLarge, "the request is larger than %d bytes", limit)
}

// readGet reads a request from the query string.
func readGet(r *http.Request, limit int64) (*graphql.RawParams, *refusal) {
	if int64(len(r.URL.RawQuery)) > limit {
		return nil, refused(http.StatusRequestURITooLong, "the query string is longer than %d bytes", limit)
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refused(http.StatusBadRequest, "the query string is not well-formed")
	}
	var p parameters
	for name, into := range map[string]*json.RawMessage{"variables": &p.variables, "extensions": &p.extensions} {
		text, bad := single(values, name)
		if bad != nil {
			return nil, bad
		}
		if text == "" {
			continue
		}
		if !json.Valid([]byte(text)) {
			return nil, refused(http.StatusBadRequest, "%s is not JSON", name)
		}
		*into = json.RawMessage(text)
	}
	out, bad := p.decode()
	if bad != nil {
		return nil, bad
	}
	if out.Query, bad = single(values, "query"); bad != nil {
		return nil, bad
	}
	if out.OperationName, bad = single(values, "operationName"); bad != nil {
		return nil, bad
	}
	id, bad := single(values, "documentId")
	if bad != nil {
		return nil, bad
	}
	return complete(out, id)
}

func single(values url.Values, name string) (string, *refusal) {
	v := values[name]
	switch {
	case len(v) == 0:
		return "", nil
	case len(v) > 1:
		return "", refused(http.StatusBadRequest, "%s is given more than once", name)
	case !utf8.ValidString(v[0]):
		return "", refused(http.StatusBadRequest, "%s is not UTF-8", name)
	}
	return v[0], nil
}

// decodeBody reads one JSON object. Names are matched exactly, each may come once, and unknown ones are ignored, as
// the specification wants it; encoding/json would take any case and the last of several.
func decodeBody(body []byte) (*graphql.RawParams, *refusal) {
	if !utf8.Valid(body) {
		return nil, refused(http.StatusBadRequest, "the body is not UTF-8")
	}
	if b := bytes.TrimLeft(body, " \t\r\n"); len(b) > 0 && b[0] == '[' {
		return nil, refused(http.StatusBadRequest, "batches are not served: send one operation in each request")
	}
	p, bad := split(body)
	if bad != nil {
		return nil, bad
	}
	out, bad := p.decode()
	if bad != nil {
		return nil, bad
	}
	var id string
	if p.documentID != nil && json.Unmarshal(p.documentID, &id) != nil {
		return nil, refused(http.StatusBadRequest, "documentId must be a string or null")
	}
	return complete(out, id)
}

// complete refuses a request that names no document at all.
func complete(p *graphql.RawParams, documentID string) (*graphql.RawParams, *refusal) {
	if bad := asExtension(p, documentID); bad != nil {
		return nil, bad
	}
	if p.Query == "" && p.Extensions[persistedQuery] == nil {
		return nil, refused(http.StatusBadRequest, "query is missing")
	}
	return p, nil
}

// parameters are the parts of a request as well-formed JSON; nil where absent.
type parameters struct{ query, operationName, variables, extensions, documentID json.RawMessage }

func (p *parameters) named(name []byte) *json.RawMessage {
	switch string(name) {
	case "query":
		return &p.query
	case "operationName":
		return &p.operationName
	case "variables":
		return &p.variables
	case "extensions":
		return &p.extensions
	case "documentId":
		return &p.documentID
	}
	return nil
}

func (p *parameters) decode() (*graphql.RawParams, *refusal) {
	out := &graphql.RawParams{}
	for _, part := range []struct {
		name string
		from json.RawMessage
		into *string
	}{{"query", p.query, &out.Query}, {"operationName", p.operationName, &out.OperationName}} {
		if part.from != nil && json.Unmarshal(part.from, part.into) != nil {
			return nil, refused(http.StatusBadRequest, "%s must be a string or null", part.name)
		}
	}
	for _, part := range []struct {
		name string
		from json.RawMessage
		into *map[string]any
	}{{"variables", p.variables, &out.Variables}, {"extensions", p.extensions, &out.Extensions}} {
		if part.from == nil {
			continue
		}
		dec := json.NewDecoder(bytes.NewReader(part.from))
		dec.UseNumber() // large integers arrive whole
		if err := dec.Decode(part.into); err != nil {
			return nil, refused(http.StatusBadRequest, "%s must be an object or null", part.name)
		}
	}
	return out, nil
}
