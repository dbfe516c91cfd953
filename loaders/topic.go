package loaders

import (
	"styleshare/internal/relay"
	"styleshare/models"
)

// Tag is a hashtag as the API shows it.
type Tag struct {
	*models.Tag
	cohort *cohort[Tag]
}

func (r *request) tagsByID(ids []int64) (map[int64]*Tag, error) {
	rows, err := r.memos.tags.read(r.ctx, ids, r.tags, r.db.Tags)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.Tag, c *cohort[Tag]) *Tag { return &Tag{row, c} }), nil
}

// IsNode marks the type for gqlgen.
func (*Tag) IsNode() {}

// GlobalID is the Relay id.
func (t *Tag) GlobalID() string { return relay.ID("Tag", t.ID) }

// Styles is a page of the styles that carry the tag.
func (t *Tag) Styles(first *int, after *string) (*StyleConnection, error) {
	return pageOf(t.cohort, t, "styles", models.StylesOfTag, arguments{first: first, after: after}, (*request).stylesByID)
}

// Brand is a maker as the API shows it.
type Brand struct {
	*models.Brand
	cohort *cohort[Brand]
}

func (r *request) brandsByID(ids []int64) (map[int64]*Brand, error) {
	rows, err := r.memos.brands.read(r.ctx, ids, r.brands, r.db.Brands)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.Brand, c *cohort[Brand]) *Brand { return &Brand{row, c} }), nil
}

// IsNode marks the type for gqlgen.
func (*Brand) IsNode() {}

// GlobalID is the Relay id.
func (b *Brand) GlobalID() string { return relay.ID("Brand", b.ID) }

// Styles is a page of the styles that name the brand.
func (b *Brand) Styles(first *int, after *string) (*StyleConnection, error) {
	return pageOf(b.cohort, b, "styles", models.StylesOfBrand, arguments{first: first, after: after}, (*request).stylesByID)
}
