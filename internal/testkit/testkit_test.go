package testkit_test

import (
	"context"
	"net"
	"testing"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/devstack"
	"styleshare/internal/storage"
	"styleshare/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestDatabaseIsMigratedAndOwn(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("one of three at once", func(t *testing.T) {
			t.Parallel()
			conn, err := pgx.Connect(t.Context(), testkit.Database(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close(context.Background()) })
			// A second test in the same database would fail on the existing table.
			if _, err := conn.Exec(t.Context(), "create table testkit_was_here ()"); err != nil {
				t.Error(err)
			}
			var migrated bool
			if err := conn.QueryRow(t.Context(), "select to_regclass('users') is not null").Scan(&migrated); err != nil || !migrated {
				t.Errorf("migrated = %v, %v", migrated, err)
			}
		})
	}
}

func TestBucketsAreOwn(t *testing.T) {
	t.Parallel()
	one, two := open(t, testkit.S3(t)), open(t, testkit.S3(t))
	if err := one.Put(t.Context(), "originals/a", "image/png", "", []byte("a")); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Head(t.Context(), "originals/a"); err == nil {
		t.Error("the object of one bucket is in the other")
	}
}

func open(t *testing.T, c storage.Config) *storage.Store {
	t.Helper()
	s, err := storage.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOwnServersStopAndStart(t *testing.T) {
	t.Parallel()
	gateway, config := testkit.OwnS3(t)
	if store := open(t, config); store.Ping(t.Context()) != nil {
		t.Error("the gateway has no bucket")
	}
	for _, part := range []*devstack.Part{gateway, testkit.OwnRedis(t), testkit.OwnMemcached(t)} {
		for _, want := range []bool{true, false, true} {
			conn, err := net.Dial("tcp", part.Addr())
			if (err == nil) != want {
				t.Fatalf("%s answers: %v, want %v", part.URL(), err, want)
			}
			if err == nil {
				_ = conn.Close()
				err = part.Stop()
			} else {
				err = part.Start(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestRedisAndMemcachedAreOwn(t *testing.T) {
	t.Parallel()
	for name, give := range map[string]func(testing.TB) string{"Redis": testkit.Redis, "memcached": testkit.Memcached} {
		if one, two := give(t), give(t); one == two {
			t.Errorf("two tests share the %s at %s", name, one)
		}
	}
}
