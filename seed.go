package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"styleshare/internal/demo"
	"styleshare/internal/fault"
	"styleshare/internal/playground"
	"styleshare/models"
)

// The demo person that the playground signs in.
const (
	demoLogin    = "minji"
	demoPassword = "styleshare-demo"
	// demoData is the milestone that the demo data is there.
	demoData = "demo-data"
)

func demoPerson() *playground.Demo {
	return &playground.Demo{Login: demoLogin, Password: demoPassword}
}

// photoTimeout bounds the wait for one photo: without a worker it would never end.
const photoTimeout = 2 * time.Minute

type seedCommand struct{}

// Run publishes the demo data, once.
func (seedCommand) Run(ctx context.Context) error {
	c, err := load()
	if err != nil {
		return err
	}
	a, err := openApp(ctx, c, role{})
	if err != nil {
		return err
	}
	defer a.close()
	relayCtx, stop := context.WithCancel(ctx)
	relay := make(chan error, 1)
	go func() { relay <- a.jobs.RunRelay(relayCtx) }()
	err = a.seed(ctx, os.Stderr)
	stop()
	return errors.Join(err, <-relay)
}

// seed has the demo people sign up, upload, publish, follow, like and comment: everything goes the way that it goes for
// members. What an interrupted seed has done is found by its keys (24 hours long) and not done again.
func (a *app) seed(ctx context.Context, out io.Writer) error {
	done, err := a.db.Reached(ctx, demoData)
	if err != nil || done {
		return err
	}
	start := time.Now()
	s := &seeder{app: a, set: demo.Data(start), people: make(map[string]int64)}
	if err = s.all(ctx, out); err != nil {
		return err
	}
	fmt.Fprintf(out, "Demo data is there after %.0f s.\n", time.Since(start).Seconds())
	return a.db.Reach(ctx, demoData)
}

type seeder struct {
	*app
	set    *demo.Set
	people map[string]int64 // by username
	styles []int64          // as in the set
}

func (s *seeder) all(ctx context.Context, out io.Writer) error {
	if err := s.signUp(ctx); err != nil {
		return fmt.Errorf("seed people: %w", err)
	}
	fmt.Fprintf(out, "Drawing and publishing the demo pictures …\n")
	if err := s.publish(ctx, out); err != nil {
		return fmt.Errorf("seed styles: %w", err)
	}
	if err := s.socialise(ctx); err != nil {
		return fmt.Errorf("seed likes and comments: %w", err)
	}
	return nil
}

// attempt has a key that finds what an earlier run has done.
func (s *seeder) attempt(username, mutation, key string) models.Attempt {
	return models.Attempt{UserID: s.people[username], Mutation: mutation, Key: "demo/" + key, InputHash: []byte(key)}
}

func (s *seeder) signUp(ctx context.Context) error {
	for _, p := range s.set.People {
		id, err := s.member(ctx, p)
		if err != nil {
			return err
		}
		s.people[p.Username] = id
		if err = s.db.TrustEmail(ctx, id); err != nil {
			return err
		}
		bio := p.Bio
		if err = s.db.UpdateProfile(ctx, s.attempt(p.Username, "updateProfile", "bio"), models.ProfileChange{Bio: &bio}); err != nil {
			return err
		}
	}
	for _, f := range s.set.Follows {
		if _, err := s.db.Follow(ctx, s.attempt(f.Follower, "follow", "follow/"+f.Followee), s.people[f.Followee]); err != nil {
			return err
		}
	}
	return nil
}

// member signs a person up, or finds whom an earlier run has signed up, and gives the user's id.
func (s *seeder) member(ctx context.Context, p demo.Person) (int64, error) {
	grant, err := s.db.SignUp(ctx, models.SignUpInput{Username: p.Username, Email: p.Username + "@styleshare.example",
		Password: demoPassword, DisplayName: p.DisplayName, Locale: p.Locale, TimeZone: p.TimeZone, UserAgent: "demo data"})
	if faults, ok := errors.AsType[fault.Users](err); ok && faults[0].Code == fault.Taken {
		return s.db.UserIDByUsername(ctx, p.Username)
	}
	if err != nil {
		return 0, err
	}
	return grant.UserID, nil
}

// upload draws a picture and sends it as a phone does, to the address that the store signed, and gives the photo being processed.
func (s *seeder) upload(ctx context.Context, username, key string, draw func() []byte) (int64, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err() // before a drawing that nobody waits for
	}
	picture := draw()
	id, err := s.db.CreatePhoto(ctx, s.attempt(username, "createUpload", key), "image/jpeg", int64(len(picture)))
	if err != nil {
		return 0, err
	}
	photo, err := s.db.OwnPhoto(ctx, s.people[username], id)
	if err != nil || photo.State != models.PhotoAwaitingUpload {
		return id, err
	}
	address, headers, err := s.store.PresignPut(ctx, photo.OriginalKey(), photo.ContentType, photo.ByteSize, models.UploadTTL)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(picture))
	if err != nil {
		return 0, err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the object store refused an upload: %s", response.Status)
	}
	return s.db.CompletePhoto(ctx, s.attempt(username, "completeUpload", key), id)
}

