package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/internal/telemetry"
	"styleshare/internal/testkit"
	"styleshare/internal/web"
)

// serving is the handler as the server would wire it, with its log.
func serving(t *testing.T, schema *tiny, c Config) (http.Handler, *testkit.Log) {
	t.Helper()
	log := &testkit.Log{}
	var err error
	if c.Log, err = telemetry.NewLogger(log, telemetry.JSON, slog.LevelInfo); err != nil {
		t.Fatal(err)
	}
	return web.Chain(NewHandler(NewExecutor(schema, c)), web.RequestID, web.AccessLog(c.Log), web.Recover(c.Log)), log
}

func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func query(text string) *http.Request {
	body, _ := json.Marshal(map[string]string{"query": text})
	return post(string(body))
}

func with(r *http.Request, name, value string) *http.Request {
	r.Header.Set(name, value)
	return r
}

func get(values url.Values) *http.Request {
	return httptest.NewRequest(http.MethodGet, "/graphql?"+values.Encode(), nil)
}

func answer(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	h, _ := serving(t, newTiny(), Config{Limits: Limits{BodyBytes: 1000}})
	hello := `{"query":"{hello}"}`
	const world = `{"data":{"hello":"world"}}`
	tests := map[string]struct {
		request *http.Request
		status  int
		body    string // all of it, or a part where it begins and ends with …
		header  [2]string
	}{
		"post":                      {post(hello), 200, world, [2]string{"Content-Type", "application/json; charset=utf-8"}},
		"content length":            {post(hello), 200, world, [2]string{"Content-Length", "26"}},
		"new media type":            {with(post(hello), "Accept", "application/graphql-response+json"), 200, world, [2]string{"Content-Type", "application/graphql-response+json; charset=utf-8"}},
		"new type preferred":        {with(post(hello), "Accept", "application/json, application/graphql-response+json"), 200, world, [2]string{"Content-Type", "application/graphql-response+json; charset=utf-8"}},
		"qualities":                 {with(post(hello), "Accept", "application/graphql-response+json;q=0.1, application/json;q=0.9"), 200, world, [2]string{"Content-Type", "application/json; charset=utf-8"}},
		"json refused by quality":   {with(post(hello), "Accept", "application/json;q=0, */*"), 200, world, [2]string{"Content-Type", "application/graphql-response+json; charset=utf-8"}},
		"any type":                  {with(post(hello), "Accept", "*/*"), 200, world, [2]string{"Content-Type", "application/json; charset=utf-8"}},
		"not acceptable":            {with(post(hello), "Accept", "text/html"), 406, "…application/graphql-response+json…", [2]string{"Content-Type", "application/json; charset=utf-8"}},
		"not acceptable charset":    {with(post(hello), "Accept", "application/json; charset=utf-16"), 406, "…BAD_USER_INPUT…", [2]string{}},
		"nan quality":               {with(post(hello), "Accept", "application/json;q=NaN"), 406, "…BAD_USER_INPUT…", [2]string{}},
		"body charset":              {with(post(hello), "Content-Type", "application/json; charset=UTF-8"), 200, world, [2]string{}},
		"other body charset":        {with(post(hello), "Content-Type", "application/json; charset=latin1"), 415, "…UTF-8…", [2]string{}},
		"form":                      {with(post("query={hello}"), "Content-Type", "application/x-www-form-urlencoded"), 415, "…application/json…", [2]string{}},
		"multipart":                 {with(post(hello), "Content-Type", "multipart/form-data; boundary=x"), 415, "…application/json…", [2]string{}},
		"compressed":                {with(post(hello), "Content-Encoding", "gzip"), 415, "…uncompressed…", [2]string{}},
		"no content type":           {with(post(hello), "Content-Type", ""), 415, "…application/json…", [2]string{}},
		"put":                       {httptest.NewRequest(http.MethodPut, "/graphql", nil), 405, "…BAD_USER_INPUT…", [2]string{"Allow", "GET, POST"}},
		"get":                       {get(url.Values{"query": {"{hello}"}}), 200, world, [2]string{"Cache-Control", "no-store"}},
		"get with variables":        {get(url.Values{"query": {"query Q($t:String){echo(text:$t)}"}, "variables": {`{"t":"ab"}`}, "operationName": {"Q"}}), 200, `{"data":{"echo":"ab"}}`, [2]string{}},
		"get null variables":        {get(url.Values{"query": {"{hello}"}, "variables": {`null`}}), 200, world, [2]string{}},
		"get bad variables":         {get(url.Values{"query": {"{hello}"}, "variables": {`{"a`}}), 400, "…variables is not JSON…", [2]string{}},
		"get trailing variables":    {get(url.Values{"query": {"{hello}"}, "variables": {`{} {}`}}), 400, "…variables is not JSON…", [2]string{}},
		"get list variables":        {get(url.Values{"query": {"{hello}"}, "variables": {`[]`}}), 400, "…variables must be an object or null…", [2]string{}},
		"get twice":                 {get(url.Values{"query": {"{hello}", "{hello}"}}), 400, "…query is given more than once…", [2]string{}},
		"get invalid utf-8":         {get(url.Values{"query": {"{hello}\xff"}}), 400, "…query is not UTF-8…", [2]string{}},
		"get without query":         {get(nil), 400, "…query is missing…", [2]string{}},
		"get bad escape":            {httptest.NewRequest(http.MethodGet, "/graphql?query=%7Bhello%7D&x=%zz", nil), 400, "…not well-formed…", [2]string{}},
		"get too long":              {get(url.Values{"query": {"{hello}" + strings.Repeat(" ", 1000)}}), 414, "…BAD_USER_INPUT…", [2]string{}},
		"get mutation":              {get(url.Values{"query": {"mutation{bump}"}}), 405, "…POST…", [2]string{"Allow", "POST"}},
		"post mutation":             {query("mutation{bump}"), 200, `{"data":{"bump":"1"}}`, [2]string{}},
		"subscription":              {query("subscription{tick}"), 200, "…WebSocket…", [2]string{}},
		"subscription, new type":    {with(query("subscription{tick}"), "Accept", mediaGraphQL), 400, "…WebSocket…", [2]string{}},
		"batch":                     {post(` [` + hello + `]`), 400, "…send one operation in each request…", [2]string{}},
		"empty body":                {post(""), 400, "…not a JSON object…", [2]string{}},
		"string body":               {post(`"{hello}"`), 400, "…not a JSON object…", [2]string{}},
		"cut body":                  {post(`{"query":"{hello}"`), 400, "…not a JSON object…", [2]string{}},
		"trailing garbage":          {post(hello + "x"), 400, "…behind the JSON object…", [2]string{}},
		"second object":             {post(hello + hello), 400, "…behind the JSON object…", [2]string{}},
		"trailing space":            {post(hello + " \n"), 200, world, [2]string{}},
		"duplicate key":             {post(`{"query":"{hello}","query":"{crash}"}`), 400, "…query is given more than once…", [2]string{}},
		"duplicate null key":        {post(`{"query":null,"query":"{hello}"}`), 400, "…query is given more than once…", [2]string{}},
		"other case":                {post(`{"Query":"{hello}"}`), 400, "…query is missing…", [2]string{}},
		"unknown key":               {post(`{"query":"{hello}","id":[1,{}]}`), 200, world, [2]string{}},
		"null query":                {post(`{"query":null}`), 400, "…query is missing…", [2]string{}},
		"empty query":               {post(`{"query":""}`), 400, "…query is missing…", [2]string{}},
		"number query":              {post(`{"query":1}`), 400, "…query must be a string or null…", [2]string{}},
		"list variables":            {post(`{"query":"{hello}","variables":[1]}`), 400, "…variables must be an object or null…", [2]string{}},
		"string extensions":         {post(`{"query":"{hello}","extensions":"x"}`), 400, "…extensions must be an object or null…", [2]string{}},
		"all null":                  {post(`{"query":"{hello}","variables":null,"extensions":null,"operationName":null}`), 200, world, [2]string{}},
		"invalid utf-8":             {post("{\"query\":\"{hello}\xff\"}"), 400, "…not UTF-8…", [2]string{}},
		"nul byte in json":          {post("{\"query\":\"{hello}\x00\"}"), 400, "…not a JSON object…", [2]string{}},
		"nul in the document":       {post(`{"query":"{hello\u0000}"}`), 200, "…BAD_USER_INPUT…", [2]string{}},
		"nul in a variable":         {post(`{"query":"query($t:String){echo(text:$t)}","variables":{"t":"a\u0000b"}}`), 200, `{"data":{"echo":"a\u0000b"}}`, [2]string{}},
		"lone surrogate":            {post(`{"query":"query($t:String){echo(text:$t)}","variables":{"t":"\ud800"}}`), 200, "{\"data\":{\"echo\":\"\ufffd\"}}", [2]string{}},
		"deep json":                 {post(`{"query":"{hello}","variables":{"t":` + strings.Repeat("[", 400) + strings.Repeat("]", 400) + `}}`), 200, world, [2]string{}},
		"body at the limit":         {post(hello + strings.Repeat(" ", 1000-len(hello))), 200, world, [2]string{}},
		"body over the limit":       {post(hello + strings.Repeat(" ", 1001-len(hello))), 413, "…1000 bytes…", [2]string{}},
		"parse error":               {query("{hello"), 200, "…BAD_USER_INPUT…", [2]string{}},
		"parse error, new type":     {with(query("{hello"), "Accept", mediaGraphQL), 400, `…"locations":[{"line":1…`, [2]string{}},
		"unknown field":             {query("{helo}"), 200, "…Cannot query field…", [2]string{}},
		"unknown field, new type":   {with(query("{helo}"), "Accept", mediaGraphQL), 400, "…Cannot query field…", [2]string{}},
		"no operation":              {query("fragment F on Query{hello}"), 200, "…no operation…", [2]string{}},
		"only a comment":            {query("# nothing"), 200, "…BAD_USER_INPUT…", [2]string{}},
		"which operation":           {query("query A{hello} query B{hello}"), 200, "…several operations…", [2]string{}},
		"no such operation":         {post(`{"query":"query A{hello}","operationName":"B"}`), 200, "…no operation of the name…", [2]string{}},
		"introspection is off":      {with(query("{__schema{types{name}}}"), "Accept", mediaGraphQL), 403, "…FORBIDDEN…", [2]string{}},
		"introspection, fragment":   {query("{...F} fragment F on Query{__type(name:\"Query\"){name}}"), 200, "…FORBIDDEN…", [2]string{}},
		"typename is always on":     {query("{__typename}"), 200, `{"data":{"__typename":"Query"}}`, [2]string{}},
		"huge int":                  {post(`{"query":"query($a:Int!){add(a:$a,b:1)}","variables":{"a":1e400}}`), 200, "…$a …", [2]string{}},
		"int over 64 bits":          {post(`{"query":"query($a:Int!){add(a:$a,b:1)}","variables":{"a":99999999999999999999}}`), 200, "…$a …", [2]string{}},
		"wrong type":                {with(post(`{"query":"query($a:Int!){add(a:$a,b:1)}","variables":{"a":{"b":[]}}}`), "Accept", mediaGraphQL), 400, "…$a …", [2]string{}},
		"missing variable":          {post(`{"query":"query($a:Int!){add(a:$a,b:1)}"}`), 200, "…$a must be defined…", [2]string{}},
		"null in a non-null":        {post(`{"query":"query($f:Filter!){find(filter:$f)}","variables":{"f":{"text":null}}}`), 200, "…$f.text cannot be null…", [2]string{}},
		"unknown input field":       {post(`{"query":"query($f:Filter!){find(filter:$f)}","variables":{"f":{"text":"x","y":1}}}`), 200, "…$f.y unknown field…", [2]string{}},
		"wrong list item":           {post(`{"query":"query($f:Filter!){find(filter:$f)}","variables":{"f":{"text":"x","flags":[true,3]}}}`), 200, "…$f.flags[1] must be true or false…", [2]string{}},
		"unused variables may come": {post(`{"query":"{hello}","variables":{"x":1}}`), 200, world, [2]string{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := answer(h, tt.request)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			checkBody(t, w, tt.body)
			if got := w.Header().Get(tt.header[0]); tt.header[0] != "" && got != tt.header[1] {
				t.Errorf("%s is %q, want %q", tt.header[0], got, tt.header[1])
			}
		})
	}
}

