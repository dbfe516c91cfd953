package loaders

import "styleshare/models"

// keyed is an object on which lists hang.
type keyed interface{ key() int64 }

func (u *User) key() int64  { return u.ID }
func (s *Style) key() int64 { return s.ID }
func (t *Tag) key() int64   { return t.ID }
func (b *Brand) key() int64 { return b.ID }

// arguments are the paging arguments of a connection.
type arguments struct {
	first  *int
	after  *string
	last   *int
	before *string
}

// lists gives one page of the list of each parent.
func (r *request) lists(list models.List, parents []int64, page models.Page) (map[int64][]models.Entry, error) {
	if entries, ok := r.memos.pages.of(pageKey{list, page}, parents); ok {
		return entries, nil
	}
	if list == models.FeedOfUser && !r.moderates {
		return r.feed(page)
	}
	if list == models.CommentsOfStyle && models.InCommentHead(page) && !r.moderates {
		return r.previews(parents, page)
	}
	return r.db.Lists(r.ctx, list, r.viewer(), parents, page)
}

// pageOf gives one page of one member's list, and has the same page of all members read at its first touch. Other
// arguments are another page, so aliases work. byID loads the objects of all pages as one cohort.
func pageOf[P keyed, T, N any](c *cohort[T], member P, name string, list models.List, args arguments,
	byID func(*request, []int64) (map[int64]*N, error)) (*Connection[N], error) {
	page, err := models.NewPage(args.first, args.after, args.last, args.before)
	if err != nil {
		return nil, err
	}
	type pages struct {
		entries map[int64][]models.Entry
		objects map[int64]*N
	}
	p, err := relatedPage(c, name, page, func(members []*T) (pages, error) {
		parents := keys(members, func(m *T) int64 { return any(m).(keyed).key() })
		entries, err := c.lists(list, parents, page)
		if err != nil {
			return pages{}, err
		}
		objects, err := byID(c.request, entryIDs(parents, entries, page.Size))
		return pages{entries, objects}, err
	})
	if err != nil {
		return nil, err
	}
	return newConnection(page, p.entries[member.key()], p.objects), nil
}

// entryIDs are the objects of the pages, size of each at most, in the order in which they stand there. One may stand in
// several.
func entryIDs(parents []int64, pages map[int64][]models.Entry, size int) []int64 {
	ids := make([]int64, 0, size*len(parents))
	for _, parent := range parents {
		entries := pages[parent]
		for _, e := range entries[:min(len(entries), size)] {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// rootPage is pageOf for a list with a single parent that is no object of a cohort.
func rootPage[N any](r *request, parent int64, list models.List, args arguments,
	byID func(*request, []int64) (map[int64]*N, error)) (*Connection[N], error) {
	page, err := models.NewPage(args.first, args.after, args.last, args.before)
	if err != nil {
		return nil, err
	}
	parents := []int64{parent}
	entries, err := r.lists(list, parents, page)
	if err != nil {
		return nil, err
	}
	objects, err := byID(r, entryIDs(parents, entries, page.Size))
	if err != nil {
		return nil, err
	}
	return newConnection(page, entries[parent], objects), nil
}
