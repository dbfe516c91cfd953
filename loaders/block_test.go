package loaders_test

import (
	"context"
	"fmt"
	"testing"

	"styleshare/internal/relay"
	"styleshare/models"
)

func (r *rig) block(t *testing.T, blocker, blocked int64) {
	t.Helper()
	if _, err := r.db.NewRaw(`insert into blocks (blocker_id, blocked_id) values (?, ?)`, blocker, blocked).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Whichever of two people blocks the other: by their ids, too, neither finds the other, nor what the other made or said.
func TestNoIDLeadsToWhoIsBlocked(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 1000} { // fewer than are read at once, and as many
		t.Run(fmt.Sprint(size, " blocks"), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			a, b, host := r.person(t, "mina"), r.person(t, "jun"), r.person(t, "host")
			stage := r.style(t, host, "@mina @jun")
			made := map[int64][]string{}
			for _, who := range []int64{a, b} {
				style := r.style(t, who, "")
				c, err := r.db.AddComment(t.Context(), models.Attempt{UserID: who}, stage, "hello", 0)
				if err != nil {
					t.Fatal(err)
				}
				made[who] = []string{relay.ID("User", who), relay.ID("Style", style), relay.ID("Comment", c.CommentID), relay.ID("Photo", r.photoOf(t, style))}
			}
			r.block(t, a, b)
			_, err := r.db.NewRaw(`with made as (insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
				select 'x' || n, '', '', false, 0, 0, 0, false, now() from generate_series(2, ?) n returning id)
				insert into blocks (blocker_id, blocked_id) select id, u from made, unnest(array[?, ?]::bigint[]) u`, size, a, b).Exec(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for viewer, sees := range map[int64][2]bool{a: {true, false}, b: {false, true}, host: {true, true}, 0: {true, true}} {
				for i, who := range []int64{a, b} {
					nodes, err := r.loaders.Nodes(as(t, viewer), made[who])
					if err != nil {
						t.Fatal(err)
					}
					for n, node := range nodes {
						if (node != nil) != sees[i] {
							t.Errorf("viewer %d, person %d: node %d is %v", viewer, who, n, node)
						}
					}
				}
				style, err := r.loaders.Style(as(t, viewer), stage)
				if err != nil {
					t.Fatal(err)
				}
				want := 2
				if viewer == a || viewer == b {
					want = 1
				}
				if m, err := style.Mentions(); len(m) != want || err != nil {
					t.Errorf("viewer %d: %d mentioned, %v", viewer, len(m), err)
				}
				if c, err := style.Comments(nil, nil, nil, nil); len(c.Nodes) != want || err != nil {
					t.Errorf("viewer %d: %d comments, %v", viewer, len(c.Nodes), err)
				}
			}
		})
	}
}

func (r *rig) photoOf(t *testing.T, style int64) int64 {
	t.Helper()
	rows, err := r.db.Styles(t.Context(), []int64{style})
	if err != nil {
		t.Fatal(err)
	}
	return rows[style].PhotoIDs[0]
}

// Nobody pays for blocks where a list has looked already, and nobody pays twice.
func TestBlocksAreReadOnceAndOnlyWhereNeeded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	reader, _ := r.community(t, 3)
	stranger := r.person(t, "stranger")
	style := r.style(t, reader, "@author0 @author1 @author2")
	for name, c := range map[string]struct {
		viewer int64
		read   func(context.Context) error
		more   int64 // statements than for nobody
	}{
		"lists": {reader, func(ctx context.Context) error {
			me, err := r.loaders.User(ctx, reader)
			if err != nil {
				return err
			}
			following, err := me.Following(nil, nil)
			if err != nil {
				return err
			}
			styles, err := following.Nodes[0].Styles(nil, nil)
			if err != nil {
				return err
			}
			_, err = styles.Nodes[0].Author()
			return err
		}, 0},
		"ids": {stranger, func(ctx context.Context) error {
			s, err := r.loaders.Style(ctx, style)
			if err != nil {
				return err
			}
			_, err = s.Mentions()
			return err
		}, 1},
	} {
		count := func(viewer int64) int64 {
			ctx, n := models.CountStatements(as(t, viewer))
			if err := c.read(ctx); err != nil {
				t.Fatal(err)
			}
			return n.Load()
		}
		if n, of := count(c.viewer), count(0); n != of+c.more {
			t.Errorf("%s: %d statements, %d for nobody; want %d more", name, n, of, c.more)
		}
	}
}