func checkBody(t *testing.T, w *httptest.ResponseRecorder, want string) {
	t.Helper()
	got := w.Body.String()
	if part := strings.Trim(want, "…"); part != want {
		if !strings.Contains(got, part) {
			t.Errorf("answer %s, want %s in it", got, part)
		}
	} else if got != want {
		t.Errorf("answer %s, want %s", got, want)
	}
	var parsed struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions map[string]any
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &parsed); err != nil {
		t.Fatalf("answer %s: %v", got, err)
	}
	if (parsed.Data == nil) == (len(parsed.Errors) == 0) {
		t.Errorf("answer %s: want either data or errors", got)
	}
	for _, e := range parsed.Errors {
		if e.Message == "" || e.Extensions["code"] == nil {
			t.Errorf("answer %s: an error without message or code", got)
		}
	}
}

func TestUnknownLengthIsBounded(t *testing.T) {
	t.Parallel()
	h, _ := serving(t, newTiny(), Config{Limits: Limits{BodyBytes: 100}})
	r := post("")
	r.ContentLength = -1
	endless := &countingReader{}
	r.Body = io.NopCloser(endless)
	if w := answer(h, r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if endless.n > 10_000 {
		t.Errorf("%d bytes were read of a body limited to 100", endless.n)
	}
}

// countingReader is an endless body.
type countingReader struct{ n int }

func (r *countingReader) Read(p []byte) (int, error) {
	r.n += len(p)
	return copy(p, bytes.Repeat([]byte{' '}, len(p))), nil
}

func TestAccessLogKnowsTheOperation(t *testing.T) {
	t.Parallel()
	h, log := serving(t, newTiny(), Config{})
	answer(h, with(post(`{"query":"query Greet($t:String){echo(text:$t)}","variables":{"t":"kim@example.com"}}`), "Authorization", "Bearer s3cret"))
	line := log.String()
	for _, want := range []string{`"name":"Greet"`, `"type":"query"`, `"status":200`, `"request_id":"`} {
		if !strings.Contains(line, want) {
			t.Errorf("log %s: want %s", line, want)
		}
	}
	for _, secret := range []string{"kim@", "s3cret", "echo", "192.0.2.1"} {
		if strings.Contains(line, secret) {
			t.Errorf("log %s: has %s", line, secret)
		}
	}
}

func TestExtensionsAndDataAsMade(t *testing.T) {
	t.Parallel()
	schema := newTiny()
	exec := NewExecutor(schema, Config{})
	exec.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		resp := next(ctx)
		resp.Extensions = map[string]any{"cost": 3}
		resp.Data = json.RawMessage("{\"hello\":\t\"world\"}") // not compacted, not checked
		return resp
	})
	w := answer(NewHandler(exec), query("{hello}"))
	if got, want := w.Body.String(), "{\"extensions\":{\"cost\":3},\"data\":{\"hello\":\t\"world\"}}"; got != want {
		t.Errorf("answer %s, want %s", got, want)
	}
}
