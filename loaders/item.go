package loaders

import (
	"styleshare/internal/relay"
	"styleshare/models"
)

// ItemTag says what a garment on a photo is, as the API shows it.
type ItemTag struct {
	*models.ItemTag
	cohort *cohort[ItemTag]
}

func (r *request) itemsByID(ids []int64) (map[int64]*ItemTag, error) {
	rows, err := r.memos.items.read(r.ctx, ids, r.items, r.db.ItemTags)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.ItemTag, c *cohort[ItemTag]) *ItemTag { return &ItemTag{row, c} }), nil
}

// IsNode marks the type for gqlgen.
func (*ItemTag) IsNode() {}

// GlobalID is the Relay id.
func (i *ItemTag) GlobalID() string { return relay.ID("ItemTag", i.ID) }

// Photo is the picture that the garment is on.
func (i *ItemTag) Photo() (*Photo, error) {
	photos, err := related(i.cohort, "photo", func(all []*ItemTag) (map[int64]*Photo, error) {
		return i.cohort.photosByID(keys(all, func(i *ItemTag) int64 { return i.PhotoID }))
	})
	return photos[i.PhotoID], err
}

// Brand is who makes it, nil where that is not said.
func (i *ItemTag) Brand() (*Brand, error) {
	if i.BrandID == nil {
		return nil, nil
	}
	brands, err := related(i.cohort, "brand", func(all []*ItemTag) (map[int64]*Brand, error) {
		return i.cohort.brandsByID(keys(all, func(i *ItemTag) int64 { return optional(i.BrandID) }))
	})
	return brands[*i.BrandID], err
}

// visibleItems gives those of the items whose style the viewer may see.
func (r *request) visibleItems(ids []int64) (map[int64]*ItemTag, error) {
	found, err := r.itemsByID(ids)
	if err != nil {
		return nil, err
	}
	var inStyles []int64
	for _, i := range found {
		inStyles = append(inStyles, i.StyleID)
	}
	styles, err := r.visibleStyles(inStyles)
	for id, i := range found {
		if styles[i.StyleID] == nil {
			delete(found, id)
		}
	}
	return found, err
}
