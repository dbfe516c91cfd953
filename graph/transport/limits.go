package transport

import (
	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/internal/fault"
)

// saturated is where counting ends: fragments that spread each other twice reach any number with a few lines.
const saturated = 1 << 30

// tally is what a selection asks for, with its fragments expanded.
type tally struct {
	fields, aliases, directives int
	duplicates                  int // fields that their selection has already
	entries                     int // of lists in arguments
	top                         int // fields on the first level
	depth                       int
}

// add counts part at the same level; depth and top stay with the caller, who knows whether part is below.
func (c *tally) add(part tally) {
	c.fields = min(c.fields+part.fields, saturated)
	c.aliases = min(c.aliases+part.aliases, saturated)
	c.directives = min(c.directives+part.directives, saturated)
	c.duplicates = min(c.duplicates+part.duplicates, saturated)
	c.entries = min(c.entries+part.entries, saturated)
}

// measurer visits every fragment once, whatever the number of its spreads: the work is linear in the document.
type measurer struct {
	fragments map[string]*ast.FragmentDefinition
	done      map[string]tally
	open      map[string]bool
	cycle     string // a fragment that spreads itself
	// introspects is set where __schema or __type is asked for anywhere.
	introspects bool
}

// measure refuses a parsed document that asks for more than the limits, or whose fragments never end, are never spread
// or share a name: what is not counted must not reach validation, whose work grows with the square of the document.
// It needs no schema; what else is wrong is left to validation.
func measure(doc *ast.QueryDocument, l Limits) (introspects bool, err *fault.Error) {
	if len(doc.Operations) > l.Operations {
		return false, tooMuch("operations", l.Operations)
	}
	if len(doc.Fragments) > l.Fragments {
		return false, tooMuch("fragments", l.Fragments)
	}
	m := measurer{
		fragments: make(map[string]*ast.FragmentDefinition, len(doc.Fragments)),
		done:      make(map[string]tally, len(doc.Fragments)),
		open:      map[string]bool{},
	}
	for _, f := range doc.Fragments {
		if m.fragments[f.Name] != nil {
			return false, fault.New(fault.BadUserInput, "there is more than one fragment %q", shorten(f.Name))
		}
		m.fragments[f.Name] = f
	}
	var all tally
	for _, op := range doc.Operations {
		c := m.operation(op)
		if err := c.check(l); err != nil {
			return false, err
		}
		all.add(c)
	}
	if all.fields > l.Fields {
		return false, tooMuch("fields", l.Fields)
	}
	for _, f := range doc.Fragments {
		if _, spread := m.done[f.Name]; !spread {
			return false, fault.New(fault.BadUserInput, "the fragment %q is never used", shorten(f.Name))
		}
	}
	if m.cycle != "" {
		return false, fault.New(fault.BadUserInput, "the fragment %q spreads itself", shorten(m.cycle))
	}
	return m.introspects, nil
}

func (c *tally) check(l Limits) *fault.Error {
	switch {
	case c.depth > l.Depth:
		return fault.New(fault.CostExceeded, "the operation nests its fields deeper than %d levels", l.Depth)
	case c.top > l.RootFields:
		return tooMuch("fields at the root", l.RootFields)
	case c.aliases > l.Aliases:
		return tooMuch("aliases", l.Aliases)
	case c.directives > l.Directives:
		return tooMuch("directives", l.Directives)
	case c.duplicates > l.Duplicates:
		return tooMuch("fields that are there already", l.Duplicates)
	case c.entries > l.Entries:
		return tooMuch("list entries", l.Entries)
	}
	return nil
}

func tooMuch(what string, limit int) *fault.Error {
	return fault.New(fault.CostExceeded, "the document has more than %d %s", limit, what)
}

func (m *measurer) operation(op *ast.OperationDefinition) tally {
	c := m.selection(op.SelectionSet)
	c.directives += len(op.Directives)
	for _, v := range op.VariableDefinitions {
		c.directives += len(v.Directives)
		c.entries += entries(v.DefaultValue)
	}
	return c
}

// entries counts those of all lists in a value.
func entries(v *ast.Value) (n int) {
	if v == nil {
		return 0
	}
	if v.Kind == ast.ListValue {
		n = len(v.Children)
	}
	for _, c := range v.Children {
		n += entries(c.Value)
	}
	return n
}

func (m *measurer) selection(set ast.SelectionSet) tally {
	var sum tally
	seen := make(map[string]bool, len(set))
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			c := m.selection(s.SelectionSet)
			c.fields++
			c.directives += len(s.Directives)
			if s.Alias != s.Name {
				c.aliases++
			}
			if seen[s.Alias] {
				c.duplicates++
			}
			seen[s.Alias] = true
			for _, a := range s.Arguments {
				c.entries += entries(a.Value)
			}
			sum.add(c)
			sum.top = min(sum.top+1, saturated)
			sum.depth = max(sum.depth, c.depth+1)
			m.introspects = m.introspects || s.Name == "__schema" || s.Name == "__type"
		case *ast.InlineFragment:
			sum.addFragment(m.selection(s.SelectionSet), s.Directives)
		case *ast.FragmentSpread:
			sum.addFragment(m.fragment(s.Name), s.Directives)
		}
	}
	return sum
}

// addFragment counts a fragment, whose fields are on the level of their spread.
func (c *tally) addFragment(part tally, directives ast.DirectiveList) {
	part.directives += len(directives)
	c.add(part)
	c.top = min(c.top+part.top, saturated)
	c.depth = max(c.depth, part.depth)
}

func (m *measurer) fragment(name string) tally {
	if c, ok := m.done[name]; ok {
		return c
	}
	f := m.fragments[name]
	if f == nil {
		return tally{}
	}
	if m.open[name] {
		m.cycle = name
		return tally{}
	}
	m.open[name] = true
	c := m.selection(f.SelectionSet)
	c.directives += len(f.Directives)
	m.done[name] = c
	return c
}
