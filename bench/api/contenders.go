package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"styleshare/graph"
	"styleshare/internal/devstack"
)

// The names of the contenders that are compared with.
const (
	reference = "Mercurius, JIT and loaders"
	limit     = "hand-written pgx and JSON"
	ourUsual  = "this server, memcached"
	ourBest   = "this server, all caches"
)

// peerFolder is where the peers that run on Node are; flaskFolder is that of the one in Python, which takes what Debian has.
const (
	peerFolder  = "bench/peers"
	flaskFolder = peerFolder + "/flask"
	flaskServer = "/usr/bin/gunicorn"
)

// ourEnvironment is what an operator of a machine with two cores would set: more connections than twice the cores of the database only
// have its processes push each other aside, which holds for the others, too. Nothing is sent to the object store or by mail here.
func ourEnvironment(s *devstack.Stack, databaseURL string) []string {
	return []string{
		"DATABASE_URL=" + databaseURL, "REDIS_URL=" + s.RedisURL, "MEMCACHED_SERVERS=" + s.MemcachedServers, "PUBLIC_URL=http://127.0.0.1:9",
		"S3_ENDPOINT=http://127.0.0.1:9", "S3_PUBLIC_URL=http://127.0.0.1:9/styleshare", "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none",
		"SMTP_URL=smtp://127.0.0.1:9?tls=none", "MAIL_FROM=no-reply@example.com", "DATABASE_MAX_CONNS=4", "OTEL_EXPORTER_OTLP_ENDPOINT=", "SENTRY_DSN=",
	}
}

// binary is this server, as make build leaves it.
func binary() string {
	path, err := filepath.Abs(filepath.Join("bin", "styleshare"))
	if err != nil {
		panic(err) // the working directory is gone
	}
	return path
}

// ours is this server with fewer caches than it has, and with all of them.
func ours(s *devstack.Stack, databaseURL string) []*contender {
	env := ourEnvironment(s, databaseURL)
	command := []string{binary(), "serve"}
	with := func(variables ...string) []string { return append(env[:len(env):len(env)], variables...) }
	return []*contender{
		{name: "this server, no caches", command: command, tokens: true, env: with("MEMCACHED_SERVERS=", "LOCAL_CACHE_BYTES=0")},
		{name: ourUsual, command: command, tokens: true, env: with("LOCAL_CACHE_BYTES=0")},
		{name: ourBest, command: command, tokens: true, env: env},
	}
}

// worker does what writes of this server leave to do.
func worker(s *devstack.Stack, databaseURL string) *contender {
	return &contender{name: "worker", command: []string{binary(), "worker"}, env: ourEnvironment(s, databaseURL), isWorker: true}
}

// others are the hand-written handlers, and the peers that are there.
func others(ctx context.Context, folder string) (found []*contender, missing []string, err error) {
	program, err := build(ctx, folder, "limit")
	if err != nil {
		return nil, nil, err
	}
	found = append(found, &contender{name: limit, command: []string{program}})
	for _, c := range []*contender{
		{name: reference, command: []string{"./node", "cluster.mjs", "mercurius.mjs"}},
		{name: "Apollo Server 5", command: []string{"./node", "cluster.mjs", "apollo.mjs"}},
		{name: "PostGraphile 5", command: []string{"./node", "cluster.mjs", "postgraphile.mjs"}},
	} {
		c.dir = peerFolder
		program := filepath.Join(c.dir, c.command[len(c.command)-1])
		if _, err := os.Stat(filepath.Join(c.dir, "node_modules")); err != nil {
			missing = append(missing, c.name)
			continue
		}
		if c.documents, err = ownDocuments(strings.TrimSuffix(program, ".mjs") + ".graphql"); err != nil {
			return nil, nil, err
		}
		found = append(found, c)
	}
	flask := &contender{name: "Flask, graphene, memcached", dir: flaskFolder, command: []string{"./serve"}}
	if _, err := os.Stat(flaskServer); err == nil {
		found = append(found, flask)
	} else {
		missing = append(missing, flask.name)
	}
	return found, missing, nil
}

// build compiles one of the programs beside this one into a folder.
func build(ctx context.Context, folder, name string) (string, error) {
	program := filepath.Join(folder, name)
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "./bench/"+name).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build bench/%s: %w\n%s", name, err, out)
	}
	return program, nil
}

// ownDocuments reads the documents of a peer whose schema is not ours; nil where it has none.
func ownDocuments(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := parser.ParseQuery(&ast.Source{Name: path, Input: string(text)})
	if err != nil {
		return nil, err
	}
	return graph.DocumentsOf(all), nil
}
