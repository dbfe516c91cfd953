package resolvers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/cache"
	"styleshare/internal/realtime"
	"styleshare/internal/redisdb"
	"styleshare/internal/relay"
	"styleshare/internal/storage"
	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
	"styleshare/resolvers"
)

// someone is a member of the matrix. What may be seen of them is said here in plain words, apart from the rule in models.
type someone struct {
	name            string
	id              int64
	private, hidden bool // hidden: suspended or deleted
}

// seer is a kind of viewer; nobody has the id 0.
type seer struct {
	*someone
	// blocked are those between whom and the viewer a block stands, whoever made it.
	follows, blocks, blocked, muted map[int64]bool
}

func (v seer) sees(p *someone) bool { return !p.hidden && !v.blocked[p.id] }

func (v seer) seesContent(p *someone) bool {
	return v.sees(p) && (!p.private || v.id == p.id || v.follows[p.id])
}

// thing is anything with a global id, and who may see it. Its mark stands in what somebody wrote of it.
type thing struct {
	typeName, what, mark, state string
	owner                       int64
	isFace                      bool // who somebody is, and nothing of what they do
	seen                        func(seer) bool
}

// matrix is a small world in which every kind of viewer stands to every kind of person, with everything that people make.
type matrix struct {
	t        *testing.T
	db       *models.DB
	resolver *resolvers.Resolver
	redis    redis.UniversalClient
	people   map[string]*someone
	byID     map[int64]*someone
	seers    map[string]seer
	things   map[string]*thing // by global id
	marks    map[string]*thing
	ids      map[string]string // global ids by what they are
	day      int
}

var (
	// targets are the people whom the others look at, by what they are.
	targets = []string{"open", "closed", "suspended", "deleted"}
	// lookers are those who look, by how they stand to each of the targets.
	lookers = []string{"stranger", "follower", "requested", "blocked", "blocking", "muting", "moderator"}
)

