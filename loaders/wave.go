package loaders

import (
	"slices"

	"styleshare/internal/cache"
	"styleshare/models"
)

// wave is one step of look-ahead. What is wanted, of all types, takes one round trip to the caches, and so does what the rows
// found there lead to; what is in no cache takes one to PostgreSQL in the end. It fills what the request remembers, and
// nothing else: the relations find it there when they are touched, and read for themselves what is missing. So nothing
// depends on a wave, not even an error.
type wave struct {
	*request
	users    ahead[models.User]
	styles   ahead[models.Style]
	photos   ahead[models.Photo]
	comments ahead[models.Comment]
	heads    ahead[models.CommentHead]
	items    ahead[models.ItemTag]
	tags     ahead[models.Tag]
	brands   ahead[models.Brand]

	styleFlags, userFlags, follows []int64
	lists                          []*listAhead
	// reads are of what there is one of; kept run once all of the wave has been read.
	reads []func(*models.Batch)
	kept  []func()
}

// ahead is the rows of one type that a wave wants.
type ahead[T any] struct {
	groups []*group
	asked  *cache.Asked[T] // of the latest round
	missed []missed[T]     // what no cache has
	loaded []*T
}

// missed is rows that the caches did not have when they were asked, and the database is to be asked for.
type missed[T any] struct {
	asked *cache.Asked[T]
	ids   []int64
}

// group is rows with what is wanted of each of them.
type group struct {
	wanted *Wanted
	ids    []int64
	// asked is how many of the ids the caches have been asked for, and spread how many have led to others.
	asked, spread int
	late          []int64 // those of them that the caches did not have
	// authorless says that their authors are on the way already.
	authorless bool
	page       models.Page // of heads
}

// want adds rows.
func (a *ahead[T]) want(wanted *Wanted, ids ...int64) *group {
	for _, g := range a.groups {
		if g.wanted == wanted {
			g.ids = append(g.ids, ids...)
			return g
		}
	}
	g := &group{wanted: wanted, ids: append(make([]int64, 0, max(len(ids), 16)), ids...)}
	a.groups = append(a.groups, g)
	return g
}

// ask asks the caches for the rows that the request has not read, and tells whether there are more than before.
func (a *ahead[T]) ask(round *cache.Round, m *memo[T], cached *cache.Typed[T]) (more bool) {
	var unread []int64
	for _, g := range a.groups {
		more = more || g.asked < len(g.ids)
		unread = m.unread(unread, g.ids[g.asked:])
		g.asked = len(g.ids)
	}
	for _, missed := range a.missed {
		unread = slices.DeleteFunc(unread, func(id int64) bool { return slices.Contains(missed.ids, id) })
	}
	if a.asked = nil; len(unread) > 0 {
		a.asked = cached.Ask(round, unread)
	}
	return more
}

// take keeps what the caches had.
func (a *ahead[T]) take(m *memo[T]) {
	if a.asked == nil {
		return
	}
	found, missing := a.asked.Take()
	m.keep(found)
	if len(missing) > 0 {
		a.missed = append(a.missed, missed[T]{a.asked, missing})
	}
}

// read has the rest read from the database.
func (a *ahead[T]) read(b *models.Batch, read func(*models.Batch, []int64, func(*T))) {
	var ids []int64
	for _, missed := range a.missed {
		ids = append(ids, missed.ids...)
	}
	if len(ids) > 0 {
		read(b, ids, func(row *T) { a.loaded = append(a.loaded, row) })
	}
}

// fill keeps what the database had, here and in memcached.
func (a *ahead[T]) fill(m *memo[T], id func(*T) int64) {
	if len(a.missed) == 0 {
		return
	}
	rows := make(map[int64]*T, len(a.loaded))
	for _, row := range a.loaded {
		rows[id(row)] = row
	}
	for _, missed := range a.missed {
		for _, id := range missed.ids {
			if rows[id] == nil {
				rows[id] = nil // read, and not there
				continue
			}
			missed.asked.Fill(id, rows[id])
		}
	}
	m.keep(rows)
}

// listAhead is a page of the lists of many parents.
type listAhead struct {
	list    models.List
	beside  models.Beside
	page    models.Page
	parents []int64
	wanted  *Wanted // of the objects
	entries map[int64][]models.Entry
}

// list adds the pages of a field's lists.
func (w *wave) list(list models.List, f *WantedField, parents ...int64) {
	page, ok := w.page(f)
	if !ok {
		return
	}
	for _, l := range w.lists {
		if l.list == list && l.page == page && l.wanted == f.first().nodes() {
			l.parents = append(l.parents, parents...)
			return
		}
	}
	nodes := f.first().nodes()
	w.lists = append(w.lists, &listAhead{list: list, beside: w.beside(nodes), page: page, wanted: nodes, parents: append([]int64(nil), parents...)})
}

// beside is what the statement of a list can read with its entries.
func (w *wave) beside(nodes *Wanted) models.Beside {
	switch author := nodes.field("author"); {
	case w.viewer() == 0 || nodes == nil:
		return models.BesideNothing
	case nodes.Type == "Style" && nodes.wantsFlags():
		return models.BesideFlags
	case author != nil && author.first().field("viewerFollows") != nil:
		return models.BesideFollows
	default:
		return models.BesideNothing
	}
}

