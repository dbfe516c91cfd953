package mail

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
)

var sinkPages = template.Must(template.ParseFS(templates, "templates/sink_*.html.tmpl"))

const (
	pagePolicy = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// A caught mail may hold anything. It gets an origin of its own without scripts, forms or frames; it may show
	// pictures, as in a mail program, and its links open outside of the frame.
	mailPolicy = "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)

// Handler shows what was caught: / is the list, messages.json the same for programs (newest first), messages/{id} one
// mail. Its links are relative: mount it below any path that ends in a slash, with http.StripPrefix.
func (s *Sink) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		page(w, "sink_list.html.tmpl", s.Messages())
	})
	mux.HandleFunc("GET /sink.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, templates, "templates/sink.css")
	})
	mux.HandleFunc("GET /messages.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Messages())
	})
	mux.HandleFunc("GET /messages/{id}", s.one(func(w http.ResponseWriter, m SinkMessage) {
		page(w, "sink_message.html.tmpl", &m)
	}))
	mux.HandleFunc("GET /messages/{id}/html", s.one(func(w http.ResponseWriter, m SinkMessage) {
		w.Header().Set("Content-Security-Policy", mailPolicy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(m.HTML))
	}))
	mux.HandleFunc("GET /messages/{id}/raw", s.one(func(w http.ResponseWriter, m SinkMessage) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(m.Raw)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

func (s *Sink) one(show func(http.ResponseWriter, SinkMessage)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		m, found := s.message(id)
		if err != nil || !found {
			http.Error(w, "There is no such mail, or not any more: the sink keeps the last ones only.", http.StatusNotFound)
			return
		}
		show(w, m)
	}
}

func page(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := sinkPages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}
