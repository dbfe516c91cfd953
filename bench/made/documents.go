package made

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/searchtext"
)

// documentBatch is how many people are read at once.
const documentBatch = 20_000

// indexPeople computes what search finds people by.
func (f *filler) indexPeople(ctx context.Context) error {
	for after := int64(math.MinInt64); ; {
		rows, err := f.conn.Query(ctx, `select id, username, display_name, md5(username || ' ' || display_name) from users where id > $1
			order by id limit $2`, after, documentBatch)
		if err != nil {
			return err
		}
		documents, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) {
			var username, displayName, stamp string
			if err := row.Scan(&after, &username, &displayName, &stamp); err != nil {
				return nil, err
			}
			d := searchtext.NewDocument([]string{username, displayName}, "").Named(username)
			return []any{after, d.Title, d.Body, d.Tokens, fmt.Sprintf("%d %s", searchtext.Version, stamp)}, nil
		})
		if err != nil || len(documents) == 0 {
			return err
		}
		if _, err = f.conn.CopyFrom(ctx, pgx.Identifier{"search_users"}, []string{"id", "title", "body", "tokens", "stamp"}, pgx.CopyFromRows(documents)); err != nil {
			return err
		}
	}
}
