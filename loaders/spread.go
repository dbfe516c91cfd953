package loaders

import "styleshare/models"

// spread adds what is wanted of the objects that the caches had.
func (w *wave) spread() {
	spread(&w.users, &w.memos.users, w.ofUser)
	spread(&w.styles, &w.memos.styles, w.ofStyle)
	spread(&w.comments, &w.memos.comments, w.ofComment)
	spread(&w.heads, &w.memos.heads, w.ofHead)
	spread(&w.items, &w.memos.items, w.ofItem)
}

func spread[T any](a *ahead[T], m *memo[T], of func(*T, *group)) {
	for _, g := range a.groups {
		if g.wanted == nil {
			continue
		}
		for _, id := range g.ids[g.spread:g.asked] {
			if row := m.row(id); row != nil {
				of(row, g)
			} else {
				g.late = append(g.late, id)
			}
		}
		g.spread = g.asked
	}
}

// spreadLate adds to the next wave what is wanted of the objects that the database had.
func (w *wave) spreadLate(next *wave) {
	for _, l := range w.lists {
		next.entries(l)
	}
	spreadLate(&w.users, &w.memos.users, next.ofUser)
	spreadLate(&w.styles, &w.memos.styles, next.ofStyle)
	spreadLate(&w.comments, &w.memos.comments, next.ofComment)
	spreadLate(&w.heads, &w.memos.heads, next.ofHead)
	spreadLate(&w.items, &w.memos.items, next.ofItem)
}

func spreadLate[T any](a *ahead[T], m *memo[T], of func(*T, *group)) {
	for _, g := range a.groups {
		for _, id := range g.late {
			if row := m.row(id); row != nil {
				of(row, g)
			}
		}
	}
}

// entries wants the objects of pages. Their authors, where the list knows them, need not wait for the objects.
func (w *wave) entries(l *listAhead) {
	author := l.wanted.field("author")
	for _, parent := range l.parents {
		entries := l.entries[parent]
		for _, e := range entries[:min(len(entries), l.page.Size)] {
			w.object(l.wanted, e.ID, author != nil && e.AuthorID != 0)
			if e.AuthorID != 0 && author != nil {
				w.user(author.first(), e.AuthorID)
			}
			if e.AuthorID != 0 && l.list != models.FeedCandidates {
				w.unblocked([]int64{e.AuthorID}) // the list has filtered them
			}
		}
		if l.list == models.FeedCandidates {
			for _, e := range entries { // to know whether all is visible, the one more included
				w.styles.want(nil, e.ID)
				w.users.want(nil, e.AuthorID)
			}
		}
	}
}

// object wants an object of the type that is wanted.
func (w *wave) object(wanted *Wanted, id int64, authorless bool) {
	if wanted == nil {
		return
	}
	switch wanted.Type {
	case "Style":
		w.style(wanted, id).authorless = authorless
	case "Comment":
		w.comments.want(wanted, id).authorless = authorless
	case "User":
		w.user(wanted, id)
	}
}

// user wants people, what stands between them and the viewer, and their lists.
func (w *wave) user(wanted *Wanted, ids ...int64) {
	w.users.want(wanted, ids...)
	if wanted == nil {
		return
	}
	state, follows := false, false
	for i := range wanted.Fields {
		switch f := &wanted.Fields[i]; f.Name {
		case "viewerFollows":
			follows = true
		case "viewerHasRequestedFollow", "followsViewer", "viewerBlocks", "viewerMutes":
			state = true
		case "styles":
			w.list(models.StylesOfUser, f, ids...)
		case "followers":
			w.list(models.FollowersOfUser, f, ids...)
		case "following":
			w.list(models.FollowingOfUser, f, ids...)
		}
	}
	switch {
	case w.viewer() == 0:
	case state:
		w.userFlags = append(w.userFlags, ids...)
	case follows:
		for _, id := range ids {
			if id != w.viewer() { // nobody follows themselves
				w.follows = append(w.follows, id)
			}
		}
	}
}

// tag wants a hashtag and its styles.
func (w *wave) tag(wanted *Wanted, id int64) {
	w.tags.want(wanted, id)
	if f := wanted.field("styles"); f != nil {
		w.list(models.StylesOfTag, f, id)
	}
}

// style wants a style, what the viewer did with it, and its lists: all that only takes its id.
func (w *wave) style(wanted *Wanted, id int64) *group {
	g := w.styles.want(wanted, id)
	for i := range wanted.Fields {
		switch f := &wanted.Fields[i]; f.Name {
		case "comments":
			w.thread(f, id)
		case "likers":
			w.list(models.LikersOfStyle, f, id)
		}
	}
	if w.viewer() != 0 && wanted.wantsFlags() {
		w.styleFlags = append(w.styleFlags, id)
	}
	return g
}

func (w *wave) ofStyle(s *models.Style, g *group) {
	for i := range g.wanted.Fields {
		switch f := &g.wanted.Fields[i]; f.Name {
		case "author":
			if !g.authorless {
				w.user(f.first(), s.AuthorID)
			}
		case "photos":
			w.photos.want(nil, s.PhotoIDs...)
		case "items":
			w.items.want(f.first(), s.ItemIDs...)
		case "tags":
			w.tags.want(nil, s.TagIDs...)
		case "mentions":
			w.user(f.first(), s.MentionIDs...)
		}
	}
}

func (w *wave) ofUser(u *models.User, g *group) {
	if u.AvatarPhotoID != nil && g.wanted.field("avatar") != nil {
		w.photos.want(nil, *u.AvatarPhotoID)
	}
}

func (w *wave) ofComment(c *models.Comment, g *group) {
	for i := range g.wanted.Fields {
		switch f := &g.wanted.Fields[i]; f.Name {
		case "author":
			if !g.authorless {
				w.user(f.first(), c.AuthorID)
			}
		case "mentions":
			w.user(f.first(), c.MentionIDs...)
		}
	}
}

// thread wants a page of what is said under a style, or the head that it is cut out of.
func (w *wave) thread(f *WantedField, styleID int64) {
	if page, ok := w.page(f); ok && models.InCommentHead(page) {
		w.heads.want(f.first(), styleID).page = page
		return
	}
	w.list(models.CommentsOfStyle, f, styleID)
}

// ofHead wants the first comments of a head, and people enough to know which of them are hidden.
func (w *wave) ofHead(h *models.CommentHead, g *group) {
	nodes := g.wanted.nodes()
	var author *Wanted
	if f := nodes.field("author"); f != nil {
		author = f.first()
	}
	for i, id := range h.CommentIDs[:min(len(h.CommentIDs), g.page.Limit())] {
		if i == g.page.Size {
			w.users.want(nil, h.AuthorIDs[i])
			continue
		}
		w.user(author, h.AuthorIDs[i])
		w.object(nodes, id, author != nil)
	}
}

func (w *wave) ofItem(i *models.ItemTag, g *group) {
	w.photos.want(nil, i.PhotoID)
	if i.BrandID != nil && g.wanted.field("brand") != nil {
		w.brands.want(nil, *i.BrandID)
	}
}

// blocks has a wave read who is blocked, for people whom no list will vouch for.
func (w *wave) blocks() {
	if w.viewer() == 0 {
		return
	}
	var found []int64
	w.reads = append(w.reads, func(b *models.Batch) {
		b.Blocked(w.viewer(), maxBlocks, func(id int64) { found = append(found, id) })
	})
	w.kept = append(w.kept, func() { w.request.blocks.all(found) })
}
