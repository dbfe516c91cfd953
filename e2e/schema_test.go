package e2e

import (
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"styleshare/graph/generated"
)

// servedSchema is the schema that the server is built with.
var servedSchema = sync.OnceValue(func() *ast.Schema {
	return generated.NewExecutableSchema(generated.Config{}).Schema()
})
