package mail

import (
	"embed"
	"fmt"
	html "html/template"
	"slices"
	"strings"
	text "text/template"
	"unicode"

	"styleshare/internal/localize"
)

// Kind is what a mail is about.
type Kind string

// The mails of the service, and what each needs of Data.
const (
	VerifyEmail     Kind = "verify_email"     // Service, Link
	PasswordReset   Kind = "password_reset"   // Service, Link, Minutes
	PasswordChanged Kind = "password_changed" // Service; Link to where a stranger's change can be undone, if there is such a place
	AccountDeleted  Kind = "account_deleted"  // Service, Until
	AccountRestored Kind = "account_restored" // Service
	ExportReady     Kind = "export_ready"     // Service, Link, Until
	Notification    Kind = "notification"     // Service, Message, Link, UnsubscribeURL; PictureURL if there is a picture
	Digest          Kind = "digest"           // Service, Link, UnsubscribeURL, and News or Styles
)

// Data is what the templates put into the mails. Addresses are absolute, http or https.
type Data struct {
	// Service is the name of the service: Sender.Service().
	Service string
	// Name greets the person; empty for mails to an address that may not be theirs.
	Name    string
	Message string
	Link    string
	// Minutes is how long Link works.
	Minutes int
	// Until is the day, in words, up to which something can be done.
	Until          string
	PictureURL     string
	UnsubscribeURL string
	// News are sentences, Styles the names of those who made them with their pictures.
	News, Styles []Item
}

// Item is one of the things that a digest tells. PictureURL may be empty.
type Item struct{ Text, Link, PictureURL string }

//go:embed templates
var templates embed.FS

var (
	htmlMail = html.Must(html.ParseFS(templates, "templates/mail.html.tmpl"))
	textMail = text.Must(text.ParseFS(templates, "templates/mail.txt.tmpl"))
)

// view is a mail with all its sentences in one language.
type view struct {
	Language localize.Language
	Data

	Subject, Greeting, Body, Button, LinkFallback, Ignore, Automatic, UnsubscribeWhy, Unsubscribe, StylesTitle string
	// StyleRows are the styles, two in a row.
	StyleRows [][]Item
}

// Render writes a mail in a language, as HTML and as plain text that says the same. The caller adds To and
// IdempotencyKey. An error is a fault of the caller: something that the kind needs is missing.
func Render(lang localize.Language, kind Kind, d Data) (Message, error) {
	if err := check(kind, &d); err != nil {
		return Message{}, fmt.Errorf("mail: %s: %w", kind, err)
	}
	v := describe(lang, kind, d)
	var h, t strings.Builder
	if err := htmlMail.Execute(&h, v); err != nil {
		return Message{}, fmt.Errorf("mail: %s: %w", kind, err)
	}
	if err := textMail.Execute(&t, v); err != nil {
		return Message{}, fmt.Errorf("mail: %s: %w", kind, err)
	}
	return Message{Subject: v.Subject, Text: t.String(), HTML: h.String(), ListUnsubscribeURL: d.UnsubscribeURL}, nil
}

func describe(lang localize.Language, kind Kind, d Data) view {
	prefix := "mail." + string(kind)
	v := view{
		Language: lang, Data: d,
		Button:         lang.Text(prefix + ".button"),
		LinkFallback:   lang.Text("mail.link_fallback"),
		Automatic:      lang.Text("mail.automatic", d.Service),
		UnsubscribeWhy: lang.Text("mail.unsubscribe_why", d.Service),
		Unsubscribe:    lang.Text("mail.unsubscribe"),
	}
	if d.Name != "" {
		v.Greeting = lang.Text("mail.greeting", d.Name)
	}
	if kind == Notification {
		v.Subject, v.Body = d.Message, d.Message
		return v
	}
	v.Subject = lang.Text(prefix+".subject", d.Service)
	v.Body = lang.Text(prefix+".body", d.Service, d.Minutes, d.Until)
	if kind == Digest {
		v.UnsubscribeWhy = lang.Text("mail.digest.unsubscribe_why", d.Service)
		v.StylesTitle = lang.Text("mail.digest.styles")
		v.StyleRows = slices.Collect(slices.Chunk(d.Styles, 2))
		return v
	}
	v.Ignore = lang.Text(prefix + ".ignore")
	return v
}

// check finds what is missing, and straightens what people wrote so that it fits into one line.
func check(kind Kind, d *Data) error {
	needsLink := true
	switch kind {
	case VerifyEmail:
	case PasswordReset:
		if d.Minutes < 1 {
			return fmt.Errorf("needs positive Minutes")
		}
	case PasswordChanged, AccountRestored:
		needsLink = false
	case AccountDeleted, ExportReady:
		needsLink = kind == ExportReady
		if d.Until == "" {
			return fmt.Errorf("needs Until")
		}
	case Notification:
		if d.Message == "" || d.UnsubscribeURL == "" {
			return fmt.Errorf("needs Message and UnsubscribeURL")
		}
	case Digest:
		if len(d.News)+len(d.Styles) == 0 || d.UnsubscribeURL == "" {
			return fmt.Errorf("needs News or Styles, and UnsubscribeURL")
		}
	default:
		return fmt.Errorf("there is no such mail")
	}
	if d.Service == "" || needsLink && d.Link == "" {
		return fmt.Errorf("needs Service and Link")
	}
	switch kind { // nobody unsubscribes from mails about their account
	case Notification:
		d.News, d.Styles = nil, nil
	case Digest:
		d.PictureURL = ""
	default:
		d.PictureURL, d.UnsubscribeURL, d.News, d.Styles = "", "", nil, nil
	}
	d.Service, d.Name, d.Message = oneLine(d.Service), oneLine(d.Name), oneLine(d.Message)
	return straighten(d)
}

// straighten checks the addresses and puts what people wrote into one line.
func straighten(d *Data) error {
	addresses := map[string][]*string{"Link": {&d.Link}, "PictureURL": {&d.PictureURL}, "UnsubscribeURL": {&d.UnsubscribeURL}}
	for _, items := range []*[]Item{&d.News, &d.Styles} {
		*items = slices.Clone(*items)
		for i := range *items {
			item := &(*items)[i]
			item.Text = oneLine(item.Text)
			if item.Text == "" || item.Link == "" {
				return fmt.Errorf("has an item without Text or Link")
			}
			addresses["Item"] = append(addresses["Item"], &item.Link, &item.PictureURL)
		}
	}
	for name, all := range addresses {
		for _, address := range all {
			if *address == "" {
				continue
			}
			u, err := webURL(*address)
			if err != nil {
				return fmt.Errorf("%s %w", name, err)
			}
			*address = u.String()
		}
	}
	return nil
}

// oneLine joins lines and drops control characters: names and captions end up in subjects.
func oneLine(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	return strings.Join(words, " ")
}
