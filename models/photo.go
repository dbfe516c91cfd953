package models

import (
	"fmt"
	"strconv"
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
	bun.BaseModel `bun:"table:photos"`

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
	QuestionID    *int64
	CreatedAt     time.Time
	CompletedAt   *time.Time
	ReadyAt       *time.Time
}

// PhotoSize names a rendition.
type PhotoSize string

// The renditions; the contract says how large they are.
const (
	PhotoThumb  PhotoSize = "THUMB"
	PhotoSmall  PhotoSize = "SMALL"
	PhotoMedium PhotoSize = "MEDIUM"
	PhotoLarge  PhotoSize = "LARGE"
)

// fileNames are the last parts of the renditions' keys.
var fileNames = map[PhotoSize]string{PhotoThumb: "thumb.jpg", PhotoSmall: "small.jpg", PhotoMedium: "medium.jpg", PhotoLarge: "large.jpg"}

// PhotoSizes are all renditions.
var PhotoSizes = []PhotoSize{PhotoThumb, PhotoSmall, PhotoMedium, PhotoLarge}

// OriginalKey is where the uploaded file is: never public.
func (p *Photo) OriginalKey() string { return fmt.Sprintf("originals/%d-%s", p.ID, p.ObjectToken) }

// RenditionKey is where a rendition is: public to whoever knows the token in it.
func (p *Photo) RenditionKey(size PhotoSize) string {
	var key [128]byte
	return string(p.AppendRenditionKey(key[:0], size))
}

// AppendRenditionKey is RenditionKey for whoever has a buffer. Keys need no escaping, in addresses or in JSON.
func (p *Photo) AppendRenditionKey(out []byte, size PhotoSize) []byte {
	out = strconv.AppendInt(append(out, "renditions/"...), p.ID, 10)
	out = append(append(append(out, '-'), p.ObjectToken...), '/')
	return append(out, fileNames[size]...)
}

// ObjectKeys are all objects that a photo may have.
func (p *Photo) ObjectKeys() []string {
	keys := []string{p.OriginalKey()}
	for _, size := range PhotoSizes {
		keys = append(keys, p.RenditionKey(size))
	}
	return keys
}