const host = "host" // whom everybody sees

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	db, err := models.Open(testkit.Database(t), 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	c, err := cache.New(cache.Config{Servers: []string{testkit.Memcached(t)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	m := &matrix{t: t, db: db, people: map[string]*someone{}, byID: map[int64]*someone{}, seers: map[string]seer{}, things: map[string]*thing{},
		marks: map[string]*thing{}, ids: map[string]string{}}
	m.resolver = &resolvers.Resolver{DB: db, Loaders: loaders.New(loaders.Config{DB: db, Cache: c, PublicURL: "https://pictures.example/"}), Sessions: resolvers.NewSessions(db)}
	m.connect()
	for _, name := range slices.Concat([]string{host}, targets, lookers) {
		m.person(name)
	}
	m.live()
	m.fold()
	m.part()
	m.makeSeers()
	return m
}

// connect gives the resolver what mutations and subscriptions ask. Nothing is sent to the store: it signs addresses.
func (m *matrix) connect() {
	m.t.Helper()
	m.redis = do[redis.UniversalClient](m, "redis")(redisdb.Open(testkit.Redis(m.t)))
	m.resolver.Events = realtime.New(m.redis, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.WithoutCancel(m.t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.resolver.Events.Run(ctx)
	}()
	m.t.Cleanup(func() {
		cancel()
		<-ended
		_ = m.redis.Close()
	})
	m.resolver.Store = do[*storage.Store](m, "store")(storage.New(m.t.Context(), storage.Config{Endpoint: "http://127.0.0.1:9", Bucket: "matrix",
		Region: "us-east-1", AccessKeyID: "x", SecretAccessKey: "x"}))
}

func do[T any](m *matrix, what string) func(T, error) T {
	return func(value T, err error) T {
		m.t.Helper()
		if err != nil {
			m.t.Fatalf("%s: %v", what, err)
		}
		return value
	}
}

func (m *matrix) exec(statement string, args ...any) {
	m.t.Helper()
	if _, err := m.db.NewRaw(statement, args...).Exec(m.t.Context()); err != nil {
		m.t.Fatalf("%s: %v", statement, err)
	}
}

func (m *matrix) by(name string) models.Attempt {
	return models.Attempt{UserID: m.people[name].id, Mutation: "matrix"}
}

// mark makes a word that stands nowhere else.
func (m *matrix) mark() string {
	mark := fmt.Sprintf("mk%03dx", len(m.marks))
	m.marks[mark] = nil
	return mark
}

// add makes a thing known. Without a mark nothing is written on it.
func (m *matrix) add(typeName string, id int64, what, mark string, owner *someone, seen func(seer) bool) *thing {
	x := &thing{typeName: typeName, what: what, mark: mark, owner: owner.id, seen: seen}
	m.things[relay.ID(typeName, id)], m.ids[what] = x, relay.ID(typeName, id)
	if mark != "" {
		m.marks[mark] = x
	}
	return x
}

func (m *matrix) person(name string) {
	m.t.Helper()
	mark := m.mark()
	grant := do[*models.SessionGrant](m, "sign up")(m.db.SignUp(m.t.Context(), models.SignUpInput{Username: "m." + name, Email: name + "@example.com",
		Password: "correct horse " + name, DisplayName: mark, Locale: "en", TimeZone: "Asia/Seoul"}))
	p := &someone{name: name, id: grant.UserID, private: name == "closed", hidden: name == "suspended" || name == "deleted"}
	m.people[name], m.byID[p.id] = p, p
	m.add("User", p.id, name, mark, p, func(v seer) bool { return v.sees(p) }).isFace = true
	face := m.photo(name, models.PhotoReady)
	m.add("Photo", face, "avatar of "+name, "", p, func(v seer) bool { return v.id == p.id || v.sees(p) }).isFace = true
	if err := m.db.UpdateProfile(m.t.Context(), m.by(name), models.ProfileChange{Bio: &mark, AvatarPhotoID: &face}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *matrix) photo(owner string, state models.PhotoState) int64 {
	m.t.Helper()
	id := do[int64](m, "photo")(m.db.CreatePhoto(m.t.Context(), m.by(owner), "image/jpeg", 100))
	if state == models.PhotoReady {
		err := m.db.InTx(m.t.Context(), func(ctx context.Context, tx *models.Tx) error {
			_, err := tx.PhotoReady(ctx, id, models.PhotoResult{Width: 3, Height: 4, Blurhash: "x", DominantColor: "#123456"})
			return err
		})
		if err != nil {
			m.t.Fatal(err)
		}
		return id
	}
	m.exec(`update photos set state = ? where id = ?`, state, id)
	return id
}

// style makes a style in the state that it ends up in: a state, or deleted.
func (m *matrix) style(author, state, caption string) int64 {
	m.t.Helper()
	p, what, mark, item, brand := m.people[author], state+" style of "+author, m.mark(), m.mark(), "Matrix"
	photo := m.photo(author, map[bool]models.PhotoState{true: models.PhotoReady, false: models.PhotoProcessing}[state != "PROCESSING"])
	m.day++
	worn := time.Date(2026, 10, m.day%31+1, 0, 0, 0, 0, time.UTC)
	id := do[int64](m, what)(m.db.PublishStyle(m.t.Context(), m.by(author), models.StyleInput{PhotoIDs: []int64{photo}, Caption: mark + " " + caption,
		WornOn: &worn, Items: []models.ItemInput{{PhotoID: photo, Name: item, Brand: &brand}}}))
	seen := func(v seer) bool {
		return state != "deleted" && (state == "PUBLISHED" || v.id == p.id) && v.seesContent(p)
	}
	row := do[map[int64]*models.Style](m, what)(m.db.Styles(m.t.Context(), []int64{id}))[id]
	m.add("Style", id, what, mark, p, seen).state = state
	m.add("Photo", photo, "photo of "+what, "", p, func(v seer) bool { return v.id == p.id || seen(v) }).state = state
	m.add("ItemTag", row.ItemIDs[0], "item of "+what, item, p, seen).state = state
	m.ids["tag"], m.ids["brand"] = relay.ID("Tag", append(row.TagIDs, 0)[0]), relay.ID("Brand", row.BrandIDs[0])
	if state == "PUBLISHED" {
		_, err := m.db.FanOutStyle(m.t.Context(), id, models.FeedLimits{Cap: 100, FanOutBelow: 100})
		if err != nil {
			m.t.Fatal(err)
		}
	}
	return id
}

// key is the number in the global id of something.
func (m *matrix) key(what string) int64 {
	m.t.Helper()
	_, id, err := relay.ParseID(m.ids[what])
	if err != nil {
		m.t.Fatalf("%s: %v", what, err)
	}
	return id
}

func (m *matrix) comment(author, style, more string, replyTo string) string {
	m.t.Helper()
	p, s, mark := m.people[author], m.things[m.ids[style]], m.mark()
	what := "comment " + mark + " of " + author + " on " + style
	var reply int64
	if replyTo != "" {
		reply = m.key(replyTo)
	}
	c := do[models.CommentResult](m, what)(m.db.AddComment(m.t.Context(), m.by(author), m.key(style), mark+" "+more, reply))
	m.add("Comment", c.CommentID, what, mark, p, func(v seer) bool { return v.sees(p) && s.seen(v) }).state = s.state
	return what
}

func (m *matrix) collection(owner string, isPrivate bool, styles ...string) {
	m.t.Helper()
	p, mark := m.people[owner], m.mark()
	id := do[int64](m, "collection")(m.db.CreateCollection(m.t.Context(), m.by(owner), mark, isPrivate))
	m.add("Collection", id, fmt.Sprintf("collection of %s, private %t", owner, isPrivate), mark, p, func(v seer) bool { return (!isPrivate || v.id == p.id) && v.seesContent(p) })
	for _, style := range styles {
		do[models.CollectResult](m, "collect")(m.db.CollectStyle(m.t.Context(), m.by(owner), m.key(style), id))
	}
}

func (m *matrix) question(author, about string) string {
	m.t.Helper()
	p, mark, photo := m.people[author], m.mark(), m.photo(author, models.PhotoReady)
	what := "question of " + author + " about " + about
	id := do[int64](m, what)(m.db.AskQuestion(m.t.Context(), m.by(author), models.QuestionInput{Body: mark, StyleID: m.key(about), PhotoIDs: []int64{photo}}))
	seen := func(v seer) bool { return v.seesContent(p) }
	m.add("Question", id, what, mark, p, seen)
	m.add("Photo", photo, "photo of "+what, "", p, func(v seer) bool { return v.id == p.id || seen(v) })
	return what
}

func (m *matrix) answer(author, question string, styles ...string) string {
	m.t.Helper()
	p, q, mark := m.people[author], m.things[m.ids[question]], m.mark()
	what := "answer of " + author + " to " + question
	var cited []int64
	for _, s := range styles {
		cited = append(cited, m.key(s))
	}
	id := do[int64](m, what)(m.db.AnswerQuestion(m.t.Context(), m.by(author), m.key(question), mark, cited))
	m.add("Answer", id, what, mark, p, func(v seer) bool { return v.sees(p) && q.seen(v) })
	return what
}

// report has a stranger report something; a moderator decides about it where resolve is set.
func (m *matrix) report(what string, resolve bool) {
	m.t.Helper()
	mark, x := m.mark(), m.things[m.ids[what]]
	id := do[int64](m, "report "+what)(m.db.Report(m.t.Context(), m.by("stranger"), x.typeName, m.key(what), "OTHER", mark))
	m.add("Report", id, "report of "+what, mark, m.people["stranger"], func(v seer) bool { return v.name == "moderator" })
	if resolve {
		do[int64](m, "resolve")(m.db.ResolveReport(m.t.Context(), m.by("moderator"), id, models.ActionDismiss, ""))
	}
}

// fold has the notifications written that are due, and makes them known.
func (m *matrix) fold() {
	m.t.Helper()
	var jobs []json.RawMessage
	if err := m.db.NewRaw(`select payload from outbox where kind = ? order by id`, models.JobNotify).Scan(m.t.Context(), &jobs); err != nil {
		m.t.Fatal(err)
	}
	for _, payload := range jobs {
		var job models.NotifyJob
		if err := json.Unmarshal(payload, &job); err != nil {
			m.t.Fatal(err)
		}
		if err := m.db.InTx(m.t.Context(), func(ctx context.Context, tx *models.Tx) error { return tx.Fold(ctx, job) }); err != nil {
			m.t.Fatal(err)
		}
	}
	var rows []models.Notification
	if err := m.db.NewSelect().Model(&rows).Scan(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
	for _, n := range rows {
		m.add("Notification", n.ID, fmt.Sprintf("%s %d for %d", n.Kind, n.ID, n.RecipientID), "", m.byID[n.RecipientID], func(v seer) bool { return v.id == n.RecipientID })
	}
}
