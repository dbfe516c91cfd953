package plan_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"styleshare/graph"
	"styleshare/graph/generated"
	"styleshare/graph/model"
	"styleshare/graph/transport"
	"styleshare/internal/relay"
	"styleshare/loaders"
)

// mutations are what they are called with: a value, or the type of an object whose id it is.
var mutations = map[string]map[string]any{
	"likeStyle": {"styleId": "Style"}, "unlikeStyle": {"styleId": "Style"},
	"collectStyle": {"styleId": "Style"}, "uncollectStyle": {"styleId": "Style"},
	"addComment": {"styleId": "Style", "body": []string{"예뻐요 @person1 \"\\\n", ""}}, "deleteComment": {"commentId": "Comment"},
	"requestItemInfo": {"styleId": "Style"}, "updateStyle": {"styleId": "Style", "caption": []string{"again #tag1", strings.Repeat("x", 2001)}},
	"follow": {"userId": "User"}, "unfollow": {"userId": "User"}, "mute": {"userId": "User"}, "unmute": {"userId": "User"},
	"updateProfile": {"bio": []string{"a\tb", ""}, "displayName": []string{"사람", ""}}, "askQuestion": {"body": []string{"뭐 입지?", ""}},
	"createCollection": {"name": []string{"봄", ""}}, "markNotificationsRead": {},
}

// One execution does it, the other does it again with the same key: both answer in the same bytes.
func TestBothExecutionsAgreeOnMutations(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	planned, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := &writer{rt: rt, rig: r, schema: r.schema, variables: map[string]any{},
			varying: rapid.Bool().Draw(rt, "varying"), erring: rapid.Bool().Draw(rt, "erring")}
		query := w.mutation()
		viewer := rapid.SampledFrom(append([]int64{0}, r.people[:4]...)).Draw(rt, "viewer")
		executors := []*transport.Executor{r.plain, r.planned, r.planned}
		if rapid.Bool().Draw(rt, "plan first") {
			executors = []*transport.Executor{r.planned, r.plain, r.planned}
		}
		var want answer
		for i, e := range executors {
			before := r.resolved.Load()
			got := r.ask(t, e, viewer, query, w.variables)
			if i == 0 {
				want = got
			} else if got.data != want.data || !slices.Equal(got.errors, want.errors) {
				rt.Fatalf("%s\n%v\nfirst: %s\n%s\nagain: %s\n%s", query, w.variables, want.data, want.errors, got.data, got.errors)
			}
			if e == r.planned {
				if all++; r.resolved.Load() == before {
					planned++
				}
			}
		}
	})
	if planned*5 < all {
		t.Errorf("of %d answers only %d came from plans alone", all, planned)
	}
	t.Logf("%d of %d answers came from plans alone", planned, all)
}

// mutation makes up a document with one mutation: what a second one does would be seen in the first one's repetition.
func (w *writer) mutation() string {
	names := make([]string, 0, len(mutations))
	for name := range mutations {
		names = append(names, name)
	}
	slices.Sort(names)
	f := w.schema.Mutation.Fields.ForName(names[w.draw(len(names))])
	input := map[string]any{"clientMutationId": rand.Text()}
	for name, of := range mutations[f.Name] {
		switch of := of.(type) {
		case string:
			ids := w.rig.idsOf(of)
			if input[name] = ids[w.draw(len(ids))]; w.erring && w.draw(3) == 2 {
				input[name] = w.oneID()
			}
		case []string:
			if input[name] = of[0]; w.erring {
				input[name] = of[w.draw(len(of))]
			}
		}
	}
	argument := "$input"
	if w.draw(3) > 0 {
		w.declared = append(w.declared, "$input: "+f.Arguments[0].Type.String())
		w.variables["input"] = input
	} else {
		argument = literal(input, false)
	}
	selection := w.selection(w.schema.Types[f.Type.Name()], 4) + " userErrors { field code message }"
	declared := ""
	if len(w.declared) > 0 {
		declared = "(" + strings.Join(w.declared, " ") + ")"
	}
	return fmt.Sprintf("mutation %s { %s(input: %s) { %s } }\n%s", declared, f.Name, argument, selection, strings.Join(w.fragments, "\n"))
}

func (r *rig) idsOf(typeName string) []string {
	return slices.DeleteFunc(slices.Clone(r.ids), func(id string) bool {
		name, _, err := relay.ParseID(id)
		return err != nil || name != typeName
	})
}

// once answers Mutation.likeStyle in its own way and counts how often it is asked.
type once struct {
	generated.ResolverRoot
	generated.MutationResolver
	calls *int
	like  func() (*model.LikeStylePayload, error)
}

func (o once) Mutation() generated.MutationResolver { return o }

func (o once) LikeStyle(context.Context, model.LikeStyleInput) (*model.LikeStylePayload, error) {
	*o.calls++
	return o.like()
}

// Whatever a mutation answers, it runs once: it may have done its work.
func TestMutationsRunOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const query = `mutation { likeStyle(input: {styleId: "x"}) { style { id viewerHasLiked } userErrors { code message } } }`
	for name, like := range map[string]func() (*model.LikeStylePayload, error){
		"a payload": func() (*model.LikeStylePayload, error) {
			return &model.LikeStylePayload{UserErrors: []*model.UserError{}}, nil
		},
		"no payload": func() (*model.LikeStylePayload, error) { return nil, nil },
		"a hole in it": func() (*model.LikeStylePayload, error) {
			return &model.LikeStylePayload{UserErrors: []*model.UserError{nil}}, nil
		},
		"an error": func() (*model.LikeStylePayload, error) { return nil, errors.New("broken") },
		"a panic":  func() (*model.LikeStylePayload, error) { panic("broken") },
		"a panic later": func() (*model.LikeStylePayload, error) {
			return &model.LikeStylePayload{Style: new(loaders.Style)}, nil
		},
	} {
		var answers []answer
		for _, planned := range []bool{false, true} {
			calls := 0
			config := generated.Config{Resolvers: once{r.resolvers, r.resolvers.Mutation(), &calls, like}}
			e := transport.NewExecutor(generated.NewExecutableSchema(config), transport.Config{Log: slog.New(slog.DiscardHandler)})
			if planned {
				e.AroundRootFields(generated.NewPlanner(config))
			}
			answers = append(answers, r.ask(t, e, r.people[0], query, nil))
			if calls != 1 {
				t.Errorf("%s: called %d times", name, calls)
			}
		}
		if answers[0].data != answers[1].data || !slices.Equal(answers[0].errors, answers[1].errors) {
			t.Errorf("%s\nplan:   %v\ngqlgen: %v", name, answers[1], answers[0])
		}
	}
}

// The apps' mutations are answered by plans, too.
func TestAppsMutationsArePlanned(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, input := range map[string]map[string]any{
		"Like": {"styleId": r.id("Style")}, "Comment": {"styleId": r.id("Style"), "body": "x"}, "Follow": {"userId": r.idsOf("User")[1]},
		"AskItemInfo": {"styleId": r.idsOf("Style")[7]}, "Collect": {"styleId": r.id("Style")},
	} {
		before := r.resolved.Load()
		got := r.ask(t, r.planned, r.people[0], graph.Documents()[name], map[string]any{"input": input})
		if n := r.resolved.Load() - before; n > 0 || len(got.errors) > 0 || !strings.HasSuffix(got.data, `"userErrors":[]}}`) {
			t.Errorf("%s: gqlgen resolved %d fields of %v", name, n, got)
		}
	}
}
