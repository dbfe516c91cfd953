// Command data fills an empty database with a made-up community, for measurements:
//
//	go run ./bench/data -size M postgres://…
//
// With -tokens 5 it prints instead, for so many of those who were sampled in a database that is filled, their id, their
// name and an access token, which lives for 15 minutes. Everybody's password is made-up-community.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"styleshare/bench/made"
	"styleshare/models"
)

func main() {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	name := flag.String("size", "S", "S, M or L: 10 thousand, 100 thousand or 4.5 million people")
	tokens := flag.Int("tokens", 0, "print access tokens of so many sampled people, and make nothing")
	flag.Parse()
	if flag.NArg() != 1 {
		return errors.New("name the database: postgres://user:password@host:5432/name")
	}
	if *tokens > 0 {
		return printTokens(ctx, out, flag.Arg(0), *tokens)
	}
	size, err := made.SizeOf(*name)
	if err != nil {
		return err
	}
	return made.Fill(ctx, flag.Arg(0), size, os.Stderr)
}

func printTokens(ctx context.Context, out io.Writer, databaseURL string, count int) error {
	db, err := models.Open(databaseURL, 0)
	if err != nil {
		return err
	}
	defer db.Close()
	viewers, err := made.Viewers(ctx, db)
	if err != nil {
		return err
	}
	viewers = viewers[:min(count, len(viewers))]
	tokens, err := made.Tokens(ctx, db, viewers)
	if err != nil {
		return err
	}
	for i, v := range viewers {
		fmt.Fprintln(out, v.ID, v.Username, tokens[i])
	}
	return nil
}
