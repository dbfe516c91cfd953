package web

import (
	"context"
	"net/http"
	"sync/atomic"
)

// recorder notes what a handler answers, and ends the connection with the answer where the server was told to end while
// the request was under way: kept alive, it would be closed a moment later, maybe under the next request of a proxy.
// http.ResponseController reaches the connection through Unwrap.
type recorder struct {
	http.ResponseWriter
	ending *atomic.Bool // nil where Serve does not run
	status int          // 0 until the header is sent
	bytes  int64
}

func record(ctx context.Context, w http.ResponseWriter) *recorder {
	ending, _ := ctx.Value(endingKey).(*atomic.Bool)
	return &recorder{ResponseWriter: w, ending: ending}
}

// begin notes the status that the header is sent with.
func (w *recorder) begin(status int) {
	w.status = status
	if w.ending != nil && status != http.StatusSwitchingProtocols && w.ending.Load() {
		w.Header().Set("Connection", "close")
	}
}

func (w *recorder) WriteHeader(status int) {
	// 1xx answers are followed by the real one, except 101 which hands the connection over.
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.begin(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.begin(http.StatusOK)
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Flush serves handlers that look for http.Flusher instead of using http.ResponseController.
func (w *recorder) Flush() {
	if w.status == 0 {
		w.begin(http.StatusOK)
	}
	// A writer that cannot flush sends everything at the end, which is no failure of the request.
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
