package e2e

import (
	"archive/zip"
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestExport asks for an archive and follows the mailed link, and links that were changed.
func TestExport(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	mina := s.SignUp(t, "mina", "locale", "en")
	mina.Published(t, mina.Publish(t, "my coat #coat", mina.Upload(t, picture(t, 40, 60), "image/jpeg")))
	mina.Do(t, `mutation { exportData(input: {}) { userErrors { code } } }`, nil).OK(t)
	link := s.Link(t, s.Mail(t, mina.Email, "Your data is ready"), "/export")

	leads := Send(t, http.MethodGet, link, nil)
	if leads.Status != http.StatusSeeOther {
		t.Fatalf("status %d", leads.Status)
	}
	a := Send(t, http.MethodGet, leads.Header.Get("Location"), nil)
	archive, err := zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body)))
	if a.Status != http.StatusOK || err != nil {
		t.Fatalf("status %d, %v", a.Status, err)
	}
	var names []string
	for _, f := range archive.File {
		names = append(names, f.Name)
	}
	isPicture := func(name string) bool { return strings.HasPrefix(name, "photos/") }
	if !slices.Contains(names, "profile.json") || !slices.Contains(names, "styles.json") || !slices.ContainsFunc(names, isPicture) {
		t.Errorf("the archive has %v", names)
	}
	if forged := Send(t, http.MethodGet, link+"x", nil); forged.Status != http.StatusNotFound {
		t.Errorf("a changed link gives %d", forged.Status)
	}
	s.Exec(t, `update exports set expires_at = now() - interval '1 second'`)
	if late := Send(t, http.MethodGet, link, nil); late.Status != http.StatusGone {
		t.Errorf("a link that has expired gives %d", late.Status)
	}
}
