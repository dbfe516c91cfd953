// Command docs builds the documentation site in docs/site: the pages of docs/, and a reference made from the schema. A link
// that leads nowhere, or a page that the index does not name, is an error.
package main

import (
	"fmt"
	"os"
)

func main() {
	pages, err := build(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "docs: "+err.Error())
		os.Exit(1)
	}
	fmt.Fprintf(os.Stdout, "docs/site/index.html and %d more pages\n", pages-1)
}
