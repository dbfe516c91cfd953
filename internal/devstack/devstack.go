// Package devstack runs the servers this product needs (PostgreSQL, Redis, memcached and an S3 gateway) as private
// children of one process, for one checkout: on loopback, with own data, own ports and generated passwords.
//
// Children never outlive their parent on Linux, not even after kill -9. Elsewhere what was left behind is ended by the
// next start of the same checkout.
package devstack

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Name tells the parts of a stack apart.
type Name string

// The parts that can be started.
const (
	PostgreSQL Name = "postgresql"
	Redis      Name = "redis"
	Memcached  Name = "memcached"
	S3         Name = "s3"
)

// variables are the settings with which an operator brings a part of their own.
var variables = map[Name]string{
	PostgreSQL: "DATABASE_URL",
	Redis:      "REDIS_URL",
	Memcached:  "MEMCACHED_SERVERS",
	S3:         "S3_ENDPOINT",
}

// Needed lists the parts whose variable (DATABASE_URL, REDIS_URL, MEMCACHED_SERVERS, S3_ENDPOINT) is empty and which
// therefore have to be started. Call it with os.Getenv.
func Needed(getenv func(string) string) []Name {
	var need []Name
	for _, name := range []Name{PostgreSQL, Redis, Memcached, S3} {
		if getenv(variables[name]) == "" {
			need = append(need, name)
		}
	}
	return need
}

// Options say what to start, and for which checkout.
type Options struct {
	Dir  string    // the checkout (any directory in it); also where the S3 gateway's module is found
	Need []Name    // the parts to start, see Needed
	Out  io.Writer // one line for each step that takes long; nil for silence
	// Name is that of a stack with data of its own, which may run beside that of `run`; empty for that one.
	Name string
	// Settings are more settings of PostgreSQL, each as name=value.
	Settings []string
	// Ephemeral gives the stack a fresh directory (in memory where there is room) that Stop removes, random ports, and
	// servers that do not wait for the disk. Any number of ephemeral stacks run side by side.
	Ephemeral bool
}

// Stack is a set of running parts. The fields of parts that were not asked for are empty.
type Stack struct {
	DatabaseURL      string // postgres://… of a database named styleshare, with a superuser's rights
	RedisURL         string // redis://…/0
	MemcachedServers string // host:port

	S3Endpoint, S3Bucket, S3PublicURL  string
	AWSAccessKeyID, AWSSecretAccessKey string
	AWSRegion                          string

	home   *home
	parts  map[Name]*Part
	failed chan error
}

// Start starts the wanted parts side by side and returns when all of them answer. The context bounds the start only.
// When a part fails, those already running are stopped and the error is a sentence that says what to do.
func Start(ctx context.Context, o Options) (*Stack, error) {
	if o.Out == nil {
		o.Out = io.Discard
	}
	h, err := openHome(o)
	if err != nil {
		return nil, err
	}
	s := &Stack{home: h, parts: map[Name]*Part{}, failed: make(chan error, len(o.Need))}
	for _, name := range o.Need {
		s.parts[name] = newPart(h, name, s.failed)
	}
	if err := s.startAll(ctx, h.out); err != nil {
		s.Stop()
		return nil, err
	}
	s.publish()
	return s, nil
}

// startAll starts every part at once: the slowest alone decides how long a start takes.
func (s *Stack) startAll(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(chan error, len(s.parts))
	for _, p := range s.parts {
		go func() {
			began := time.Now()
			err := p.Start(ctx)
			if err == nil {
				_, _ = fmt.Fprintf(out, "%s answers on %s after %.1f s\n", p.title(), p.Addr(), time.Since(began).Seconds())
			}
			errs <- err
		}()
	}
	var first error
	for range s.parts {
		if err := <-errs; err != nil && first == nil {
			first = err
			cancel()
		}
	}
	return first
}

// publish copies the addresses of the running parts into the fields of the stack.
func (s *Stack) publish() {
	for name, p := range s.parts {
		switch name {
		case PostgreSQL:
			s.DatabaseURL = p.URL()
		case Redis:
			s.RedisURL = p.URL()
		case Memcached:
			s.MemcachedServers = p.URL()
		case S3:
			c := S3Config(p)
			s.S3Endpoint, s.S3Bucket, s.S3PublicURL = c.Endpoint, c.Bucket, c.PublicURL
			s.AWSAccessKeyID, s.AWSSecretAccessKey, s.AWSRegion = c.AccessKeyID, c.SecretAccessKey, c.Region
		}
	}
}

// Environ lists the variables (NAME=value) with which another process finds the parts of this stack.
func (s *Stack) Environ() []string {
	var env []string
	for _, v := range [][2]string{
		{"DATABASE_URL", s.DatabaseURL},
		{"REDIS_URL", s.RedisURL},
		{"MEMCACHED_SERVERS", s.MemcachedServers},
		{"S3_ENDPOINT", s.S3Endpoint},
		{"S3_BUCKET", s.S3Bucket},
		{"S3_PUBLIC_URL", s.S3PublicURL},
		{"AWS_ACCESS_KEY_ID", s.AWSAccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", s.AWSSecretAccessKey},
		{"AWS_REGION", s.AWSRegion},
	} {
		if v[1] != "" {
			env = append(env, strings.Join(v[:], "="))
		}
	}
	return env
}

// Failed delivers one error for each part that ended without being told to.
func (s *Stack) Failed() <-chan error { return s.failed }

// Part gives one part of the stack, nil when it was not asked for.
func (s *Stack) Part(name Name) *Part { return s.parts[name] }

// StopPart ends one part and keeps its data, address and password for StartPart.
func (s *Stack) StopPart(name Name) error {
	p := s.parts[name]
	if p == nil {
		return fmt.Errorf("this stack has no %s", name)
	}
	return p.Stop()
}

// StartPart starts a part again that StopPart ended.
func (s *Stack) StartPart(ctx context.Context, name Name) error {
	p := s.parts[name]
	if p == nil {
		return fmt.Errorf("this stack has no %s", name)
	}
	return p.Start(ctx)
}

// Stop ends every part and waits for them. The data stays, unless the stack is ephemeral. A second call does nothing.
func (s *Stack) Stop() {
	var wg sync.WaitGroup
	for _, p := range s.parts {
		wg.Go(func() { _ = p.Stop() })
	}
	wg.Wait()
	s.home.close()
}
