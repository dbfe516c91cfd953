package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// commandInText finds a command of ours at the beginning of a line or of inline code. What follows a word that begins with
// a capital (NAME, ID, VERSION) or is in brackets stands for what the reader puts there.
var (
	commandInText = regexp.MustCompile("(?m)(?:^\\s*|`)(make|(?:bin/)?styleshare)((?: +[A-Za-z-][^\\s`|;&]*)+)")
	target        = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	flagInText    = regexp.MustCompile(`^(--[a-z-]+)`)
)

// Commands of the documentation exist: targets of the Makefile, and commands of the binary with their flags.
func TestCommandsOfTheDocumentation(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range target.FindAllSubmatch(makefile, -1) {
		targets[string(m[1])] = true
	}
	parser, err := kong.New(new(commands), kong.Name("styleshare"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range documentation(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range commandInText.FindAllStringSubmatch(string(text), -1) {
			words := strings.Fields(m[2])
			if m[1] == "make" {
				if w := words[0]; !targets[w] && regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(w) {
					t.Errorf("%s: make %s is not a target of the Makefile", file, w)
				}
			} else if wrong := unknown(parser.Model.Node, words); wrong != "" {
				t.Errorf("%s: styleshare%s: there is no %s", file, m[2], wrong)
			}
			found++
		}
	}
	if found < 40 {
		t.Errorf("only %d commands were found: they are looked for in the wrong way", found)
	}
}

// documentation is every Markdown file that people read.
func documentation(t *testing.T) []string {
	t.Helper()
	files := []string{"README.md", "README.ko.md", "CONTRIBUTING.md"}
	err := filepath.WalkDir("docs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "site" {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// unknown goes down the tree of commands, and gives the first word that is neither a command, nor a flag, nor the place of
// an argument.
func unknown(node *kong.Node, words []string) string {
	for _, word := range words {
		if flag := flagInText.FindString(word); flag != "" {
			if !hasFlag(node, strings.TrimPrefix(flag, "--")) {
				return flag
			}
			continue
		}
		i := slices.IndexFunc(node.Children, func(child *kong.Node) bool { return child.Name == word })
		switch {
		case i >= 0:
			node = node.Children[i]
		case len(node.Children) > 0:
			return word
		default:
			return "" // arguments
		}
	}
	return ""
}

func hasFlag(node *kong.Node, name string) bool {
	for ; node != nil; node = node.Parent {
		for _, f := range node.Flags {
			if f.Name == name {
				return true
			}
		}
	}
	return false
}

func TestUnknownCommandsAreNoticed(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(new(commands), kong.Name("styleshare"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"jobs retry --all": "", "roles grant NAME moderator": "", "documents --format apollo": "", "serve --help": "",
		"job dead": "job", "jobs resurrect": "resurrect", "jobs retry --each": "--each",
	} {
		if got := unknown(parser.Model.Node, strings.Fields(text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
