package main

import (
	"context"
	"fmt"

	"styleshare/bench/made"
	"styleshare/internal/relay"
)

// question is a request before it is written for a contender.
type question struct {
	viewer    made.Viewer
	variables map[string]any
}

// operation is one of the apps' operations, as it is measured.
type operation struct {
	name, title string
	writes      bool
	// count bounds how often it is asked in one turn.
	count     int
	questions func(*world, context.Context, int) ([]question, error)
}

var operations = []operation{
	{"HomeFeed", "feed page", false, 6000, (*world).feeds},
	{"StyleDetail", "style detail", false, 6000, (*world).details},
	{"Profile", "profile grid", false, 6000, (*world).profiles},
	{"Me", "viewer", false, 12_000, (*world).selves},
	{"Like", "like", true, 3000, (*world).likes},
	{"Publish", "publish", true, 600, (*world).publishings},
}

// each asks for every thing once, by one viewer after the other.
func each[T any](w *world, things []T, variables func(T) map[string]any) []question {
	all := make([]question, len(things))
	for i, thing := range things {
		all[i] = question{w.viewers[i%len(w.viewers)], variables(thing)}
	}
	return all
}

func (w *world) feeds(context.Context, int) ([]question, error) {
	return each(w, w.viewers, func(made.Viewer) map[string]any { return map[string]any{} }), nil
}

func (w *world) details(context.Context, int) ([]question, error) {
	return each(w, w.styles, func(id int64) map[string]any { return map[string]any{"id": relay.ID("Style", id)} }), nil
}

func (w *world) profiles(context.Context, int) ([]question, error) {
	return each(w, w.usernames, func(name string) map[string]any { return map[string]any{"username": name} }), nil
}

func (w *world) selves(context.Context, int) ([]question, error) {
	return each(w, w.viewers, func(made.Viewer) map[string]any { return map[string]any{} }), nil
}

// likes are of pairs that nobody has asked for before.
func (w *world) likes(_ context.Context, count int) ([]question, error) {
	all := make([]question, 0, count)
	for len(all) < count {
		v, style := w.viewers[w.random.IntN(len(w.viewers))], w.likable[w.random.IntN(len(w.likable))]
		if p := (pair{v.ID, style}); !w.liked[p] {
			w.liked[p] = true
			all = append(all, question{v, map[string]any{"input": map[string]any{"styleId": relay.ID("Style", style)}}})
		}
	}
	return all, nil
}

// photosEach is how many photos a published style has.
const photosEach = 2

// publishings publish photos that are ready, two at a time.
func (w *world) publishings(ctx context.Context, count int) ([]question, error) {
	all := make([]question, count)
	owners := make([]int64, 0, photosEach*count)
	for i := range all {
		all[i].viewer = w.viewers[w.random.IntN(len(w.viewers))]
		for range photosEach {
			owners = append(owners, all[i].viewer.ID)
		}
	}
	photos, err := column[int64](ctx, w.db, `insert into photos (owner_id, state, content_type, byte_size, object_token, width, height, blurhash,
			dominant_color, created_at, completed_at, ready_at)
		select owner, 'READY', 'image/jpeg', 2000000, 'unused0unused0unused00', 1440, 1440, 'LEHV6nWB2yk8pyo0adR*.7kCMdnj', '#aabbcc', now(), now(), now()
		from unnest($1::bigint[]) with ordinality o(owner, n) order by n returning id`, owners)
	if err != nil {
		return nil, fmt.Errorf("photos to publish: %w", err)
	}
	for i := range all {
		ids := make([]string, photosEach)
		for n := range ids {
			ids[n] = relay.ID("Photo", photos[photosEach*i+n])
		}
		all[i].variables = map[string]any{"input": map[string]any{"photoIds": ids, "caption": w.captions[w.random.IntN(len(w.captions))]}}
	}
	return all, nil
}
