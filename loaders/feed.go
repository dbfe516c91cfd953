package loaders

import "styleshare/models"

// Feed is a page of what the people whom the viewer follows published.
func (v *Viewer) Feed(first *int, after *string) (*StyleConnection, error) {
	return rootPage(v.request, v.viewer(), models.FeedOfUser, arguments{first: first, after: after}, (*request).stylesByID)
}

// feed gives a page of the viewer's feed. Nearly always all of what was written there may be shown, which the rule tells of
// rows that the page takes anyhow; otherwise the database filters.
func (r *request) feed(page models.Page) (map[int64][]models.Entry, error) {
	readers := []int64{r.viewer()}
	candidates, err := r.lists(models.FeedCandidates, readers, page)
	if err != nil {
		return nil, err
	}
	visible, err := r.allShown(candidates[r.viewer()])
	if err != nil || visible {
		return candidates, err
	}
	return r.db.Lists(r.ctx, models.FeedOfUser, r.viewer(), readers, page)
}

// allShown tells whether all entries of a feed may be shown.
func (r *request) allShown(entries []models.Entry) (bool, error) {
	ids, authorIDs := make([]int64, len(entries)), make([]int64, len(entries))
	for i, e := range entries {
		ids[i], authorIDs[i] = e.ID, e.AuthorID
	}
	styles, err := r.memos.styles.read(r.ctx, ids, r.styles, r.db.Styles)
	if err != nil {
		return false, err
	}
	authors, err := r.memos.users.read(r.ctx, authorIDs, r.users, r.db.Users)
	if err != nil {
		return false, err
	}
	blocked, err := r.isBlocked(authors)
	if err != nil {
		return false, err
	}
	follows, err := r.followsPrivate(authors)
	if err != nil {
		return false, err
	}
	for i, style := range styles {
		author := authors[i]
		if style == nil || author == nil || style.State != models.StylePublished ||
			!models.StyleVisible(style, author, r.viewer(), models.Between{Blocked: blocked[i], Follows: follows[author.ID]}) {
			return false, nil
		}
	}
	return true, nil
}

// followsPrivate tells of those people who have a private account whether the viewer follows them.
func (r *request) followsPrivate(people []*models.User) (map[int64]bool, error) {
	var private []int64
	for _, u := range people {
		if u != nil && u.IsPrivate {
			private = append(private, u.ID)
		}
	}
	if len(private) == 0 {
		return nil, nil
	}
	return r.memos.follows.read(private, func(ids []int64) (map[int64]bool, error) {
		return r.db.FollowsFor(r.ctx, r.viewer(), ids)
	})
}
