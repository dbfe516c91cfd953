package models

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// asked is a question with photos.
func asked(t testing.TB, db *DB, author int64, photos ...int64) int64 {
	t.Helper()
	id, err := db.AskQuestion(t.Context(), by(author), QuestionInput{Body: "what goes with it?", PhotoIDs: photos})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func answered(t testing.TB, db *DB, author, question int64, cited ...int64) int64 {
	t.Helper()
	id, err := db.AnswerQuestion(t.Context(), by(author), question, "this", cited)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func questionOf(t testing.TB, db *DB, id int64) *Question {
	t.Helper()
	return must(db.Questions(t.Context(), []int64{id}))[id]
}

func remove(t testing.TB, db *DB, how func(*Tx, context.Context, int64) error, id int64) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return how(tx, ctx, id) })
}

func TestRoundTripOfQuestions(t *testing.T) {
	t.Parallel()
	db := open(t)
	owner, at, ids := person(t, db), ptr(someTime), []int64{1 << 62, 3, 2}
	style := published(t, db, owner, "")
	photo := styleOf(t, db, style).PhotoIDs[0]
	empty := &Question{ID: 9, AuthorID: owner, PhotoIDs: []int64{}}
	emptyAnswer := &Answer{ID: 9, QuestionID: 9, AuthorID: owner, StyleIDs: []int64{}}
	answer := &Answer{ID: 1 << 60, QuestionID: 9, AuthorID: owner, Body: awkward, StyleIDs: ids, CreatedAt: someTime, RemovedAt: at}
	question := &Question{ID: 1 << 60, AuthorID: owner, Body: awkward, PhotoIDs: ids, StyleID: &style, AnswerCount: 1, AcceptedAnswerID: ptr(answer.ID),
		CreatedAt: someTime, PublishedAt: at, RemovedAt: at}
	request := &ItemInfoRequest{ID: 1 << 60, StyleID: style, UserID: owner, PhotoID: &photo, X: ptr(1.0), Y: ptr(0.1), CreatedAt: someTime, AnsweredAt: at}
	for _, row := range []any{answer, question, request} {
		complete(t, row)
	}
	roundTrip(t, db, empty)
	roundTrip(t, db, emptyAnswer)
	roundTrip(t, db, answer)
	roundTrip(t, db, question)
	roundTrip(t, db, &ItemInfoRequest{ID: 9, StyleID: style, UserID: owner})
	roundTrip(t, db, request)
	for _, q := range []*Question{empty, question} {
		byID(t, db.Questions, q.ID, q)
	}
	for _, a := range []*Answer{emptyAnswer, answer} {
		byID(t, db.Answers, a.ID, a)
	}
}

func TestQuestionsThatAreRefused(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, other := person(t, db), person(t, db)
	photo, avatar := readyPhoto(t, db, author), readyPhoto(t, db, author)
	if err := db.UpdateProfile(t.Context(), by(author), ProfileChange{AvatarPhotoID: &avatar}); err != nil {
		t.Fatal(err)
	}
	used := styleOf(t, db, published(t, db, author, "")).PhotoIDs[0]
	usedHere := readyPhoto(t, db, author)
	asked(t, db, author, usedHere)
	private := published(t, db, other, "")
	exec(t, db, `update users set is_private = true where id = ?`, other)
	for name, c := range map[string]struct {
		in   QuestionInput
		want []string
	}{
		"nothing":            {QuestionInput{}, []string{"body REQUIRED"}},
		"blank":              {QuestionInput{Body: " \u200b\n"}, []string{"body REQUIRED"}},
		"too long":           {QuestionInput{Body: strings.Repeat("가", MaxQuestion+1)}, []string{"body TOO_LONG"}},
		"eleven photos":      {QuestionInput{Body: "x", PhotoIDs: []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}, []string{"photoIds TOO_MANY"}},
		"a photo twice":      {QuestionInput{Body: "x", PhotoIDs: []int64{photo, photo}}, []string{"photoIds.1 INVALID"}},
		"much at once":       {QuestionInput{PhotoIDs: []int64{photo, photo}}, []string{"body REQUIRED", "photoIds.1 INVALID"}},
		"an unknown photo":   {QuestionInput{Body: "x", PhotoIDs: []int64{photo, 1}}, []string{"photoIds.1 NOT_FOUND"}},
		"another's photo":    {QuestionInput{Body: "x", PhotoIDs: []int64{readyPhoto(t, db, other)}}, []string{"photoIds.0 NOT_FOUND"}},
		"a style's photo":    {QuestionInput{Body: "x", PhotoIDs: []int64{used}}, []string{"photoIds.0 NOT_ALLOWED"}},
		"a question's photo": {QuestionInput{Body: "x", PhotoIDs: []int64{usedHere}}, []string{"photoIds.0 NOT_ALLOWED"}},
		"an avatar":          {QuestionInput{Body: "x", PhotoIDs: []int64{avatar}}, []string{"photoIds.0 NOT_ALLOWED"}},
		"not sent":           {QuestionInput{Body: "x", PhotoIDs: []int64{photoIn(t, db, author, PhotoAwaitingUpload)}}, []string{"photoIds.0 NOT_READY"}},
		"rejected":           {QuestionInput{Body: "x", PhotoIDs: []int64{photoIn(t, db, author, PhotoRejected)}}, []string{"photoIds.0 INVALID"}},
		"an unknown style":   {QuestionInput{Body: "x", StyleID: 1}, []string{"styleId NOT_FOUND"}},
		"a private style":    {QuestionInput{Body: "x", StyleID: private}, []string{"styleId NOT_FOUND"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := db.AskQuestion(t.Context(), by(author), c.in)
			refused(t, err, c.want...)
		})
	}
	t.Cleanup(func() {
		if p := must(db.Photos(context.Background(), []int64{photo}))[photo]; p.QuestionID != nil {
			t.Error("a refused question took a photo")
		}
	})
}

