package loaders_test

import (
	"context"
	"testing"

	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
)

// aheadOfStyle has a style read ahead with its author, photos, tags and likers.
func aheadOfStyle(ctx context.Context) context.Context {
	people := []*loaders.Wanted{{Type: "User"}}
	likers := []*loaders.Wanted{{Type: "UserConnection", Fields: []loaders.WantedField{{Name: "nodes", Arguments: -1, Below: people}}}}
	style := &loaders.Wanted{Type: "Style", Fields: []loaders.WantedField{
		{Name: "author", Arguments: -1, Below: people}, {Name: "photos", Arguments: -1}, {Name: "tags", Arguments: -1},
		{Name: "likers", Arguments: 0, Below: likers},
	}}
	return loaders.WithAhead(ctx, &loaders.Ahead{
		Root:      &loaders.WantedField{Name: "style", Arguments: -1, Below: []*loaders.Wanted{style}},
		Arguments: []map[string]any{{"first": ptr(2)}},
	})
}

// counted is how many photos, tags and likers a style shows, -1 where that fails.
type counted struct{ photos, tags, likers int }

func count(s *loaders.Style) counted {
	c := counted{-1, -1, -1}
	if photos, err := s.Photos(); err == nil {
		c.photos = len(photos)
	}
	if tags, err := s.Tags(); err == nil {
		c.tags = len(tags)
	}
	if likers, err := s.Likers(ptr(2), nil); err == nil {
		c.likers = len(likers.Nodes)
	}
	return c
}

// A statement fails inside of a wave, with others before and after it: what it was for fails alone, the rest is read when it
// is touched, and none of it has been taken for missing, here or in the cache.
func TestAWaveThatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	whole := counted{photos: 1, tags: 1, likers: 1}
	for table, want := range map[string]counted{
		"likes":  {photos: 1, tags: 1, likers: -1}, // the first wave
		"photos": {photos: -1, tags: 1, likers: 1}, // the second, before the tags
	} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, testkit.Memcached(t))
			reader, styles := r.community(t, 2)
			read := func(viewer, id int64) *loaders.Style {
				t.Helper()
				s, err := r.loaders.Style(aheadOfStyle(as(t, viewer)), id)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			rename := func(from, to string) {
				t.Helper()
				if _, err := r.db.Pool.Exec(t.Context(), "alter table "+from+" rename to "+to); err != nil {
					t.Fatal(err)
				}
			}
			// By the author of styles[2], with another tag. The statements are prepared then: they fail when they run.
			first := read(reader, styles[3])
			if got := count(first); got != whole {
				t.Fatalf("%+v", got)
			}
			author, err := first.Author()
			if err != nil {
				t.Fatal(err)
			}
			foe := r.person(t, "foe")
			if _, err = r.db.Block(t.Context(), models.Attempt{UserID: author.ID}, foe); err != nil {
				t.Fatal(err)
			}

			rename(table, "away")
			if got := count(read(reader, styles[2])); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			if read(foe, styles[2]) != nil {
				t.Error("who is blocked sees the style")
			}
			if err = r.cache.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			rename("away", table)
			if got := count(read(reader, styles[2])); got != whole {
				t.Errorf("afterwards: %+v", got)
			}
		})
	}
}