// publish uploads all pictures, several at a time, and publishes the styles in their order.
func (s *seeder) publish(ctx context.Context, out io.Writer) error {
	photos := make([][]int64, len(s.set.Styles))
	avatars := make([]int64, len(s.set.People))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(3 * runtime.GOMAXPROCS(0)) // drawing takes a core; sending waits
	for i, p := range s.set.People {
		group.Go(func() (err error) {
			avatars[i], err = s.upload(groupCtx, p.Username, "avatar", p.Avatar)
			return err
		})
	}
	for i, style := range s.set.Styles {
		photos[i] = make([]int64, style.Photos)
		group.Go(func() (err error) {
			for n := range style.Photos {
				if photos[i][n], err = s.upload(groupCtx, style.Author, fmt.Sprintf("photo/%d/%d", i, n), func() []byte { return style.Photo(n) }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, style := range s.set.Styles {
		id, err := s.db.PublishStyle(ctx, s.attempt(style.Author, "publishStyle", fmt.Sprintf("style/%d", i)), input(style, photos[i]))
		if err != nil {
			return err
		}
		s.styles = append(s.styles, id)
	}
	if err := s.showAvatars(ctx, avatars); err != nil {
		return err
	}
	return s.waitForStyles(ctx, out)
}

func input(style demo.Style, photos []int64) models.StyleInput {
	in := models.StyleInput{PhotoIDs: photos, Caption: style.Caption, WornOn: &style.WornOn}
	for _, item := range style.Items {
		in.Items = append(in.Items, models.ItemInput{PhotoID: photos[item.Photo], X: item.X, Y: item.Y, Brand: &item.Brand,
			Name: item.Name, PriceMinor: &item.PriceMinor, Currency: &item.Currency})
	}
	return in
}

func (s *seeder) showAvatars(ctx context.Context, avatars []int64) error {
	if err := s.wait(ctx, func() (bool, error) {
		photos, err := s.db.Photos(ctx, avatars)
		for _, p := range photos {
			if p.State != models.PhotoReady {
				return false, err
			}
		}
		return err == nil, err
	}); err != nil {
		return err
	}
	for i, p := range s.set.People {
		err := s.db.UpdateProfile(ctx, s.attempt(p.Username, "updateProfile", "avatar"), models.ProfileChange{AvatarPhotoID: &avatars[i]})
		if err != nil {
			return err
		}
	}
	return nil
}

// waitForStyles waits until the workers have made all thumbnails, and tells how far they are.
func (s *seeder) waitForStyles(ctx context.Context, out io.Writer) error {
	said := time.Now()
	return s.wait(ctx, func() (bool, error) {
		styles, err := s.db.Styles(ctx, s.styles)
		shown := 0
		for _, style := range styles {
			if style.State == models.StylePublished {
				shown++
			}
		}
		if time.Since(said) > 3*time.Second {
			said = time.Now()
			fmt.Fprintf(out, "%d of %d styles are published …\n", shown, len(s.styles))
		}
		return shown == len(s.styles), err
	})
}

func (s *seeder) wait(ctx context.Context, done func() (bool, error)) error {
	late := time.After(photoTimeout)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return errors.New("the thumbnails are not ready: is a worker running, and does the object store answer?")
		}
	}
}

// concurrentVerbs is how many likes and comments are under way at once: they wait for the database more than they work.
const concurrentVerbs = 8

func (s *seeder) socialise(ctx context.Context) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(concurrentVerbs)
	for _, l := range s.set.Likes {
		group.Go(func() error {
			id := s.styles[l.Style]
			_, err := s.db.LikeStyle(groupCtx, s.attempt(l.Username, "likeStyle", fmt.Sprintf("like/%d", id)), id)
			return err
		})
	}
	// Replies come after what they reply to, which is under the same style.
	comments := make([]int64, len(s.set.Comments))
	for style := range s.set.Styles {
		group.Go(func() error { return s.talk(groupCtx, style, comments) })
	}
	for i := range s.set.Questions {
		group.Go(func() error { return s.question(groupCtx, i) })
	}
	for _, ask := range s.set.Asks {
		group.Go(func() error {
			id := s.styles[ask.Style]
			_, err := s.db.RequestItemInfo(groupCtx, s.attempt(ask.Username, "requestItemInfo", fmt.Sprintf("ask/%d", id)), id, models.ItemInfoPoint{})
			return err
		})
	}
	return group.Wait()
}

// question asks one of the questions and has it answered.
func (s *seeder) question(ctx context.Context, i int) error {
	q := s.set.Questions[i]
	id, err := s.db.AskQuestion(ctx, s.attempt(q.Author, "askQuestion", fmt.Sprintf("question/%d", i)), models.QuestionInput{Body: q.Body})
	if err != nil {
		return err
	}
	for n, answer := range q.Answers {
		var cited []int64
		if answer.Style >= 0 {
			cited = append(cited, s.styles[answer.Style])
		}
		answerID, err := s.db.AnswerQuestion(ctx, s.attempt(answer.Author, "answerQuestion", fmt.Sprintf("answer/%d/%d", i, n)), id, answer.Body, cited)
		if err == nil && n == q.Accepted {
			_, err = s.db.AcceptAnswer(ctx, s.attempt(q.Author, "acceptAnswer", fmt.Sprintf("accept/%d", i)), answerID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// talk writes the comments under one style and keeps their ids.
func (s *seeder) talk(ctx context.Context, style int, comments []int64) error {
	for i, c := range s.set.Comments {
		if c.Style != style {
			continue
		}
		replyTo := int64(0)
		if c.ReplyTo >= 0 {
			replyTo = comments[c.ReplyTo]
		}
		result, err := s.db.AddComment(ctx, s.attempt(c.Author, "addComment", fmt.Sprintf("comment/%d", i)), s.styles[style], c.Body, replyTo)
		if err != nil {
			return err
		}
		comments[i] = result.CommentID
	}
	return nil
}