func TestAQuestionAppearsWhenItsPhotosAreReady(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	if q := questionOf(t, db, asked(t, db, author, readyPhoto(t, db, author))); q.PublishedAt == nil {
		t.Error("a question waits for nothing")
	}
	for range 5 {
		photos := []int64{photoIn(t, db, author, PhotoProcessing), readyPhoto(t, db, author), photoIn(t, db, author, PhotoProcessing)}
		id := asked(t, db, author, photos...)
		if q := questionOf(t, db, id); q.PublishedAt != nil || !slices.Equal(q.PhotoIDs, photos) {
			t.Fatalf("%+v", q)
		}
		shows := func(viewer int64) bool {
			return slices.Contains(walk(t, db, Questions, viewer, 0, 100, false, nil), id)
		}
		if !shows(author) || shows(0) {
			t.Error("only its author sees a question that waits")
		}
		for _, err := range atOnce(4, func(i int) error { // each job delivered twice
			return db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error {
				_, err := tx.PhotoReady(ctx, photos[i/2*2], PhotoResult{Width: 1, Height: 1})
				return err
			})
		}) {
			if err != nil {
				t.Error(err)
			}
		}
		if !shows(0) {
			t.Error("a question waits for nothing")
		}
	}
	checkCounters(t, db)
}

func TestPhotosOfQuestionsAreUsed(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	kept, unused := readyPhoto(t, db, author), readyPhoto(t, db, author)
	asked(t, db, author, kept)
	move(db, 2*UnusedPhotoTTL)
	if _, erased, err := db.CleanUpPhotos(t.Context()); erased != 1 || err != nil {
		t.Errorf("%d erased, %v", erased, err)
	}
	if photoOf(t, db, kept) == nil || photoOf(t, db, unused) != nil {
		t.Error("the photo of the question is what must be kept")
	}
	contested := readyPhoto(t, db, author)
	taken := 0
	for _, err := range atOnce(8, func(i int) (err error) {
		if i%2 == 0 {
			_, err = db.AskQuestion(t.Context(), by(author), QuestionInput{Body: "x", PhotoIDs: []int64{contested}})
		} else {
			_, err = db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: []int64{contested}})
		}
		return err
	}) {
		if err == nil {
			taken++
		} else {
			refused(t, err, "photoIds.0 NOT_ALLOWED")
		}
	}
	if taken != 1 {
		t.Errorf("one photo was used %d times", taken)
	}
	checkCounters(t, db)
}

// A style that goes leaves the questions about it and the answers that cite it.
func TestQuestionsOutliveTheStyle(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, other := person(t, db), person(t, db)
	style := published(t, db, author, "")
	id := must(db.AskQuestion(t.Context(), by(other), QuestionInput{Body: "x", StyleID: style}))
	answer := answered(t, db, author, id, style)
	must(db.DeleteStyle(t.Context(), by(author), style))
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.EraseStyle(ctx, style) })
	if q := questionOf(t, db, id); q == nil || q.StyleID != nil || q.AnswerCount != 1 {
		t.Errorf("%+v", q)
	}
	if a := must(db.Answers(t.Context(), []int64{answer}))[answer]; a == nil {
		t.Error("the answer is gone")
	}
}

