package models

import (
	"time"

	"github.com/uptrace/bun"
)

// StyleState tells whether a style is shown.
type StyleState string

// The states of a style. Only its author sees one that is not published.
const (
	StyleProcessing StyleState = "PROCESSING" // waits for its photos
	StylePublished  StyleState = "PUBLISHED"
	StyleRemoved    StyleState = "REMOVED" // by a moderator
)

// Style is one post: photos of what somebody wore. It is cached, so it carries nothing that depends on who looks.
type Style struct {
	bun.BaseModel `bun:"table:styles"`

	ID                   int64 `bun:",pk,autoincrement"`
	AuthorID             int64
	State                StyleState
	Caption              string
	PhotoIDs             []int64    `bun:"photo_ids,array"`
	ItemIDs              []int64    `bun:"item_ids,array"`
	TagIDs               []int64    `bun:"tag_ids,array"`
	BrandIDs             []int64    `bun:"brand_ids,array"`
	MentionIDs           []int64    `bun:"mention_ids,array"`
	WornOn               *time.Time `bun:"type:date"`
	LikeCount            int
	CommentCount         int
	CollectCount         int
	ItemInfoRequestCount int
	CreatedAt            time.Time
	EditedAt             *time.Time
	PublishedAt          *time.Time
	DeletedAt            *time.Time
}

// ItemTag says what a garment at a point of a photo is.
type ItemTag struct {
	bun.BaseModel `bun:"table:item_tags"`

	ID         int64 `bun:",pk,autoincrement"`
	StyleID    int64
	PhotoID    int64
	X, Y       float64 // 0..1 from the left and from the top
	BrandID    *int64
	Name       string
	PriceMinor *int    // in the currency's minor unit
	Currency   *string // ISO 4217
	ShopURL    *string
}

// Tag is a hashtag that published styles carry or carried.
type Tag struct {
	bun.BaseModel `bun:"table:tags"`

	ID         int64 `bun:",pk,autoincrement"`
	Name       string
	StyleCount int
}

// Brand is a maker named in item tags.
type Brand struct {
	bun.BaseModel `bun:"table:brands"`

	ID         int64 `bun:",pk,autoincrement"`
	Slug       string
	Name       string
	StyleCount int
}

// Comment is what somebody says under a style.
type Comment struct {
	bun.BaseModel `bun:"table:comments"`

	ID                int64 `bun:",pk,autoincrement"`
	StyleID           int64
	AuthorID          int64
	ReplyToID         *int64 // nil once that comment is deleted
	ReplyToAuthorID   *int64 // stays, so that a reply remains one to the person who heard of it
	Body              string
	MentionIDs        []int64 `bun:"mention_ids,array"`
	IsItemInfoRequest bool
	CreatedAt         time.Time
}
