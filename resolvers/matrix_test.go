package resolvers_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/graph/generated"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// root is a question to a root field, with the variables it is asked with, by what they say.
type root struct {
	field, parameters, arguments string
	hops                         int
	variants                     map[string]map[string]any
}

// roots are questions to every root field that leads to somebody or something. Whoever adds one to the schema adds it here.
func (m *matrix) roots() []root {
	once := map[string]map[string]any{"": nil}
	nodes, styles, names, marks := map[string]map[string]any{}, map[string]map[string]any{}, map[string]map[string]any{}, map[string]map[string]any{}
	batches, batch := map[string]map[string]any{}, []string{}
	for i, what := range slices.Sorted(maps.Keys(m.ids)) {
		if batch = append(batch, m.ids[what]); len(batch) == 100 || i == len(m.ids)-1 {
			batches[fmt.Sprint("until ", what)], batch = map[string]any{"ids": batch}, nil
		}
		x := m.things[m.ids[what]]
		if x == nil {
			continue
		}
		// One of each kind: nodes asks for all.
		nodes[x.typeName+" of "+m.kindOf(x)] = map[string]any{"id": m.ids[what]}
		if x.typeName == "Style" {
			styles[what] = map[string]any{"id": m.ids[what]}
			marks[what] = map[string]any{"text": x.mark}
		}
	}
	for name := range m.people {
		names[name] = map[string]any{"username": "M." + name}
		marks[name] = map[string]any{"text": m.things[m.ids[name]].mark}
	}
	marks["everything"] = map[string]any{"text": "matrix"}
	return []root{
		{"node", "($id: ID!)", "(id: $id)", 0, nodes},
		{"nodes", "($ids: [ID!]!)", "(ids: $ids)", 1, batches},
		{"viewer", "", "", 2, once},
		{"user", "($username: String!)", "(username: $username)", 2, names},
		{"style", "($id: ID!)", "(id: $id)", 2, styles},
		{"tag", "", `(name: "matrix")`, 2, once},
		{"brand", "", `(slug: "matrix")`, 2, once},
		{"moderation", "", "", 2, once},
		{"discover", "", "(first: 100)", 2, once},
		{"questions", "", "(first: 100)", 2, once},
		{"questions", "", "(first: 100, unanswered: true)", 1, once},
		{"search", "($text: String!)", "(text: $text)", 1, marks},
	}
}

func (m *matrix) questioner(schema *ast.Schema) *questioner {
	return &questioner{schema: schema, unasked: map[string]bool{}, arguments: map[string]string{"User.calendar": "(year: 2026, month: 10)"}}
}

// TestVisibilityMatrix has every kind of viewer ask for everything that leads to people and to what they make, as the
// schema names it: a field that nobody gets to is a mistake, too. It asks gqlgen alone, and with compiled selections.
func TestVisibilityMatrix(t *testing.T) { //nolint:tparallel // one part after the other: the last changes the world
	t.Parallel()
	m := newMatrix(t)
	config := generated.Config{Resolvers: m.resolver}
	schema := generated.NewExecutableSchema(config)
	for _, way := range []struct {
		name  string
		plans []graphql.RootFieldMiddleware
	}{{"gqlgen", nil}, {"compiled", []graphql.RootFieldMiddleware{generated.NewPlanner(config)}}} {
		t.Run(way.name, func(t *testing.T) {
			exec := executor.New(schema)
			exec.SetQueryCache(lru.New[*ast.QueryDocument](1000))
			for _, plan := range way.plans {
				exec.AroundRootFields(plan)
			}
			newWalk(t, m, exec).readAll(m.questioner(schema.Schema()))
		})
	}
	t.Run("subscriptions", func(t *testing.T) {
		w := newWalk(t, m, nil)
		w.hearAll(m.questioner(schema.Schema()), w.serve(schema))
	})
	// The last, because it changes the world.
	t.Run("mutations", func(t *testing.T) {
		w := newWalk(t, m, executor.New(schema))
		q := m.questioner(schema.Schema())
		w.refuseAll(q)
		w.Logf("%d times somebody names what is hidden from them", w.refused)
		w.takeAll(q)
	})
}

func newWalk(t *testing.T, m *matrix, exec graphql.GraphExecutor) *walk {
	t.Helper()
	return &walk{matrix: m, T: t, exec: exec, reached: map[string]bool{}, places: map[place]map[string]map[string]bool{}, told: map[string]bool{}}
}

func (w *walk) readAll(q *questioner) {
	w.Helper()
	for _, r := range w.roots() {
		f := q.schema.Query.Fields.ForName(r.field)
		document := "query" + r.parameters + " { Query__" + r.field + ": " + r.field + r.arguments + " " + q.selection(f.Type.Name(), r.hops) + "}"
		for what, variables := range r.variants {
			for _, v := range w.seers {
				w.read(v, strings.TrimSpace(r.field+r.arguments+" "+what), document, variables)
			}
		}
	}
	for field := range q.unasked {
		w.complain("%s needs arguments that no scenario has", field)
	}
	reads, _, _ := q.leading()
	for _, field := range reads {
		if !w.reached[field] {
			w.complain("%s: no scenario gets to it", field)
		}
	}
	shown, hidden := w.compare()
	w.Logf("%d fields × %d kinds of viewers × %d kinds of people: %d cells shown, %d hidden; %d questions, %d objects looked at",
		len(reads), len(w.seers), len(targets)+1, len(shown), len(hidden), w.asked, w.objects)
}
