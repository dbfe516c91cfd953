package loaders

import (
	"context"

	"styleshare/internal/relay"
	"styleshare/models"
)

// Collection is styles that somebody keeps, as the API shows it.
type Collection struct {
	*models.Collection
	cohort *cohort[Collection]
}

// The pages of collections.
type (
	// CollectionConnection is a page of collections.
	CollectionConnection = Connection[Collection]
	// CollectionEdge is a collection in a list.
	CollectionEdge = Edge[Collection]
)

// Collection gives a collection by id; nil where there is none or it is hidden from the viewer.
func (l *Loaders) Collection(ctx context.Context, id int64) (*Collection, error) {
	return one(l.request(ctx), id, (*request).visibleCollections)
}

// Collections is a page of the viewer's collections.
func (v *Viewer) Collections(first *int, after *string) (*CollectionConnection, error) {
	return rootPage(v.request, v.viewer(), models.CollectionsOfUser, arguments{first: first, after: after}, (*request).collectionsByID)
}

// Collections is a page of those of the person's collections that the viewer may see.
func (u *User) Collections(first *int, after *string) (*CollectionConnection, error) {
	return pageOf(u.cohort, u, "collections", models.CollectionsOfUser, arguments{first: first, after: after}, (*request).collectionsByID)
}

// collectionsByID gives the collections that exist. Lists have filtered them; whoever brings an id from elsewhere uses
// visibleCollections.
func (r *request) collectionsByID(ids []int64) (map[int64]*Collection, error) {
	rows, err := r.memos.collections.read(r.ctx, ids, r.collections, r.db.Collections)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.Collection, c *cohort[Collection]) *Collection { return &Collection{row, c} }), nil
}

// visibleCollections gives those of the collections that the viewer may see.
func (r *request) visibleCollections(ids []int64) (map[int64]*Collection, error) {
	found, err := r.collectionsByID(ids)
	if err != nil {
		return nil, err
	}
	for id, c := range found {
		visible, err := c.visible()
		if err != nil {
			return nil, err
		}
		if !visible {
			delete(found, id)
		}
	}
	return found, nil
}

// visible applies the rule to a collection that was brought by its id.
func (c *Collection) visible() (bool, error) {
	owner, err := c.Owner()
	if err != nil || owner == nil {
		return false, err
	}
	between, err := owner.between()
	return models.CollectionVisible(c.Collection, owner.User, c.cohort.viewer(), between), err
}

// IsNode marks the type for gqlgen.
func (*Collection) IsNode() {}

// GlobalID is the Relay id.
func (c *Collection) GlobalID() string { return relay.ID("Collection", c.ID) }

func (c *Collection) key() int64 { return c.ID }

// Owner is who keeps the styles, nil where they are hidden.
func (c *Collection) Owner() (*User, error) {
	users, err := related(c.cohort, "owner", func(all []*Collection) (map[int64]*User, error) {
		return c.cohort.usersByID(keys(all, func(c *Collection) int64 { return c.OwnerID }))
	})
	return users[c.OwnerID], err
}

// Cover is the first READY photo of the style collected last, of those that the viewer may see; nil where there is none.
func (c *Collection) Cover() (*Photo, error) {
	photos, err := related(c.cohort, "cover", func(all []*Collection) (map[int64]*Photo, error) {
		r := c.cohort.request
		covers, err := r.db.Covers(r.ctx, r.viewer(), keys(all, func(c *Collection) int64 { return c.ID }))
		if err != nil {
			return nil, err
		}
		found, err := r.photosByID(keys(all, func(c *Collection) int64 { return covers[c.ID] }))
		byCollection := make(map[int64]*Photo, len(covers))
		for id, photoID := range covers {
			byCollection[id] = found[photoID]
		}
		return byCollection, err
	})
	return photos[c.ID], err
}

// Styles is a page of those of the collected styles that the viewer may see.
func (c *Collection) Styles(first *int, after *string) (*StyleConnection, error) {
	return pageOf(c.cohort, c, "styles", models.StylesOfCollection, arguments{first: first, after: after}, (*request).stylesByID)
}
