package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

//go:embed page.html
var layout string

var pageTemplate = template.Must(template.New("page").Parse(layout))

// headingIDs makes the ids of headings as the common hosts of Markdown do, so that a link with an anchor works on both:
// letters and digits of all scripts, lower case, hyphens for spaces.
type headingIDs map[string]int

// Generate implements parser.IDs.
func (ids headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	var b strings.Builder
	for _, r := range strings.ToLower(string(value)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	id := b.String()
	if n := ids[id]; n > 0 {
		ids[id]++
		return []byte(id + "-" + strconv.Itoa(n))
	}
	ids[id]++
	return []byte(id)
}

// Put implements parser.IDs.
func (ids headingIDs) Put(value []byte) { ids[string(value)]++ }

// htmlPath is where a page is below the site: docs/ is its root.
func htmlPath(name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(name, "docs/"), ".md") + ".html"
}

// relative leads from one file of the site to another.
func relative(from, to string) string {
	return strings.Repeat("../", strings.Count(from, "/")) + to
}

// write makes the site anew in dir.
func (s *site) write(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	pictures := map[string]bool{}
	for _, p := range s.pages {
		s.rewriteLinks(p, pictures)
		html, err := s.render(p)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(htmlPath(p.path))), html); err != nil {
			return err
		}
	}
	for name := range pictures {
		content, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(name, "docs/"))), content); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // a site is there to be read
		return err
	}
	return os.WriteFile(file, content, 0o644) //nolint:gosec // a site is there to be read
}

// navSection is a section as one page sees it.
type navSection struct {
	Title string
	Pages []navEntry
}

type navEntry struct {
	Title, Path string
	Here        bool
}

func (s *site) render(p *page) ([]byte, error) {
	var body bytes.Buffer
	if err := markdown.Renderer().Render(&body, p.source, p.tree); err != nil {
		return nil, err
	}
	here := htmlPath(p.path)
	nav := make([]navSection, len(s.nav))
	for i, section := range s.nav {
		nav[i].Title = section.title
		for _, e := range section.pages {
			nav[i].Pages = append(nav[i].Pages, navEntry{Title: e.title, Path: relative(here, htmlPath(e.path)), Here: e.path == p.path})
		}
	}
	language := "en"
	if strings.HasSuffix(p.path, ".ko.md") {
		language = "ko"
	}
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, map[string]any{
		"Title": p.title, "Language": language, "Nav": nav, "Home": relative(here, htmlPath(indexPath)),
		"Body": template.HTML(body.String()), //nolint:gosec // made of the project's own Markdown; goldmark leaves raw HTML out
	})
	return out.Bytes(), err
}

// rewriteLinks has links to pages lead to their HTML. Of links to other files of the checkout the text stays; pictures are
// remembered.
func (s *site) rewriteLinks(p *page, pictures map[string]bool) {
	var away []*ast.Link
	each(p.tree, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Image:
			if name, _ := target(p.path, string(n.Destination)); !external.Match(n.Destination) {
				pictures[name] = true
				n.Destination = []byte(relative(htmlPath(p.path), strings.TrimPrefix(name, "docs/")))
			}
		case *ast.Link:
			name, anchor := target(p.path, string(n.Destination))
			switch {
			case external.Match(n.Destination):
			case s.pages[name] == nil:
				away = append(away, n)
			default:
				n.Destination = []byte(relative(htmlPath(p.path), htmlPath(name)))
				if anchor != "" {
					n.Destination = append(n.Destination, "#"+anchor...)
				}
			}
		}
	})
	for _, link := range away {
		parent := link.Parent()
		for child := link.FirstChild(); child != nil; child = link.FirstChild() {
			parent.InsertBefore(parent, link, child)
		}
		if name, _ := target(p.path, string(link.Destination)); path.Ext(name) != "" {
			code := ast.NewString([]byte(" <code>" + template.HTMLEscapeString(name) + "</code>"))
			code.SetCode(true) // which is written as it is
			parent.InsertBefore(parent, link, code)
		}
		parent.RemoveChild(parent, link)
	}
}
