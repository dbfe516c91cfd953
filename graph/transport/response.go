package transport

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"styleshare/internal/fault"
	"styleshare/internal/web"
)

// Refuse answers a request with one GraphQL error, for what stands before the executor: a token that is not valid, a
// rate limit. The cause of err, if any, is the caller's to log.
func Refuse(w http.ResponseWriter, r *http.Request, status int, err *fault.Error) {
	web.SetOperation(r.Context(), web.Operation{Code: string(err.Code)})
	media := negotiate(r)
	if media == "" {
		media = mediaJSON
	}
	write(w, media, status, refusedResponse(r.Context(), err))
}

func refusedResponse(ctx context.Context, err *fault.Error) *graphql.Response {
	out := &gqlerror.Error{}
	fill(ctx, out, err)
	return &graphql.Response{Errors: gqlerror.List{out}}
}

// write sends an answer. Data goes out as the executor made it.
func write(w http.ResponseWriter, media string, status int, resp *graphql.Response) {
	head, tail := envelope(resp)
	h := w.Header()
	h.Set("Content-Type", media+"; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(head)+len(resp.Data)+len(tail)))
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept")
	if after := retryAfter(resp.Errors); after > 0 {
		h.Set("Retry-After", strconv.Itoa(after))
	}
	w.WriteHeader(status)
	// The last bytes go along with the data: by themselves they would be one more packet.
	for _, part := range [][]byte{head, append(resp.Data, tail...)} {
		if _, err := w.Write(part); err != nil { //nolint:gosec // JSON, and called so: no browser takes it for a page
			return // the client is gone
		}
	}
}

// envelope is what stands before and behind resp.Data. An answer without data has no data entry at all, which tells
// clients that nothing was executed.
func envelope(resp *graphql.Response) (head, tail []byte) {
	head, err := json.Marshal(struct {
		Errors     gqlerror.List  `json:"errors,omitempty"`
		Extensions map[string]any `json:"extensions,omitempty"`
	}{resp.Errors, resp.Extensions})
	if err != nil {
		// Only this server's own code puts values there.
		panic("transport: errors or extensions that are no JSON: " + err.Error())
	}
	if resp.Data == nil {
		return head, nil
	}
	head = head[:len(head)-1]
	if len(head) > 1 {
		head = append(head, ',')
	}
	return append(head, `"data":`...), []byte{'}'}
}

func retryAfter(errs gqlerror.List) int {
	after := 0
	for _, err := range errs {
		if s, ok := err.Extensions["retryAfterSeconds"].(int); ok {
			after = max(after, s)
		}
	}
	return after
}

// firstCode is the code of an answer for logs and metrics; empty where all went well.
func firstCode(errs gqlerror.List) string {
	if len(errs) == 0 {
		return ""
	}
	code, _ := errs[0].Extensions["code"].(string)
	return code
}

// statusOf is the HTTP status of an answer from the executor. Clients of the older media type read errors from
// the body only, so what is well-formed is 200 for them.
func statusOf(media string, resp *graphql.Response) int {
	if resp.Data != nil || media == mediaJSON {
		return http.StatusOK
	}
	code := fault.Code(firstCode(resp.Errors))
	if code == fault.CostExceeded && retryAfter(resp.Errors) > 0 {
		return http.StatusTooManyRequests
	}
	switch code {
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Internal:
		return http.StatusInternalServerError
	default:
		return http.StatusBadRequest
	}
}
