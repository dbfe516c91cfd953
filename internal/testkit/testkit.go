// Package testkit gives tests real servers: a database of their own, a bucket of their own, a Redis and a memcached of their
// own, all of them private to the test run and gone after it.
//
// `make test` starts PostgreSQL and the S3 gateway once for all packages and names them in the TESTSTACK_ variables. A plain
// `go test ./models` works too: the first test that asks starts them for its own process. The operator's own variables
// (DATABASE_URL and so on) are never looked at, so no test can reach a database that somebody needs.
package testkit

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"

	"styleshare/internal/devstack"
)

// Main runs the tests of a package and ends the servers that they started: `func TestMain(m *testing.M) { testkit.Main(m) }`.
// Without it the servers still end with the process on Linux, but their files stay until the next test run. What else has
// to be put away goes into after.
func Main(m *testing.M, after ...func()) {
	code := m.Run()
	stopShared()
	for _, f := range after {
		f()
	}
	os.Exit(code)
}

// shared are the servers that the tests of this process use together, started when first asked for.
var shared = struct {
	sync.Mutex
	stacks map[devstack.Name]*devstack.Stack
	errs   map[devstack.Name]error
}{stacks: map[devstack.Name]*devstack.Stack{}, errs: map[devstack.Name]error{}}

// sharedStack starts a part for this process once. A failed start is not tried again: every test says the same sentence.
func sharedStack(t testing.TB, name devstack.Name) *devstack.Stack {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.stacks[name] == nil && shared.errs[name] == nil {
		shared.stacks[name], shared.errs[name] = startEphemeral(name)
	}
	if err := shared.errs[name]; err != nil {
		t.Fatal(err)
	}
	return shared.stacks[name]
}

func startEphemeral(names ...devstack.Name) (*devstack.Stack, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	// Not the test's context: a shared stack outlives the test that happened to come first.
	return devstack.Start(context.Background(), devstack.Options{Dir: dir, Need: names, Ephemeral: true})
}

func stopShared() {
	shared.Lock()
	defer shared.Unlock()
	for _, s := range shared.stacks {
		if s != nil {
			s.Stop()
		}
	}
	clear(shared.stacks)
	for name := range shared.errs {
		shared.errs[name] = errors.New("testkit: asked for a server after the end of the tests")
	}
}

// own starts a part that belongs to one test, who may stop it and start it again.
func own(t testing.TB, name devstack.Name) *devstack.Stack {
	t.Helper()
	s, err := startEphemeral(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Redis gives the address (redis://…/0) of an empty Redis that only this test uses. A database number of a shared server
// would not do: publish and subscribe know no database numbers.
func Redis(t testing.TB) string {
	t.Helper()
	return OwnRedis(t).URL()
}

// OwnRedis is Redis with a handle: Stop and Start it to see what happens without it. It forgets its data when stopped.
func OwnRedis(t testing.TB) *devstack.Part {
	t.Helper()
	return own(t, devstack.Redis).Part(devstack.Redis)
}

// Memcached gives the address (host:port) of an empty memcached that only this test uses.
func Memcached(t testing.TB) string {
	t.Helper()
	return OwnMemcached(t).URL()
}

// OwnMemcached is Memcached with a handle: Stop and Start it to see what happens without it.
func OwnMemcached(t testing.TB) *devstack.Part {
	t.Helper()
	return own(t, devstack.Memcached).Part(devstack.Memcached)
}