// An erasure of the style that a question is about, at the same moment.
func TestAskingAboutAStyleThatIsBeingErased(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, other := person(t, db), person(t, db)
	style := published(t, db, author, "")
	var result <-chan error
	err := db.InTx(t.Context(), func(ctx context.Context, tx *Tx) error {
		if _, err := tx.NewRaw(`delete from styles where id = ?`, style).Exec(ctx); err != nil {
			return err
		}
		result = whenBlocked(t, db, 0, func() error {
			_, err := db.AskQuestion(ctx, by(other), QuestionInput{Body: "x", StyleID: style})
			return err
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, <-result, "styleId NOT_FOUND")
}

func TestQuestionVisibility(t *testing.T) {
	t.Parallel()
	db := open(t)
	follower, stranger, blocked := person(t, db), person(t, db), person(t, db)
	seen := map[bool]int{}
	for _, who := range []struct{ name, change string }{
		{"public", `bio = bio`}, {"private", `is_private = true`}, {"suspended", `suspended_at = now()`}, {"deleted", `deleted_at = now()`},
	} {
		author := person(t, db)
		follow(t, db, follower, author)
		exec(t, db, `insert into blocks (blocker_id, blocked_id) values (?, ?)`, author, blocked)
		for _, what := range []struct{ name, change string }{
			{"published", `body = body`}, {"waiting", `published_at = null`}, {"removed", `removed_at = now()`}, {"waiting, removed", `published_at = null, removed_at = now()`},
		} {
			id := asked(t, db, author)
			exec(t, db, `update questions set `+what.change+` where id = ?`, id)
			exec(t, db, `update users set `+who.change+` where id = ?`, author)
			for viewer, viewerID := range map[string]int64{"nobody": 0, "self": author, "follower": follower, "stranger": stranger, "blocked": blocked} {
				inSQL := slices.Contains(walk(t, db, Questions, viewerID, 0, 100, false, nil), id)
				u := must(db.Users(t.Context(), []int64{author}))[author]
				b := Between{Follows: viewerID == follower, Blocked: viewerID == blocked}
				if inGo := QuestionVisible(questionOf(t, db, id), u, viewerID, b); inGo != inSQL {
					t.Errorf("%s looks at a %s question of a %s account: by SQL %v, by Go %v", viewer, what.name, who.name, inSQL, inGo)
				}
				seen[inSQL]++
			}
			exec(t, db, `update users set is_private = false, suspended_at = null, deleted_at = null where id = ?`, author)
		}
	}
	// Public: everybody sees what is published, the author all four. Private: the follower and the author.
	if seen[true] != 4+3+2+3 {
		t.Errorf("visible and not: %v", seen)
	}
}

func TestUnansweredQuestions(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, other := person(t, db), person(t, db)
	first, second, third := asked(t, db, author), asked(t, db, other), asked(t, db, author)
	check := func(list List, want ...int64) {
		t.Helper()
		for _, size := range []int{1, 2, 100} {
			if got := walk(t, db, list, 0, 0, size, false, nil); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		}
	}
	check(Questions, third, second, first)
	check(UnansweredQuestions, third, second, first)
	answer := answered(t, db, other, first)
	check(Questions, third, second, first)
	check(UnansweredQuestions, third, second)
	remove(t, db, (*Tx).RemoveAnswer, answer)
	check(UnansweredQuestions, third, second, first)
	remove(t, db, (*Tx).RemoveQuestion, third)
	check(UnansweredQuestions, second, first)
}

func TestAskingWithAKey(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	in := QuestionInput{Body: "x", PhotoIDs: []int64{readyPhoto(t, db, author)}}
	a := must(NewAttempt(author, "askQuestion", ptr("key"), in))
	ids := make([]int64, 4)
	err := errors.Join(atOnce(len(ids), func(i int) (err error) { ids[i], err = db.AskQuestion(t.Context(), a, in); return err })...)
	if err != nil || len(slices.Compact(ids)) != 1 {
		t.Errorf("%v, %v", ids, err)
	}
}
