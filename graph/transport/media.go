package transport

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// The media types of answers. The older one hides request errors behind status 200.
const (
	mediaJSON    = "application/json"
	mediaGraphQL = "application/graphql-response+json"
)

// negotiate chooses the media type of the answer; "" where the client accepts neither. The newer one is chosen only
// where it is named, since "*/*" comes from clients that do not know it.
func negotiate(r *http.Request) string {
	accept := accepted(r)
	if strings.TrimSpace(accept) == "" {
		return mediaJSON
	}
	q := qualities(accept)
	json := firstOf(q, mediaJSON, "application/*", "*/*")
	gql, named := q[mediaGraphQL]
	if !named {
		gql = firstOf(q, "application/*", "*/*")
	}
	switch {
	case named && gql > 0 && gql >= json:
		return mediaGraphQL
	case json > 0:
		return mediaJSON
	case gql > 0:
		return mediaGraphQL
	default:
		return ""
	}
}

func accepted(r *http.Request) string { return strings.Join(r.Header.Values("Accept"), ",") }

// qualities reads an Accept header into the best quality of each media range that can carry UTF-8.
func qualities(accept string) map[string]float64 {
	out := map[string]float64{}
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil || !isUTF8(params["charset"]) {
			continue
		}
		q := 1.0
		if s, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(s, 64); err != nil || !(q >= 0 && q <= 1) {
				continue
			}
		}
		out[media] = max(out[media], q)
	}
	return out
}

func firstOf(q map[string]float64, ranges ...string) float64 {
	for _, r := range ranges {
		if v, ok := q[r]; ok {
			return v
		}
	}
	return 0
}

// acceptsBody says whether a request's body is uncompressed JSON in UTF-8.
func acceptsBody(h http.Header) bool {
	if enc := h.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return false
	}
	media, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && media == mediaJSON && isUTF8(params["charset"])
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
