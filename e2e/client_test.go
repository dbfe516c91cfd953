package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"styleshare/graph"
)

// Vars are the variables of an operation.
type Vars = map[string]any

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Data, Errors and Extensions are read from the body where it is a GraphQL response.
	Data       map[string]any `json:"data"`
	Errors     []AnswerError  `json:"errors"`
	Extensions map[string]any `json:"extensions"`
}

// AnswerError is one of the errors of an answer.
type AnswerError struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// At is the value at a path such as "viewer.feed.nodes.0.id"; nil where there is none.
func (a Answer) At(path string) any {
	var at any = a.Data
	for step := range strings.SplitSeq(path, ".") {
		switch value := at.(type) {
		case map[string]any:
			at = value[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(value) {
				return nil
			}
			at = value[i]
		default:
			return nil
		}
	}
	return at
}

// Text is At for a string, "" where there is none.
func (a Answer) Text(path string) string {
	s, _ := a.At(path).(string)
	return s
}

// Number is At for a number, -1 where there is none.
func (a Answer) Number(path string) int {
	n, ok := a.At(path).(float64)
	if !ok {
		return -1
	}
	return int(n)
}

// List is At for a list.
func (a Answer) List(path string) []any {
	list, _ := a.At(path).([]any)
	return list
}

// Each is the value of a field of each element of the list at a path, as strings.
func (a Answer) Each(path, field string) []string {
	all := []string{}
	for i := range a.List(path) {
		all = append(all, a.Text(path+"."+strconv.Itoa(i)+"."+field))
	}
	return all
}

// Code is the code of the first error, or of the first user error of a mutation, "" where all went well.
func (a Answer) Code() string {
	if len(a.Errors) > 0 {
		code, _ := a.Errors[0].Extensions["code"].(string)
		return code
	}
	for field := range a.Data {
		if code := a.Text(field + ".userErrors.0.code"); code != "" {
			return code
		}
	}
	return ""
}

// OK fails the test unless the operation did all that was asked.
func (a Answer) OK(t testing.TB) Answer {
	t.Helper()
	if a.Status != http.StatusOK || a.Code() != "" || a.Data == nil {
		t.Fatalf("status %d: %s", a.Status, a.Body)
	}
	return a
}

// Refused fails the test unless the first error, or user error, has a code.
func (a Answer) Refused(t testing.TB, code string) Answer {
	t.Helper()
	if a.Code() != code {
		t.Fatalf("want %s, got status %d: %s", code, a.Status, a.Body)
	}
	return a
}

// client keeps connections, and follows no redirect.
var client = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       patience,
}

// Send sends a request and reads the whole answer.
func Send(t testing.TB, method, url string, body []byte, headers ...string) Answer {
	t.Helper()
	answer, err := trySend(t.Context(), method, url, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// trySend is Send for servers that may be gone. Headers are like "Name: value"; the last one of a name counts.
func trySend(ctx context.Context, method, url string, body []byte, headers ...string) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	answer := Answer{Status: resp.StatusCode, Header: resp.Header}
	if answer.Body, err = io.ReadAll(resp.Body); err != nil {
		return answer, err
	}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		_ = json.Unmarshal(answer.Body, &answer)
	}
	return answer, nil
}

// Do asks the first server. operation is the text of one, or the name of one of the apps' own; an empty token is nobody's.
func (s *Stack) Do(t testing.TB, token, operation string, variables Vars, headers ...string) Answer {
	t.Helper()
	return s.Servers[0].Do(t, token, operation, variables, headers...)
}

// Do asks this server.
func (p *Process) Do(t testing.TB, token, operation string, variables Vars, headers ...string) Answer {
	t.Helper()
	answer, err := p.Try(t.Context(), token, operation, variables, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// Try is Do for servers that may be gone.
func (p *Process) Try(ctx context.Context, token, operation string, variables Vars, headers ...string) (Answer, error) {
	query := operation
	if !strings.Contains(operation, "{") {
		query = appOperations()[operation]
	}
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return Answer{}, err
	}
	all := []string{"Content-Type: application/json"}
	if token != "" {
		all = append(all, "Authorization: Bearer "+token)
	}
	return trySend(ctx, http.MethodPost, p.URL+"/graphql", body, append(all, headers...)...)
}

// appOperations are the apps' operations by name, each with the fragments that it needs.
var appOperations = sync.OnceValue(graph.Documents)
