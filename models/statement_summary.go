package models

import (
	"slices"
	"strings"
)

// mostTargets bounds a summary: statements of many parts are known by their first ones.
const mostTargets = 6

// summary says what a statement does and to which tables ("insert outbox, select users"), and nothing of the values that Bun
// writes into it: whatever stands in quotes is passed over, and only names behind the words that precede tables are kept.
func summary(statement string) string {
	var targets []string
	verb, before := "", ""
	for word := range words(statement) {
		switch word {
		case "select", "insert", "update", "delete", "begin", "commit", "rollback", "savepoint", "set":
			verb = word
		default:
			if isTarget(before, verb) && isName(word) {
				if target := verb + " " + word; !slices.Contains(targets, target) && len(targets) < mostTargets {
					targets = append(targets, target)
				}
			}
		}
		before = word
	}
	if len(targets) == 0 {
		return verb
	}
	return strings.Join(targets, ", ")
}

// isTarget tells whether a table's name follows.
func isTarget(before, verb string) bool {
	switch before {
	case "from", "join", "into":
		return true
	case "update":
		return verb == "update"
	}
	return false
}

// isName is true of what tables of ours are called; "from lateral", "from unnest(" and the like name none.
func isName(word string) bool {
	switch word {
	case "", "lateral", "unnest", "only", "skip":
		return false
	}
	return !strings.ContainsFunc(word, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' })
}

// words gives the words of a statement in lower case. Of texts in quotes there is none; the quotes of a name are left out.
func words(statement string) func(func(string) bool) {
	return func(yield func(string) bool) {
		start := -1
		flush := func(end int) bool {
			if start < 0 {
				return true
			}
			word := lower(statement[start:end])
			start = -1
			return yield(word)
		}
		for i := 0; i < len(statement); i++ {
			switch c := statement[i]; {
			case c == '\'':
				if !flush(i) {
					return
				}
				end := strings.IndexByte(statement[i+1:], '\'')
				if end < 0 {
					return
				}
				i += end + 1
				if !yield("") { // so that nothing stands right behind the word before it
					return
				}
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c >= 0x80:
				if start < 0 {
					start = i
				}
			case c == '(':
				if !flush(i) || !yield("") {
					return
				}
			default:
				if !flush(i) {
					return
				}
			}
		}
		flush(len(statement))
	}
}

func lower(s string) string { return strings.ToLower(s) }

// summary is that of all statements.
func (b *Batch) summary() string {
	var all []string
	for _, q := range b.queued {
		if s := summary(q.statement); !slices.Contains(all, s) && len(all) < mostTargets {
			all = append(all, s)
		}
	}
	return strings.Join(all, "; ")
}
