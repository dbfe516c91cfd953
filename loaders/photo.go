package loaders

import (
	"styleshare/internal/relay"
	"styleshare/models"
)

// Photo is a picture as the API shows it.
type Photo struct {
	*models.Photo
	cohort *cohort[Photo]
}

func (r *request) photosByID(ids []int64) (map[int64]*Photo, error) {
	rows, err := r.memos.photos.read(r.ctx, ids, r.photos, r.db.Photos)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.Photo, c *cohort[Photo]) *Photo { return &Photo{row, c} }), nil
}

// visiblePhotos gives those of the photos that the viewer may see: their own, avatars, and what is in a visible style or
// question.
func (r *request) visiblePhotos(ids []int64) (map[int64]*Photo, error) {
	found, err := r.photosByID(ids)
	if err != nil {
		return nil, err
	}
	var inStyles, inQuestions, owners []int64
	for _, p := range found {
		if p.OwnerID == r.viewer() {
			continue
		}
		owners = append(owners, p.OwnerID)
		if p.StyleID != nil {
			inStyles = append(inStyles, *p.StyleID)
		}
		if p.QuestionID != nil {
			inQuestions = append(inQuestions, *p.QuestionID)
		}
	}
	questions, err := r.visibleQuestions(inQuestions)
	if err != nil {
		return nil, err
	}
	styles, err := r.visibleStyles(inStyles)
	if err != nil {
		return nil, err
	}
	people, err := r.usersByID(owners)
	if err != nil {
		return nil, err
	}
	for id, p := range found {
		owner := people[p.OwnerID]
		isAvatar := owner != nil && optional(owner.AvatarPhotoID) == id
		if p.OwnerID != r.viewer() && !isAvatar && styles[optional(p.StyleID)] == nil && questions[optional(p.QuestionID)] == nil {
			delete(found, id)
		}
	}
	return found, nil
}

// IsNode marks the type for gqlgen.
func (*Photo) IsNode() {}

// GlobalID is the Relay id.
func (p *Photo) GlobalID() string { return relay.ID("Photo", p.ID) }

// URL is the public address of a rendition, nil until the photo is READY.
func (p *Photo) URL(size models.PhotoSize) *string {
	var out [256]byte
	text, ok := p.AppendURL(out[:0], size)
	if !ok {
		return nil
	}
	address := string(text)
	return &address
}

// AppendURL is URL for whoever has a buffer; a page of a feed has a hundred addresses.
func (p *Photo) AppendURL(out []byte, size models.PhotoSize) ([]byte, bool) {
	if p.State != models.PhotoReady {
		return out, false
	}
	return p.AppendRenditionKey(append(out, p.cohort.publicURL...), size), true
}
