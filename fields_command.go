package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"styleshare/graph/generated"
	"styleshare/graph/transport"
	"styleshare/models"
)

// servedSchema is the schema that this binary serves.
func servedSchema() *ast.Schema { return generated.NewExecutableSchema(generated.Config{}).Schema() }

type schemaCommand struct{}

// Run prints the schema.
func (schemaCommand) Run() error {
	var text bytes.Buffer
	formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchema(servedSchema())
	_, err := text.WriteTo(os.Stdout)
	return err
}

type fieldsCommands struct {
	Usage fieldsUsageCommand `cmd:"" help:"Who asks for which fields: before one is removed."`
}

type fieldsUsageCommand struct {
	Deprecated bool   `help:"Only fields that are deprecated, also those that nobody asks for."`
	Field      string `help:"Only this one, like Style.likeCount."`
	Days       int    `default:"30" help:"Of so many days, today among them; 90 are kept."`
}

// Run prints a line for each field, client and version.
func (c fieldsUsageCommand) Run(ctx context.Context) error {
	fields, err := c.fields(servedSchema())
	if err != nil {
		return err
	}
	db, err := database(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	uses, err := db.FieldUses(ctx, c.Days, fields)
	if err != nil {
		return err
	}
	return writeFieldUses(os.Stdout, uses, fields)
}

// fields are those that are asked about, nil for all.
func (c fieldsUsageCommand) fields(schema *ast.Schema) ([]string, error) {
	if c.Days < 1 {
		return nil, errors.New("--days must be at least 1")
	}
	if c.Field == "" && !c.Deprecated {
		return nil, nil
	}
	fields := []string{}
	for _, t := range schema.Types {
		for _, f := range t.Fields {
			name := t.Name + "." + f.Name
			isDeprecated := f.Directives.ForName("deprecated") != nil
			if (c.Field == "" || c.Field == name) && (!c.Deprecated || isDeprecated) && t.Kind != ast.InputObject {
				fields = append(fields, name)
			}
		}
	}
	if c.Field != "" && len(fields) == 0 {
		return nil, fmt.Errorf("--field=%s: the schema has no such field, or it is not deprecated", c.Field)
	}
	slices.Sort(fields)
	return fields, nil
}

// writeFieldUses writes a table, in which the fields stand, too, that nobody has asked for.
func writeFieldUses(to io.Writer, uses []models.FieldUse, fields []string) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FIELD\tCLIENT\tVERSION\tUSES\tLAST SEEN")
	used := map[string]bool{}
	for _, u := range uses {
		used[u.Field] = true
	}
	for _, field := range fields {
		if !used[field] {
			uses = append(uses, models.FieldUse{Field: field})
		}
	}
	slices.SortFunc(uses, models.CompareFieldUses)
	for _, u := range uses {
		switch {
		case u.Uses == 0:
			fmt.Fprintf(w, "%s\t-\t-\t0\tnever\n", u.Field)
		case u.Client == "":
			fmt.Fprintf(w, "%s\t(not named)\t%s\t%d\t%s\n", u.Field, u.Version, u.Uses, u.LastSeenAt.UTC().Format(time.DateTime))
		default:
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", u.Field, u.Client, u.Version, u.Uses, u.LastSeenAt.UTC().Format(time.DateTime))
		}
	}
	return w.Flush()
}

const (
	// usageEvery is how often what was counted is written, usageTimeout how long that may take.
	usageEvery   = time.Minute
	usageTimeout = 10 * time.Second
)

// countFields writes down which fields clients asked for, again and again and once more in the end.
func (a *app) countFields(ctx context.Context) {
	tick := time.NewTicker(usageEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		writeCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), usageTimeout)
		err := a.usage.Flush(func(counted map[transport.FieldUse]uint64) error {
			return a.db.AddFieldUses(writeCtx, fieldUses(counted))
		})
		cancel()
		if err != nil {
			a.log.WarnContext(ctx, "field uses not written, the next time again", "error", err)
		}
	}
}

// fieldUses are in one order, so that processes that write the same rows at once wait for each other.
func fieldUses(counted map[transport.FieldUse]uint64) []models.FieldUse {
	uses := make([]models.FieldUse, 0, len(counted))
	for u, n := range counted {
		uses = append(uses, models.FieldUse{Client: u.Client, Version: u.Version, Field: u.Field, Uses: int64(n)})
	}
	slices.SortFunc(uses, models.CompareFieldUses)
	return uses
}
