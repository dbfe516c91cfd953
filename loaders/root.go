package loaders

import (
	"context"

	"styleshare/internal/caption"
	"styleshare/models"
)

// UserByUsername finds a person by username, in any case; nil where there is none.
func (l *Loaders) UserByUsername(ctx context.Context, username string) (*User, error) {
	name, ok := caption.NormalizeUsername(username)
	if !ok {
		return nil, nil
	}
	if id, ok := l.usernames.Get(name); ok {
		// Whether the name is still theirs, their row tells, which is coherent.
		if u, err := l.User(ctx, id); err != nil || u != nil && u.Username == name {
			return u, err
		}
	}
	id, err := l.db.UserIDByUsername(ctx, name)
	if err != nil || id == 0 {
		return nil, err
	}
	l.usernames.Add(name, id)
	return l.User(ctx, id)
}

// User gives a person by id; nil where there is none or they are hidden.
func (l *Loaders) User(ctx context.Context, id int64) (*User, error) {
	r := l.request(ctx)
	r.lookAhead("User", func(w *wave, wanted *Wanted) {
		if id != r.viewer() {
			w.blocks()
		}
		w.user(wanted, id)
	})
	return one(r, id, (*request).usersByID)
}

// Style gives a style by id; nil where there is none or it is hidden from the viewer.
func (l *Loaders) Style(ctx context.Context, id int64) (*Style, error) {
	r := l.request(ctx)
	r.lookAhead("Style", func(w *wave, wanted *Wanted) {
		w.blocks()
		w.style(wanted, id)
	})
	return one(r, id, (*request).visibleStyles)
}

// Comment gives a comment by id; nil where there is none or it is hidden from the viewer.
func (l *Loaders) Comment(ctx context.Context, id int64) (*Comment, error) {
	return one(l.request(ctx), id, (*request).visibleComments)
}

// Notification gives one of the viewer's notifications by id; nil where there is none or only hidden people are in it.
func (l *Loaders) Notification(ctx context.Context, id int64) (*Notification, error) {
	return one(l.request(ctx), id, (*request).ownNotifications)
}

// Photo gives a photo by id; nil where there is none or it is hidden from the viewer.
func (l *Loaders) Photo(ctx context.Context, id int64) (*Photo, error) {
	return one(l.request(ctx), id, (*request).visiblePhotos)
}

// PhotoNow is Photo as the database has it: who is told of a change hears of it, at times, before this process's memory has
// dropped what was before.
func (l *Loaders) PhotoNow(ctx context.Context, id int64) (*Photo, error) {
	rows, err := l.db.Photos(ctx, []int64{id})
	if err != nil {
		return nil, err
	}
	r := l.request(ctx)
	r.memos.photos.know(id, rows[id])
	return one(r, id, (*request).visiblePhotos)
}

// TagByName finds a hashtag; nil where no style ever carried it.
func (l *Loaders) TagByName(ctx context.Context, name string) (*Tag, error) {
	name, ok := caption.NormalizeTag(name)
	if !ok {
		return nil, nil
	}
	id, err := l.db.TagIDByName(ctx, name)
	if err != nil || id == 0 {
		return nil, err
	}
	r := l.request(ctx)
	r.lookAhead("Tag", func(w *wave, wanted *Wanted) { w.tag(wanted, id) })
	return one(r, id, (*request).tagsByID)
}

// BrandBySlug finds a brand; nil where no item tag ever named it.
func (l *Loaders) BrandBySlug(ctx context.Context, slug string) (*Brand, error) {
	id, err := l.db.BrandIDBySlug(ctx, caption.Slug(slug))
	if err != nil || id == 0 {
		return nil, err
	}
	return one(l.request(ctx), id, (*request).brandsByID)
}

// Discover is a page of what is rising.
func (l *Loaders) Discover(ctx context.Context, first *int, after *string) (*StyleConnection, error) {
	r := l.request(ctx)
	r.lookAhead("StyleConnection", func(w *wave, _ *Wanted) {
		w.blocks()
		w.list(models.RisingStyles, r.ahead.Root, 0)
	})
	return rootPage(r, 0, models.RisingStyles, arguments{first: first, after: after}, (*request).stylesByID)
}

func one[T any](r *request, id int64, find func(*request, []int64) (map[int64]*T, error)) (*T, error) {
	found, err := find(r, []int64{id})
	return found[id], err
}
