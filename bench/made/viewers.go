package made

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"styleshare/internal/auth"
	"styleshare/models"
)

// Viewer is somebody whose screens are measured.
type Viewer struct {
	ID        int64
	SessionID int64
	Username  string
	// Followees is exact for a reader (10, 100, 1000, 5000), and 0 for everybody else.
	Followees int
}

// Viewers reads all who were sampled, in the order of their ids.
func Viewers(ctx context.Context, db *models.DB) ([]Viewer, error) {
	rows, err := db.Pool.Query(ctx, `select v.user_id, s.id, u.username, coalesce(r.followees, 0) from bench.viewers v join users u on u.id = v.user_id
		join sessions s on s.user_id = v.user_id and s.user_agent = 'made' left join bench.readers r on r.user_id = v.user_id order by v.user_id`)
	if err != nil {
		return nil, fmt.Errorf("read the viewers: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Viewer])
}

// Tokens makes an access token for each of the viewers, in their order, with the database's own key. They live for
// auth.AccessTTL.
func Tokens(ctx context.Context, db *models.DB, viewers []Viewer) ([]string, error) {
	keys, err := auth.NewKeyRing(ctx, db.SigningKeys, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	tokens := make([]string, len(viewers))
	for i, v := range viewers {
		if tokens[i], _, err = keys.Sign(v.ID, v.SessionID); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}
