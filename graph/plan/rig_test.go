package plan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/graph/generated"
	"styleshare/graph/transport"
	"styleshare/internal/cache"
	"styleshare/internal/relay"
	"styleshare/internal/testkit"
	"styleshare/loaders"
	"styleshare/models"
	"styleshare/resolvers"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// rig is a small community, and the same executor with and without plans.
type rig struct {
	db             *models.DB
	loaders        *loaders.Loaders
	resolvers      *resolvers.Resolver
	schema         *ast.Schema
	plain, planned *transport.Executor
	// resolved counts the fields that gqlgen resolves for the executor with plans.
	resolved atomic.Int64
	people   []int64
	ids      []string // global ids of all kinds of things
}

func newRig(t testing.TB) *rig {
	t.Helper()
	db, err := models.Open(testkit.Database(t), 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	c, err := cache.New(cache.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	l := loaders.New(loaders.Config{DB: db, Cache: c, PublicURL: "https://pictures.example/"})
	r := &rig{db: db, loaders: l, resolvers: &resolvers.Resolver{DB: db, Loaders: l}}
	config := generated.Config{Resolvers: r.resolvers}
	limits := transport.Config{CostPerRequest: 1 << 30, Introspection: true, Limits: transport.Limits{Depth: 50, Aliases: 10_000, Duplicates: 10_000}}
	schema := generated.NewExecutableSchema(config)
	r.schema, r.plain = schema.Schema(), transport.NewExecutor(schema, limits)
	r.planned = transport.NewExecutor(generated.NewExecutableSchema(config), limits)
	r.planned.AroundFields(func(ctx context.Context, next graphql.Resolver) (any, error) {
		r.resolved.Add(1)
		return next(ctx)
	})
	r.planned.AroundRootFields(generated.NewPlanner(config))
	r.populate(t)
	return r
}

// populate has five people, one of them private and one suspended, do what people do.
func (r *rig) populate(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		grant, err := r.db.SignUp(ctx, models.SignUpInput{Username: fmt.Sprintf("person%d", i), Email: fmt.Sprintf("p%d@example.com", i),
			Password: "correct horse battery", DisplayName: "사람 \"" + fmt.Sprint(i) + "\" \\\t\x01", Locale: "ko", TimeZone: "Asia/Seoul"})
		must(err)
		r.people = append(r.people, grant.UserID)
		r.ids = append(r.ids, relay.ID("User", grant.UserID), relay.ID("Session", grant.SessionID))
	}
	for i, author := range r.people {
		for n := range 7 {
			r.style(t, author, fmt.Sprintf("look %d #데일리룩 #tag%d @person%d", n, n, (i+1)%5))
		}
		for _, other := range r.people {
			if other != author {
				_, err := r.db.Follow(ctx, models.Attempt{UserID: other}, author)
				must(err)
			}
		}
	}
	must(r.db.UpdateProfile(ctx, models.Attempt{UserID: r.people[3]}, models.ProfileChange{Bio: ptr("line\nline")}))
	_, err := r.db.NewRaw(`update users set is_private = true where id = ?; update users set suspended_at = now() where id = ?`, r.people[3], r.people[4]).Exec(ctx)
	must(err)
}

func ptr[T any](v T) *T { return &v }

// style publishes a style of two photos with an item, two comments and a like.
func (r *rig) style(t testing.TB, author int64, caption string) {
	t.Helper()
	ctx, a := t.Context(), models.Attempt{UserID: author}
	in := models.StyleInput{Caption: caption}
	for n := range 2 {
		photo, err := r.db.CreatePhoto(ctx, a, "image/jpeg", 100)
		if err != nil {
			t.Fatal(err)
		}
		err = r.db.InTx(ctx, func(ctx context.Context, tx *models.Tx) error {
			_, err := tx.PhotoReady(ctx, photo, models.PhotoResult{Width: 3 + n, Height: 4, Blurhash: "x", DominantColor: "#123456"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		in.PhotoIDs = append(in.PhotoIDs, photo)
	}
	in.Items = []models.ItemInput{{PhotoID: in.PhotoIDs[0], X: 0.25, Y: 0.5, Name: "코트", Brand: ptr("Brand & Co"), PriceMinor: ptr(12000), Currency: ptr("KRW")}}
	id, err := r.db.PublishStyle(ctx, a, in)
	if err != nil {
		t.Fatal(err)
	}
	r.ids = append(r.ids, relay.ID("Style", id), relay.ID("Photo", in.PhotoIDs[0]))
	for _, person := range r.people[:2] {
		comment, err := r.db.AddComment(ctx, models.Attempt{UserID: person}, id, "정보 좀요 @person0", 0)
		if err != nil {
			t.Fatal(err)
		}
		r.ids = append(r.ids, relay.ID("Comment", comment.CommentID))
		if _, err = r.db.LikeStyle(ctx, models.Attempt{UserID: person}, id); err != nil {
			t.Fatal(err)
		}
	}
}

// answer is data as it stands, and the errors in an order of their own: lists are resolved by many at once.
type answer struct {
	data   string
	errors []string
}

func (r *rig) ask(t testing.TB, e *transport.Executor, viewer int64, query string, variables map[string]any) answer {
	t.Helper()
	ctx := loaders.WithCaller(graphql.StartOperationTrace(t.Context()), loaders.Caller{UserID: viewer, Language: "ko"})
	op, errs := e.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: overTheWire(t, variables)})
	if errs != nil {
		t.Fatalf("%v\n%s\n%v", errs, query, variables)
	}
	respond, ctx := e.DispatchOperation(ctx, op)
	response := respond(ctx)
	out := answer{data: string(response.Data)}
	for _, err := range response.Errors {
		text, marshalErr := json.Marshal(err)
		if marshalErr != nil {
			t.Fatal(marshalErr)
		}
		out.errors = append(out.errors, string(text))
	}
	slices.Sort(out.errors)
	return out
}

// overTheWire gives variables as a transport reads them.
func overTheWire(t testing.TB, variables map[string]any) (out map[string]any) {
	t.Helper()
	text, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
