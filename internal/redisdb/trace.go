package redisdb

import (
	"context"
	"net"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/tracing"
)

// traced has the commands of traced requests told, by name: never their keys or values.
func traced(client redis.UniversalClient) redis.UniversalClient {
	if tracing.Enabled() {
		client.AddHook(hook{})
	}
	return client
}

type hook struct{}

// DialHook implements redis.Hook.
func (hook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook implements redis.Hook.
func (hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		ctx, span := tracing.Start(ctx, "redis", tracing.Client)
		if !span.Recording() {
			return next(ctx, cmd)
		}
		span.Name("redis " + cmd.FullName())
		span.Text("db.system.name", "redis")
		span.Text("db.operation.name", cmd.FullName())
		err := next(ctx, cmd)
		span.End(withoutNil(err))
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		ctx, span := tracing.Start(ctx, "redis pipeline", tracing.Client)
		span.Text("db.system.name", "redis")
		span.Number("db.operation.batch.size", int64(len(cmds)))
		err := next(ctx, cmds)
		span.End(withoutNil(err))
		return err
	}
}

// withoutNil leaves out that there is nothing under a key.
func withoutNil(err error) error {
	if err == redis.Nil { //nolint:errorlint // it is never wrapped here
		return nil
	}
	return err
}