// lookAhead reads what is wanted of the root field's object, if it is of the type; begin puts it into the first wave.
func (r *request) lookAhead(typeName string, begin func(*wave, *Wanted)) {
	if wanted := r.wantedOf(typeName); wanted != nil {
		w := &wave{request: r}
		begin(w, wanted)
		w.sweep()
	}
}

// sweep reads waves until nothing more is wanted. A document is only so deep, and so many are the waves.
func (w *wave) sweep() {
	for !w.empty() {
		for w.ask() {
			w.spread()
		}
		if w.read() != nil {
			return
		}
		next := &wave{request: w.request}
		w.spreadLate(next)
		w = next
	}
}

func (w *wave) empty() bool {
	return len(w.users.groups)+len(w.styles.groups)+len(w.photos.groups)+len(w.comments.groups)+len(w.heads.groups)+len(w.items.groups)+
		len(w.tags.groups)+len(w.brands.groups)+len(w.styleFlags)+len(w.userFlags)+len(w.follows)+len(w.lists)+len(w.reads) == 0
}

// ask asks the caches for what is wanted; it is false where nothing has been wanted since the last time.
func (w *wave) ask() bool {
	l, m := w.Loaders, w.memos
	round := w.cache.NewRound()
	more := w.users.ask(round, &m.users, l.users)
	more = w.styles.ask(round, &m.styles, l.styles) || more
	more = w.photos.ask(round, &m.photos, l.photos) || more
	more = w.comments.ask(round, &m.comments, l.comments) || more
	more = w.heads.ask(round, &m.heads, l.heads) || more
	more = w.items.ask(round, &m.items, l.items) || more
	more = w.tags.ask(round, &m.tags, l.tags) || more
	more = w.brands.ask(round, &m.brands, l.brands) || more
	if !more {
		return false
	}
	round.Do(w.ctx)
	w.users.take(&m.users)
	w.styles.take(&m.styles)
	w.photos.take(&m.photos)
	w.comments.take(&m.comments)
	w.heads.take(&m.heads)
	w.items.take(&m.items)
	w.tags.take(&m.tags)
	w.brands.take(&m.brands)
	return true
}

// read reads from the database what the caches did not have, and what is in none.
func (w *wave) read() error {
	m, b := w.memos, new(models.Batch)
	w.users.read(b, (*models.Batch).Users)
	w.styles.read(b, (*models.Batch).Styles)
	w.photos.read(b, (*models.Batch).Photos)
	w.comments.read(b, (*models.Batch).Comments)
	w.heads.read(b, (*models.Batch).CommentHeads)
	w.items.read(b, (*models.Batch).ItemTags)
	w.tags.read(b, (*models.Batch).Tags)
	w.brands.read(b, (*models.Batch).Brands)
	w.readState(b)
	if err := w.db.Read(w.ctx, b); err != nil {
		return err
	}
	w.users.fill(&m.users, func(u *models.User) int64 { return u.ID })
	w.styles.fill(&m.styles, func(s *models.Style) int64 { return s.ID })
	w.photos.fill(&m.photos, func(p *models.Photo) int64 { return p.ID })
	w.comments.fill(&m.comments, func(c *models.Comment) int64 { return c.ID })
	w.heads.fill(&m.heads, func(h *models.CommentHead) int64 { return h.StyleID })
	w.items.fill(&m.items, func(i *models.ItemTag) int64 { return i.ID })
	w.tags.fill(&m.tags, func(t *models.Tag) int64 { return t.ID })
	w.brands.fill(&m.brands, func(b *models.Brand) int64 { return b.ID })
	for _, l := range w.lists {
		m.pages.keep(pageKey{l.list, l.page}, l.entries)
	}
	for _, keep := range w.kept {
		keep()
	}
	return nil
}

// readState reads what no cache has.
func (w *wave) readState(b *models.Batch) {
	if ids := w.memos.styleFlags.unread(w.styleFlags); len(ids) > 0 {
		b.StyleFlags(w.viewer(), ids, w.memos.styleFlags.put)
	}
	if ids := w.memos.userFlags.unread(w.userFlags); len(ids) > 0 {
		b.UserFlags(w.viewer(), ids, w.memos.userFlags.put)
	}
	if ids := w.memos.follows.unread(w.follows); len(ids) > 0 {
		b.Follows(w.viewer(), ids, w.memos.follows.put)
	}
	for _, l := range w.lists {
		l.entries = make(map[int64][]models.Entry, len(l.parents))
		for _, parent := range l.parents {
			l.entries[parent] = nil
		}
		b.List(l.list, l.beside, w.viewer(), l.parents, l.page, func(e models.Entry, follows bool, f models.StyleFlags) {
			l.entries[e.Parent] = append(l.entries[e.Parent], e)
			if l.beside != models.BesideNothing && e.AuthorID != 0 {
				w.memos.follows.put(e.AuthorID, follows)
			}
			if l.beside == models.BesideFlags {
				w.memos.styleFlags.put(e.ID, f)
			}
		})
	}
	for _, read := range w.reads {
		read(b)
	}
}
