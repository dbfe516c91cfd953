package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// indexPath is the page that the site begins with; its second-level headings, with the pages linked below them, are the
// navigation of all.
const indexPath = "docs/index.md"

// page is one document of the site. Its path is that of its Markdown file in the checkout.
type page struct {
	path, title string
	source      []byte
	tree        ast.Node
	// anchors are the ids that links may lead to; links are where its own lead.
	anchors map[string]bool
	links   []string
}

// site is all pages by path. root is the checkout: links may lead to its files, too.
type site struct {
	root  string
	pages map[string]*page
	nav   []section
}

// section is a heading of the index with the pages below it.
type section struct {
	title string
	pages []entry
}

type entry struct{ title, path string }

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// build writes the site of the checkout at root anew, and says how many pages it has.
func build(root string) (int, error) {
	s, err := load(root)
	if err != nil {
		return 0, err
	}
	return len(s.pages), s.write(filepath.Join(root, "docs", "site"))
}

// load reads all pages and makes those of the reference. The error names every mistake in them.
func load(root string) (*site, error) {
	s := &site{root: root, pages: map[string]*page{}}
	if err := s.read(); err != nil {
		return nil, err
	}
	reference, err := referencePages(root)
	if err != nil {
		return nil, err
	}
	for name, source := range reference {
		s.add(name, source)
	}
	if err := s.readIndex(); err != nil {
		return nil, err
	}
	return s, s.check()
}

// read takes the Markdown files of docs/ and of the root.
func (s *site) read() error {
	return filepath.WalkDir(s.root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(s.root, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if name != "." && name != "docs" && !strings.HasPrefix(name, "docs/") || name == "docs/site" {
				return filepath.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".md" {
			return nil
		}
		source, err := os.ReadFile(file) //nolint:gosec // a file of the checkout
		if err == nil {
			s.add(name, source)
		}
		return err
	})
}

// add parses one page.
func (s *site) add(name string, source []byte) {
	context := parser.NewContext(parser.WithIDs(headingIDs{}))
	p := &page{path: name, title: name, source: source, anchors: map[string]bool{"": true},
		tree: markdown.Parser().Parse(text.NewReader(source), parser.WithContext(context))}
	each(p.tree, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Heading:
			if id, ok := n.AttributeString("id"); ok {
				p.anchors[string(id.([]byte))] = true
			}
			if n.Level == 1 && p.title == name {
				p.title = textOf(n, source)
			}
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.Image:
			p.links = append(p.links, string(n.Destination))
		}
	})
	s.pages[name] = p
}

// readIndex makes the navigation.
func (s *site) readIndex() error {
	index, ok := s.pages[indexPath]
	if !ok {
		return errors.New(indexPath + " is missing")
	}
	for n := index.tree.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level == 2 {
			s.nav = append(s.nav, section{title: textOf(h, index.source)})
		}
		each(n, func(n ast.Node) {
			l, ok := n.(*ast.Link)
			if !ok || len(s.nav) == 0 {
				return
			}
			if to := path.Join("docs", string(l.Destination)); s.pages[to] != nil {
				last := &s.nav[len(s.nav)-1]
				last.pages = append(last.pages, entry{title: textOf(l, index.source), path: to})
			}
		})
	}
	return nil
}

// check finds every link that leads nowhere, and every page to which the navigation does not lead.
func (s *site) check() error {
	var wrong []error
	named := map[string]bool{indexPath: true}
	for _, section := range s.nav {
		for _, e := range section.pages {
			named[e.path] = true
		}
	}
	for name, p := range s.pages {
		if !named[name] {
			wrong = append(wrong, fmt.Errorf("%s: %s does not name it under a heading", name, indexPath))
		}
		for _, link := range p.links {
			if !s.leadsSomewhere(name, link) {
				wrong = append(wrong, fmt.Errorf("%s: the link %s leads nowhere", name, link))
			}
		}
	}
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(wrong...)
}

// external is what leads out of the project: no build of a site depends on other people's servers.
var external = regexp.MustCompile(`^[a-z]+:`)

func (s *site) leadsSomewhere(from, link string) bool {
	if external.MatchString(link) {
		return true
	}
	name, anchor := target(from, link)
	if p := s.pages[name]; p != nil {
		return p.anchors[anchor]
	}
	_, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(name)))
	return err == nil
}

// target is the file of the checkout that a link leads to, and where in it.
func target(from, link string) (name, anchor string) {
	name, anchor, _ = strings.Cut(link, "#")
	if name == "" {
		return from, anchor
	}
	return path.Join(path.Dir(from), name), anchor
}

// each calls f with n and all nodes below it.
func each(n ast.Node, f func(ast.Node)) {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			f(n)
		}
		return ast.WalkContinue, nil
	})
}

// textOf is what a node says without its markup.
func textOf(n ast.Node, source []byte) string {
	var b strings.Builder
	each(n, func(n ast.Node) {
		if t, ok := n.(*ast.Text); ok {
			b.Write(t.Segment.Value(source))
		}
	})
	return b.String()
}
