// Command plangen generates what gqlgen does, and beside it the code by which package plan answers: for each object type of
// the schema a function that writes what is wanted of an object. It reads gqlgen.yml of the folder that it is run in.
package main

import (
	"fmt"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate() error {
	c, err := config.LoadConfig("gqlgen.yml")
	if err != nil {
		return fmt.Errorf("gqlgen.yml: %w", err)
	}
	return api.Generate(c, api.AddPlugin(plugin{}))
}
