package models

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"styleshare/internal/fault"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) {
	// Each check is many transactions; -rapid.checks on the command line asks for more.
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	testkit.Main(m)
}

// open gives a database of the test's own.
func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(testkit.Database(t), 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// must gives what a call that cannot fail here gave.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// by is an attempt of a person without an idempotency key.
func by(userID int64) Attempt { return Attempt{UserID: userID, Mutation: "test"} }

// person makes an account without hashing a password.
func person(t testing.TB, db *DB) int64 {
	t.Helper()
	return named(t, db, "u"+strings.ToLower(rand.Text()[:16]))
}

func named(t testing.TB, db *DB, username string) int64 {
	t.Helper()
	u := &User{Username: username, DisplayName: username, CreatedAt: db.Now()}
	if _, err := db.NewInsert().Model(u).ExcludeColumn("id").Returning("id").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := &Account{UserID: u.ID, Email: username + "@example.com", Locale: "ko", TimeZone: DefaultTimeZone}
	if _, err := db.NewInsert().Model(a).Returning("NULL").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	return u.ID
}

func people(t testing.TB, db *DB, n int) []int64 {
	t.Helper()
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = person(t, db)
	}
	return ids
}

// photoIn makes a photo in any state.
func photoIn(t testing.TB, db *DB, owner int64, state PhotoState) int64 {
	t.Helper()
	p := &Photo{OwnerID: owner, State: state, ContentType: "image/jpeg", ByteSize: 1000, ObjectToken: rand.Text(), CreatedAt: db.Now()}
	if _, err := db.NewInsert().Model(p).ExcludeColumn("id").Returning("id").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func readyPhoto(t testing.TB, db *DB, owner int64) int64 {
	t.Helper()
	return photoIn(t, db, owner, PhotoReady)
}

// published makes a style with one photo.
func published(t testing.TB, db *DB, author int64, caption string) int64 {
	t.Helper()
	return publishedWith(t, db, author, caption)
}

// publishedWith makes a style whose items are all on its one photo.
func publishedWith(t testing.TB, db *DB, author int64, caption string, items ...ItemInput) int64 {
	t.Helper()
	in := StyleInput{PhotoIDs: []int64{readyPhoto(t, db, author)}, Caption: caption, Items: slices.Clone(items)}
	for i := range in.Items {
		in.Items[i].PhotoID = in.PhotoIDs[0]
	}
	id, err := db.PublishStyle(t.Context(), by(author), in)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func follow(t testing.TB, db *DB, follower, followee int64) {
	t.Helper()
	if _, err := db.Follow(t.Context(), by(follower), followee); err != nil {
		t.Fatal(err)
	}
}

// exec runs SQL that no verb does (yet): moderation, mostly.
func exec(t testing.TB, db *DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.NewRaw(statement, args...).Exec(t.Context()); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// one reads a single value.
func one[T any](t testing.TB, db *DB, query string, args ...any) (value T) {
	t.Helper()
	if err := db.NewRaw(query, args...).Scan(t.Context(), &value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func styleOf(t testing.TB, db *DB, id int64) *Style {
	t.Helper()
	s := must(db.Styles(t.Context(), []int64{id}))[id]
	if s == nil {
		t.Fatalf("style %d is gone", id)
	}
	return s
}

func photoOf(t testing.TB, db *DB, id int64) *Photo {
	t.Helper()
	return must(db.Photos(t.Context(), []int64{id}))[id]
}

// jobs counts the recorded work of a kind.
func jobs(t testing.TB, db *DB, kind JobKind) int {
	t.Helper()
	return one[int](t, db, `select count(*) from outbox where kind = ?`, kind)
}

// refused checks that err is exactly these user errors, each written "field CODE".
func refused(t testing.TB, err error, want ...string) {
	t.Helper()
	users, ok := errors.AsType[fault.Users](err)
	if !ok {
		t.Errorf("got %v, want user errors %q", err, want)
		return
	}
	var got []string
	for _, u := range users {
		got = append(got, strings.TrimSpace(strings.Join(u.Field, ".")+" "+string(u.Code)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("user errors %q, want %q", got, want)
	}
}

// atOnce runs n calls at the same moment and gives their errors.
func atOnce(n int, call func(i int) error) []error {
	errs := make([]error, n)
	begin := make(chan struct{})
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			<-begin
			errs[i] = call(i)
		})
	}
	close(begin)
	group.Wait()
	return errs
}

// inTx runs f in a transaction that must succeed.
func inTx(t testing.TB, db *DB, f func(context.Context, *Tx) error) {
	t.Helper()
	if err := db.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// move sets the database's clock.
func move(db *DB, by time.Duration) {
	now := db.Now
	db.Now = func() time.Time { return now().Add(by) }
}

func ptr[T any](value T) *T { return &value }

func usernameOf(t testing.TB, db *DB, id int64) string {
	t.Helper()
	return one[string](t, db, `select username from users where id = ?`, id)
}

func mention(t testing.TB, db *DB, ids ...int64) string {
	t.Helper()
	var b strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&b, "@%s ", usernameOf(t, db, id))
	}
	return b.String()
}
