package models

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"styleshare/internal/fault"
)

// community is a small one, whose members step on each other's feet. draw gives a number below n wherever they choose.
type community struct {
	t      testing.TB
	db     *DB
	people []int64
	// moderator is nobody of them
	moderator int64

	mu                       sync.Mutex
	styles, comments, photos []int64 // photos are those in processing
	collections              []int64
	questions, answers       []int64
}

func newCommunity(t testing.TB, db *DB, size int) *community {
	t.Helper()
	return &community{t: t, db: db, people: people(t, db, size), moderator: moderator(t, db, RoleModerator)}
}

// pick gives one of the ids, 0 where there is none.
func (c *community) pick(ids *[]int64, draw func(int) int) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(*ids) == 0 {
		return 0
	}
	return (*ids)[draw(len(*ids))]
}

func (c *community) add(ids *[]int64, id int64, err error) error {
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		*ids = append(*ids, id)
	}
	return err
}

type verb struct {
	name string
	do   func(*community, func(int) int) error
}

// openVerbs are what members do who all see each other, and what jobs do for them.
var openVerbs = []verb{
	{"publish", (*community).publish},
	{"photo ready", (*community).photoReady},
	{"update caption", (*community).updateCaption},
	{"update items", (*community).updateItems},
	{"delete style", func(c *community, draw func(int) int) error {
		_, err := c.db.DeleteStyle(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.styles, draw))
		return err
	}},
	{"erase style", func(c *community, draw func(int) int) error {
		return c.db.InTx(c.t.Context(), func(ctx context.Context, tx *Tx) error { return tx.EraseStyle(ctx, c.pick(&c.styles, draw)) })
	}},
	{"like", func(c *community, draw func(int) int) error {
		_, err := c.db.LikeStyle(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.styles, draw))
		return err
	}},
	{"unlike", func(c *community, draw func(int) int) error {
		_, err := c.db.UnlikeStyle(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.styles, draw))
		return err
	}},
	{"comment", (*community).comment},
	{"delete comment", func(c *community, draw func(int) int) error {
		_, err := c.db.DeleteComment(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.comments, draw))
		return err
	}},
	{"ask item info", (*community).askItemInfo},
	{"answer item info", (*community).answerItemInfo},
	{"create collection", func(c *community, draw func(int) int) error {
		id, err := c.db.CreateCollection(c.t.Context(), by(c.pick(&c.people, draw)), "kept", draw(2) == 0)
		return c.add(&c.collections, id, err)
	}},
	{"update collection", func(c *community, draw func(int) int) error {
		_, err := c.db.UpdateCollection(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.collections, draw), CollectionChange{IsPrivate: ptr(draw(2) == 0)})
		return err
	}},
	{"delete collection", func(c *community, draw func(int) int) error {
		_, err := c.db.DeleteCollection(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.collections, draw))
		return err
	}},
	{"collect", (*community).collect},
	{"collect once more", (*community).collect},
	{"uncollect", func(c *community, draw func(int) int) error {
		_, err := c.db.UncollectStyle(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.styles, draw), c.someCollection(draw))
		return err
	}},
	{"ask question", (*community).askQuestion},
	{"answer question", (*community).answerQuestion},
	{"accept answer", (*community).acceptAnswer},
	{"remove question", func(c *community, draw func(int) int) error {
		return c.db.InTx(c.t.Context(), func(ctx context.Context, tx *Tx) error { return tx.RemoveQuestion(ctx, c.pick(&c.questions, draw)) })
	}},
	{"remove answer", func(c *community, draw func(int) int) error {
		return c.db.InTx(c.t.Context(), func(ctx context.Context, tx *Tx) error { return tx.RemoveAnswer(ctx, c.pick(&c.answers, draw)) })
	}},
	{"remove", (*community).remove},
	{"follow", func(c *community, draw func(int) int) error {
		_, err := c.db.Follow(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.people, draw))
		return err
	}},
	{"unfollow", func(c *community, draw func(int) int) error {
		_, err := c.db.Unfollow(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.people, draw))
		return err
	}},
	{"fan out", func(c *community, draw func(int) int) error {
		_, err := c.db.FanOutStyle(c.t.Context(), c.pick(&c.styles, draw), FeedLimits{Cap: 5, FanOutBelow: 3})
		return err
	}},
	{"avatar", func(c *community, draw func(int) int) error {
		who := c.pick(&c.people, draw)
		photo := one[int64](c.t, c.db, `select coalesce(max(id), 0) from photos where owner_id = ? and state = 'READY'`, who)
		return c.db.UpdateProfile(c.t.Context(), by(who), ProfileChange{AvatarPhotoID: &photo})
	}},
}

// act has somebody do something; what the rules forbid is no error.
func (c *community) act(verb int, draw func(int) int) {
	c.t.Helper()
	err := verbs[verb].do(c, draw)
	if _, refused := errors.AsType[fault.Users](err); err != nil && !refused {
		c.t.Errorf("%s: %v", verbs[verb].name, err)
	}
}

func (c *community) caption(draw func(int) int) string {
	words := []string{"#여름", "#겨울", "#ootd", "#denim", "plain", "it's 100% \\ ? $1 ?0 {x}"}
	for _, id := range c.people {
		words = append(words, "@"+must(c.db.Users(c.t.Context(), []int64{id}))[id].Username)
	}
	var b strings.Builder
	for range draw(4) {
		b.WriteString(words[draw(len(words))] + " ")
	}
	return b.String()
}

