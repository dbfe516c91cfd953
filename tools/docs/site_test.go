package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkout makes a small one: these files, and what every site needs.
func checkout(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	all := map[string]string{
		"graph/schema/base.graphqls": "\"A member.\"\ntype User { \"Their name.\" name(short: Boolean = true): String! }\ntype Query { \"One.\" user: User @deprecated(reason: \"ask for two\") }\n",
		"docs/index.md":              "# Home\n\n## Pages\n\n[One](one.md)\n\n## Schema\n\n" + referenceLinks,
		"docs/one.md":                "# One\n\nSee [two](#two-words) and [the queries](reference/queries.md#user).\n\n## Two words\n",
	}
	for _, name := range []string{"screens", "actions", "fragments"} {
		all["graph/operations/"+name+".graphql"] = "query " + name + " { user { name } }\n"
	}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		if err := writeFile(filepath.Join(root, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const referenceLinks = "[q](reference/queries.md) [m](reference/mutations.md) [s](reference/subscriptions.md) [o](reference/objects.md) " +
	"[i](reference/interfaces.md) [n](reference/inputs.md) [e](reference/enums.md) [c](reference/scalars.md) [d](reference/directives.md) [a](reference/operations.md)"

func TestSite(t *testing.T) {
	t.Parallel()
	root := checkout(t, map[string]string{"docs/guide.ko.md": "# 안내\n\n[x](one.md) [the units](../deploy/unit.service) <script>alert(1)</script>\n",
		"deploy/unit.service": "x", "docs/index.md": "# Home\n\n## Pages\n\n[One](one.md) [안내](guide.ko.md)\n\n## Schema\n\n" + referenceLinks})
	if _, err := build(root); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root, "docs", "site", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	one := read("one.html")
	for _, want := range []string{`<html lang="en">`, `<title>One · StyleShare</title>`, `href="reference/queries.html#user"`, `<h2 id="two-words">`, `aria-current="page">One</a>`} {
		if !strings.Contains(one, want) {
			t.Errorf("one.html has no %s", want)
		}
	}
	korean := read("guide.ko.html")
	if !strings.Contains(korean, `<html lang="ko">`) || !strings.Contains(korean, "the units <code>deploy/unit.service</code>") || strings.Contains(korean, "<script>") {
		t.Error(korean)
	}
	queries := read("reference/queries.html")
	for _, want := range []string{`<h2 id="user">user</h2>`, "Deprecated: ask for two", `href="objects.html#user"`, `href="../one.html"`} {
		if !strings.Contains(strings.ReplaceAll(queries, `href="../reference/`, `href="`), want) {
			t.Errorf("queries.html has no %s in %s", want, queries)
		}
	}
	if objects := read("reference/objects.html"); !strings.Contains(objects, "Their name.") || !strings.Contains(objects, "<code>true</code>") {
		t.Error(objects)
	}
}

func TestMistakesOfPages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, text, want string }{
		"a link to no page":        {"docs/one.md", "# One\n\n[x](three.md)\n", "docs/one.md: the link three.md leads nowhere"},
		"a link to no heading":     {"docs/one.md", "# One\n\n[x](#three)\n", "docs/one.md: the link #three leads nowhere"},
		"a picture that is not":    {"docs/one.md", "# One\n\n![x](x.png)\n", "docs/one.md: the link x.png leads nowhere"},
		"a page nobody can find":   {"docs/two.md", "# Two\n", "docs/two.md: docs/index.md does not name it"},
		"a schema that is not one": {"graph/schema/x.graphqls", "type {", "Expected Name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := build(checkout(t, map[string]string{c.file: c.text}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// Every link of the project's own pages leads somewhere.
func TestOwnPages(t *testing.T) {
	t.Parallel()
	s, err := load("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.pages) < 20 {
		t.Errorf("%d pages", len(s.pages))
	}
}
