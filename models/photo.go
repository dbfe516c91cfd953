package models

import (
	"time"

	"github.com/uptrace/bun"
)

// PhotoState is where a photo stands in its life.
type PhotoState string

// The states of a photo.
const (
	PhotoAwaitingUpload PhotoState = "AWAITING_UPLOAD"
	PhotoProcessing     PhotoState = "PROCESSING"
	PhotoReady          PhotoState = "READY"
	PhotoRejected       PhotoState = "REJECTED"
)

// Photo is a picture; its bytes are in the object store under keys made of its id and ObjectToken.
type Photo struct {
	bun.BaseModel `bun:"table:photos" msgpack:"-"`

	ID            int64 `bun:",pk,autoincrement"`
	OwnerID       int64
	State         PhotoState
	Rejection     *string // a PhotoRejection of the contract
	ContentType   string
	ByteSize      int64
	ObjectToken   string
	Width, Height *int
	Blurhash      *string
	DominantColor *string
	StyleID       *int64
	CreatedAt     time.Time
	CompletedAt   *time.Time
	ReadyAt       *time.Time
}
