package main

import (
	"bytes"
	"context"
	"fmt"

	"styleshare/bench/made"
	"styleshare/internal/relay"
)

// agree compares the answers of all contenders with those of the first, and gives those that answer the same, with what is
// wrong with each of the others.
func (b *bench) agree(ctx context.Context) (same []*contender, wrong map[string]error, err error) {
	if err = b.mint(ctx); err != nil {
		return nil, nil, err
	}
	wrong = map[string]error{}
	first := b.contenders[0]
	// All read before any writes: what one writes is not known to the caches of another.
	comparisons := []func(context.Context, *contender, *contender) error{b.readsAgree, b.likeIsCounted, b.publishedAgree}
	if b.isShared {
		comparisons = comparisons[:1]
	}
	for _, compare := range comparisons {
		for _, c := range b.contenders {
			if wrong[c.name] == nil {
				if err := compare(ctx, first, c); err != nil {
					wrong[c.name] = err
				}
			}
		}
	}
	for _, c := range b.contenders {
		if wrong[c.name] == nil {
			same = append(same, c)
		}
	}
	if wrong[first.name] != nil {
		return nil, nil, fmt.Errorf("%s: %w", first.name, wrong[first.name])
	}
	return same, wrong, b.forget(ctx)
}

// ask has a contender answer one question.
func (b *bench) ask(c *contender, operation string, q question) ([]byte, error) {
	requests, err := c.requests(b.world.documents[operation], operation, []question{q}, b.tokens)
	if err != nil {
		return nil, err
	}
	connection := client{address: c.address}
	defer connection.close()
	body, err := connection.ask(requests[0])
	return bytes.Clone(body), err
}

// samples is how many questions of each operation are compared.
const samples = 12

func (b *bench) readsAgree(ctx context.Context, first, c *contender) error {
	for _, op := range operations {
		if op.writes {
			continue
		}
		questions, err := op.questions(b.world, ctx, samples)
		if err != nil {
			return err
		}
		questions = questions[:samples]
		for i, reader := range b.world.readers {
			if i%5 == 0 && op.name == "HomeFeed" {
				questions = append(questions, question{reader, map[string]any{}})
			}
		}
		for _, q := range questions {
			if err = b.pagesAgree(first, c, op, q); err != nil {
				return fmt.Errorf("%s for %s: %w", op.title, q.viewer.Username, err)
			}
		}
	}
	return nil
}

// pagesAgree compares an answer, and the page after it where there is one.
func (b *bench) pagesAgree(first, c *contender, op operation, q question) error {
	want, err := b.ask(first, op.name, q)
	if err != nil {
		return err
	}
	got, err := b.ask(c, op.name, q)
	if err != nil {
		return err
	}
	if err = same(want, got); err != nil {
		return err
	}
	next, ours := endCursor(want), endCursor(got)
	if op.name == "Me" || next == "" || q.variables["after"] != nil {
		return nil
	}
	if ours == "" {
		return fmt.Errorf("no cursor leads on from %.100s", got)
	}
	if want, err = b.ask(first, op.name, q.after(next)); err != nil {
		return err
	}
	if got, err = b.ask(c, op.name, q.after(ours)); err != nil {
		return err
	}
	return same(want, got)
}

// after is the same question about the next page.
func (q question) after(cursor string) question {
	variables := map[string]any{"after": cursor}
	for name, value := range q.variables {
		variables[name] = value
	}
	return question{q.viewer, variables}
}

func same(want, got []byte, without ...string) error {
	a, err := normalise(want, without...)
	if err != nil {
		return err
	}
	b, err := normalise(got, without...)
	if err == nil && a != b {
		err = fmt.Errorf("answers differ:\n%s", difference(a, b))
	}
	return err
}

// likeIsCounted likes a style again and again, until every process of the contender has compiled what it compiles: it counts
// once, and each answer says so.
func (b *bench) likeIsCounted(ctx context.Context, _, c *contender) error {
	questions, err := b.world.likes(ctx, 1)
	if err != nil {
		return err
	}
	_, style, err := relay.ParseID(questions[0].variables["input"].(map[string]any)["styleId"].(string))
	if err != nil {
		return err
	}
	var before, after int
	if err = b.world.db.Pool.QueryRow(ctx, `select like_count from styles where id = $1`, style).Scan(&before); err != nil {
		return err
	}
	for range samples {
		got, err := b.ask(c, "Like", questions[0])
		if err != nil {
			return fmt.Errorf("like: %w", err)
		}
		want := fmt.Sprintf(`{"data":{"likeStyle":{"style":{"id":%q,"likeCount":%d,"viewerHasLiked":true},"userErrors":[]}}}`, relay.ID("Style", style), before+1)
		if err = same([]byte(want), got); err != nil {
			return fmt.Errorf("like: %w", err)
		}
	}
	var likes int
	err = b.world.db.Pool.QueryRow(ctx, `select like_count, (select count(*) from likes where style_id = s.id) from styles s where id = $1`, style).Scan(&after, &likes)
	if err == nil && (after != before+1 || likes != after) {
		err = fmt.Errorf("like: %d are counted of %d after one more than %d", after, likes, before)
	}
	return err
}

// publishedAgree publishes the same by the first and by another, and reads what the other has made.
func (b *bench) publishedAgree(ctx context.Context, first, c *contender) error {
	questions, err := b.world.publishings(ctx, 2)
	if err != nil {
		return err
	}
	one, other := questions[0], questions[1]
	if one.viewer != other.viewer {
		if err = b.give(ctx, other, one.viewer); err != nil {
			return err
		}
		other.viewer = one.viewer
	}
	other.variables["input"].(map[string]any)["caption"] = one.variables["input"].(map[string]any)["caption"]
	want, err := b.ask(first, "Publish", one)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	got, err := b.ask(c, "Publish", other)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	own := []string{"id", "createdAt", "small", "medium"}
	if err = same(want, got, own...); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if want, err = b.readBack(first, want, one.viewer); err != nil {
		return err
	}
	if got, err = b.readBack(first, got, one.viewer); err != nil {
		return err
	}
	if err = same(want, got, own...); err != nil {
		return fmt.Errorf("what was published: %w", err)
	}
	return nil
}

// give makes the photos of a question another person's.
func (b *bench) give(ctx context.Context, q question, to made.Viewer) error {
	for _, id := range q.variables["input"].(map[string]any)["photoIds"].([]string) {
		_, photo, err := relay.ParseID(id)
		if err == nil {
			_, err = b.world.db.Pool.Exec(ctx, `update photos set owner_id = $2 where id = $1`, photo, to.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readBack asks the first contender for the style of a publishing.
func (b *bench) readBack(first *contender, published []byte, viewer made.Viewer) ([]byte, error) {
	_, rest, ok := bytes.Cut(published, []byte(`"style":`))
	if !ok {
		return nil, fmt.Errorf("nothing is published: %.200s", published)
	}
	_, rest, _ = bytes.Cut(rest, []byte(`"id":`))
	_, rest, _ = bytes.Cut(rest, []byte(`"`))
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	return b.ask(first, "StyleDetail", question{viewer, map[string]any{"id": string(id)}})
}
