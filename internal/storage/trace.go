package storage

import (
	"context"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"styleshare/internal/tracing"
)

// traceCalls has the calls of traced requests and jobs told, by the names of their operations: the key of an object is a
// secret that opens it.
func traceCalls(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("StyleshareTrace",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			name := awsmiddleware.GetOperationName(ctx)
			ctx, span := tracing.Start(ctx, "S3", tracing.Client)
			if span.Recording() {
				span.Name("S3 " + name)
				span.Text("rpc.system.name", "aws-api")
				span.Text("rpc.method", name)
			}
			out, metadata, err := next.HandleInitialize(ctx, in)
			span.End(err)
			return out, metadata, err
		}), middleware.After)
}