func someItems(photo int64, draw func(int) int) []ItemInput {
	all := make([]ItemInput, draw(4))
	for i := range all {
		all[i] = ItemInput{PhotoID: photo, X: float64(draw(11)) / 10, Y: float64(draw(11)) / 10, Name: fmt.Sprint("item ", i)}
		if n := draw(4); n > 0 {
			all[i].Brand = ptr(fmt.Sprint("Brand ", n))
		}
	}
	return all
}

func (c *community) publish(draw func(int) int) error {
	who := c.pick(&c.people, draw)
	in := StyleInput{Caption: c.caption(draw), PhotoIDs: c.somePhotos(who, 1+draw(2), draw)}
	in.Items = someItems(in.PhotoIDs[0], draw)
	id, err := c.db.PublishStyle(c.t.Context(), by(who), in)
	return c.add(&c.styles, id, err)
}

// somePhotos are new ones, most of them READY.
func (c *community) somePhotos(owner int64, n int, draw func(int) int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		state := []PhotoState{PhotoReady, PhotoReady, PhotoProcessing}[draw(3)]
		ids[i] = photoIn(c.t, c.db, owner, state)
		if state == PhotoProcessing {
			_ = c.add(&c.photos, ids[i], nil)
		}
	}
	return ids
}

func (c *community) photoReady(draw func(int) int) error {
	id := c.pick(&c.photos, draw)
	return c.db.InTx(c.t.Context(), func(ctx context.Context, tx *Tx) error {
		_, err := tx.PhotoReady(ctx, id, PhotoResult{Width: 1, Height: 1})
		return err
	})
}

func (c *community) updateCaption(draw func(int) int) error {
	text := c.caption(draw)
	_, err := c.db.UpdateStyle(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.styles, draw), StyleChange{Caption: &text})
	return err
}

func (c *community) updateItems(draw func(int) int) error {
	id := c.pick(&c.styles, draw)
	_, err := c.db.UpdateStyle(c.t.Context(), by(c.pick(&c.people, draw)), id, StyleChange{Items: ptr(someItems(c.photoOf(id), draw))})
	return err
}

// photoOf is the first photo of a style, 0 where there is no such style.
func (c *community) photoOf(style int64) int64 {
	return one[int64](c.t, c.db, `select coalesce((select photo_ids[1] from styles where id = ?), 0)`, style)
}

func (c *community) askItemInfo(draw func(int) int) error {
	id, at := c.pick(&c.styles, draw), ItemInfoPoint{}
	if draw(2) == 0 {
		at = point(c.photoOf(id), float64(draw(3))/2, float64(draw(3))/2)
	}
	_, err := c.db.RequestItemInfo(c.t.Context(), by(c.pick(&c.people, draw)), id, at)
	return err
}

func (c *community) answerItemInfo(draw func(int) int) error {
	id := c.pick(&c.styles, draw)
	_, err := c.db.AnswerItemInfo(c.t.Context(), by(c.pick(&c.people, draw)), id, someItems(c.photoOf(id), draw))
	return err
}

func (c *community) comment(draw func(int) int) error {
	var replyTo int64
	if draw(3) == 0 {
		replyTo = c.pick(&c.comments, draw)
	}
	r, err := c.db.AddComment(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.styles, draw), c.caption(draw)+"!", replyTo)
	return c.add(&c.comments, r.CommentID, err)
}

// someCollection is 0 where none is named.
func (c *community) someCollection(draw func(int) int) int64 {
	if draw(2) == 0 {
		return 0
	}
	return c.pick(&c.collections, draw)
}

func (c *community) collect(draw func(int) int) error {
	r, err := c.db.CollectStyle(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.styles, draw), c.someCollection(draw))
	return c.add(&c.collections, r.CollectionID, err)
}

func (c *community) askQuestion(draw func(int) int) error {
	who := c.pick(&c.people, draw)
	in := QuestionInput{Body: "what is it?", PhotoIDs: c.somePhotos(who, draw(3), draw)}
	if draw(2) == 0 {
		in.StyleID = c.pick(&c.styles, draw)
	}
	id, err := c.db.AskQuestion(c.t.Context(), by(who), in)
	return c.add(&c.questions, id, err)
}

func (c *community) answerQuestion(draw func(int) int) error {
	var cited []int64
	if draw(2) == 0 {
		cited = []int64{c.pick(&c.styles, draw)}
	}
	id, err := c.db.AnswerQuestion(c.t.Context(), by(c.pick(&c.people, draw)), c.pick(&c.questions, draw), "this", cited)
	return c.add(&c.answers, id, err)
}

func (c *community) acceptAnswer(draw func(int) int) error {
	id := c.pick(&c.answers, draw)
	asker := one[int64](c.t, c.db, `select coalesce((select q.author_id from questions q join answers a on a.question_id = q.id where a.id = ?), 0)`, id)
	if draw(4) == 0 {
		asker = c.pick(&c.people, draw)
	}
	_, err := c.db.AcceptAnswer(c.t.Context(), by(asker), id)
	return err
}

// remove has a moderator take a style or a comment down.
func (c *community) remove(draw func(int) int) error {
	kind, ids := "Style", &c.styles
	if draw(2) == 0 {
		kind, ids = "Comment", &c.comments
	}
	report, err := c.db.Report(c.t.Context(), by(c.pick(&c.people, draw)), kind, c.pick(ids, draw), "SPAM", "")
	if err == nil {
		_, err = c.db.ResolveReport(c.t.Context(), by(c.moderator), report, ActionRemoveContent, "")
	}
	return err
}
