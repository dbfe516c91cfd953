package resolvers

import (
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"styleshare/internal/auth"
	"styleshare/internal/fault"
	"styleshare/internal/localize"
	"styleshare/loaders"
	"styleshare/models"
)

// The pages behind the links of mails and notifications, for people whose app does not open them. Looking at a page
// changes nothing, because mail programs look ahead: a button does.

//go:embed pages.gohtml
var pagesFile embed.FS

var pages = template.Must(template.ParseFS(pagesFile, "pages.gohtml"))

// maxForm bounds the body of a form, in bytes.
const maxForm = 16 << 10

// page is what the template shows.
type page struct {
	Lang         localize.Language
	Title, Text  string
	Button       string            // empty where there is nothing to do
	Hidden       map[string]string // goes along with the button
	AskPassword  string            // the label of the password field
	MinPassword  int
	MaxPassword  int
	MistakeFound string
}

// Pages adds the pages to a mux.
func (r *Resolver) Pages(mux *http.ServeMux) {
	handle := func(pattern string, h http.HandlerFunc) {
		mux.Handle(pattern, r.Identify(http.MaxBytesHandler(h, maxForm)))
	}
	handle("GET /verify-email", r.ask("verify_email"))
	handle("POST /verify-email", r.verifyEmailPage)
	handle("GET /reset-password", r.ask("reset_password"))
	handle("POST /reset-password", r.resetPasswordPage)
	handle("GET /unsubscribe", r.ask("unsubscribe"))
	handle("POST /unsubscribe", r.unsubscribePage)
	handle("GET /open/{id}", r.ask("open"))
	handle("GET /export", r.exportPage)
}

// ask shows a page with its button; what stands in the address goes along with it.
func (r *Resolver) ask(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) { r.show(w, req, http.StatusOK, name, nil) }
}

func (r *Resolver) show(w http.ResponseWriter, req *http.Request, status int, name string, mistake error) {
	lang := loaders.CallerOf(req.Context()).Language
	p := page{Lang: lang, Title: lang.Text("page." + name + ".title"), Text: lang.Text("page." + name + ".text"),
		Hidden: map[string]string{}, MinPassword: auth.MinPassword, MaxPassword: auth.MaxPassword}
	if localize.Has("page." + name + ".button") {
		p.Button = lang.Text("page." + name + ".button")
	}
	for _, key := range []string{"token", "user", "signature"} {
		if value := req.FormValue(key); value != "" {
			p.Hidden[key] = value
		}
	}
	if name == "reset_password" {
		p.AskPassword = lang.Text("page.reset_password.label")
	}
	if faults, ok := errors.AsType[fault.Users](mistake); ok {
		p.MistakeFound = lang.Text(faults[0].Text, faults[0].Args...)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", string(lang))
	header.Set("Cache-Control", "no-store")
	// The form may only go where the page came from, and nothing else is loaded.
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	if err := pages.Execute(w, p); err != nil {
		slog.ErrorContext(req.Context(), "page not written", "page", name, "error", err)
	}
}

// done shows what came of the button: the page of the outcome, the form again where the person can put something right.
func (r *Resolver) done(w http.ResponseWriter, req *http.Request, name string, err error) {
	switch _, ok := errors.AsType[fault.Users](err); {
	case ok:
		r.show(w, req, http.StatusUnprocessableEntity, name, err)
	case fault.CodeOf(err) == fault.RateLimited && err != nil:
		r.show(w, req, http.StatusTooManyRequests, "too_many", nil)
	case err != nil:
		slog.ErrorContext(req.Context(), "page failed", "page", name, "error", err)
		r.show(w, req, http.StatusInternalServerError, "failed", nil)
	default:
		r.show(w, req, http.StatusOK, name+"_done", nil)
	}
}

func (r *Resolver) verifyEmailPage(w http.ResponseWriter, req *http.Request) {
	err := r.allow(req.Context(), tokenByAddress, tokenByAddress, "")
	if err == nil {
		_, err = r.DB.VerifyEmail(req.Context(), models.Attempt{}, req.FormValue("token"))
	}
	r.done(w, req, "verify_email", err)
}

func (r *Resolver) resetPasswordPage(w http.ResponseWriter, req *http.Request) {
	err := r.allow(req.Context(), tokenByAddress, tokenByAddress, "")
	if err == nil {
		err = r.DB.ResetPassword(req.Context(), models.Attempt{}, req.FormValue("token"), req.FormValue("password"))
	}
	r.done(w, req, "reset_password", err)
}

// unsubscribePage also answers the one-click POST of mail programs (RFC 8058): the address alone says who it is.
func (r *Resolver) unsubscribePage(w http.ResponseWriter, req *http.Request) {
	user := req.FormValue("user")
	id, err := strconv.ParseInt(user, 36, 64)
	if err != nil || !auth.Verify(r.LinkKey, models.UnsubscribePurpose, user, req.FormValue("signature")) {
		r.done(w, req, "unsubscribe", fault.Reject("", fault.Expired, "expired_token"))
		return
	}
	r.done(w, req, "unsubscribe", r.DB.UnsubscribeMail(req.Context(), id))
}

// exportTTL is how long the address works that the link of an archive leads to.
const exportTTL = 5 * time.Minute

// exportPage leads to an archive: the link of the mail is signed, and worth nothing when the archive has expired.
func (r *Resolver) exportPage(w http.ResponseWriter, req *http.Request) {
	ctx, text := req.Context(), req.FormValue("export")
	id, err := strconv.ParseInt(text, 36, 64)
	if err != nil || !auth.Verify(r.LinkKey, models.ExportPurpose, text, req.FormValue("signature")) {
		r.show(w, req, http.StatusNotFound, "export", nil)
		return
	}
	e, err := r.DB.Export(ctx, id)
	if err == nil && (e == nil || e.ExpiresAt == nil || !e.ExpiresAt.After(r.DB.Now())) {
		r.show(w, req, http.StatusGone, "export", nil)
		return
	}
	address := ""
	if err == nil {
		address, err = r.Store.PresignGet(ctx, e.ObjectKey(), "styleshare-"+e.CreatedAt.Format(time.DateOnly)+".zip", exportTTL)
	}
	if err != nil {
		r.done(w, req, "export", err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, req, address, http.StatusSeeOther)
}
