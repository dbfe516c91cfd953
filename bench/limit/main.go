// Command limit answers the apps' operations by hand: pgx, as few statements as it takes, and JSON written from the bytes
// that PostgreSQL sends. There is no GraphQL in it, no cache, no session and no budget, but the same rule of visibility. It
// is what this server is measured against: nothing that reads the same from the database does with much less.
//
// It reads PORT, DATABASE_URL and PUBLIC_URL, and takes the viewer's number from the header X-Viewer.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// connections are as many as this server gets, see bench/api.
const connections = 4

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		return errors.New("DATABASE_URL is no address")
	}
	config.MaxConns = connections
	// One plan for each statement: planning the feed for each reader takes longer than reading it.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	h := &handler{pool: pool, renditions: os.Getenv("PUBLIC_URL") + "renditions/"}
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: h, ReadHeaderTimeout: time.Minute}
	return server.ListenAndServe()
}

type handler struct {
	pool       *pgxpool.Pool
	renditions string // the beginning of all addresses of pictures
}

// variables are those of all operations.
type variables struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	After    string `json:"after"`
	Input    struct {
		StyleID  string   `json:"styleId"`
		PhotoIDs []string `json:"photoIds"`
		Caption  string   `json:"caption"`
	} `json:"input"`
}

var operations = map[string]func(*handler, context.Context, *writer, variables) error{
	"HomeFeed": (*handler).feed, "StyleDetail": (*handler).detail, "Profile": (*handler).profile, "Me": (*handler).me,
	"Like": (*handler).like, "Publish": (*handler).publish,
}

// maxRequest is more than any operation takes, in bytes.
const maxRequest = 64 << 10

var writers = sync.Pool{New: func() any { return new(writer) }}

// ServeHTTP answers an operation by its name.
func (h *handler) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, maxRequest))
	var request struct {
		OperationName string    `json:"operationName"`
		Variables     variables `json:"variables"`
	}
	if err == nil {
		err = json.Unmarshal(body, &request)
	}
	w := writers.Get().(*writer)
	defer writers.Put(w)
	w.out, w.renditions = append(w.out[:0], `{"data":`...), h.renditions
	if err == nil {
		w.viewer, err = strconv.ParseInt(r.Header.Get("X-Viewer"), 10, 64)
	}
	operation := operations[request.OperationName]
	if err == nil && operation == nil {
		err = errors.New("no such operation")
	}
	if err == nil {
		err = operation(h, r.Context(), w, request.Variables)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		http.Error(out, "it did not work", http.StatusInternalServerError)
		return
	}
	w.out = append(w.out, '}')
	out.Header()["Content-Type"] = []string{"application/json"}
	out.Header()["Content-Length"] = []string{strconv.Itoa(len(w.out))}
	_, _ = out.Write(w.out) // who has gone cannot be told
}
