// Command steps is this server without its HTTP chain, sessions and budgets, and with pieces left out, so that one sees what
// each is worth alone: PLANS=off has gqlgen execute everything, over cohorts alone, and nothing is read ahead; MEMCACHED and
// LOCAL_CACHE_BYTES may be empty. It takes the viewer's number from the header X-Viewer, as the peers do.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"time"

	"styleshare/graph/cost"
	"styleshare/graph/generated"
	"styleshare/graph/transport"
	"styleshare/internal/cache"
	"styleshare/internal/redisdb"
	"styleshare/loaders"
	"styleshare/models"
	"styleshare/resolvers"
)

// connections is the default of DATABASE_MAX_CONNS.
const connections = 16

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	db, err := models.Open(os.Getenv("DATABASE_URL"), connections)
	if err != nil {
		return err
	}
	redis, err := redisdb.Open(os.Getenv("REDIS_URL"))
	if err != nil {
		return err
	}
	c := cache.Config{Redis: redis, Log: slog.Default()}
	if servers := os.Getenv("MEMCACHED_SERVERS"); servers != "" {
		c.Servers = []string{servers}
	}
	if text := os.Getenv("LOCAL_CACHE_BYTES"); text != "" {
		if c.LocalBytes, err = strconv.ParseInt(text, 10, 64); err != nil {
			return errors.New("LOCAL_CACHE_BYTES is no number")
		}
	}
	kept, err := cache.New(c)
	if err != nil {
		return err
	}
	l := loaders.New(loaders.Config{DB: db, Cache: kept, PublicURL: os.Getenv("PUBLIC_URL")})
	go kept.Run(ctx, l.Pending)
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: handler(db, l), ReadHeaderTimeout: time.Minute}
	return server.ListenAndServe()
}

func handler(db *models.DB, l *loaders.Loaders) http.Handler {
	resolver := &resolvers.Resolver{DB: db, Loaders: l}
	schema := generated.Config{Resolvers: resolver}
	exec := transport.NewExecutor(generated.NewExecutableSchema(schema),
		transport.Config{Pages: cost.Pages{Default: models.DefaultPageSize, Max: models.MaxPageSize}})
	if os.Getenv("PLANS") != "off" {
		exec.AroundRootFields(generated.NewPlanner(schema))
	}
	answer := transport.NewHandler(exec)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		viewer, err := strconv.ParseInt(r.Header.Get("X-Viewer"), 10, 64)
		if err != nil {
			http.Error(w, "X-Viewer is no number", http.StatusBadRequest)
			return
		}
		answer.ServeHTTP(w, r.WithContext(loaders.WithCaller(r.Context(), loaders.Caller{UserID: viewer})))
	})
}
