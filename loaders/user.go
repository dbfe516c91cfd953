package loaders

import (
	"styleshare/internal/relay"
	"styleshare/models"
)

// User is a member as the API shows them.
type User struct {
	*models.User
	cohort *cohort[User]
}

// listedUsers is usersByID for ids of lists, which have filtered them by what the viewer may see.
func (r *request) listedUsers(ids []int64) (map[int64]*User, error) {
	r.unblocked(ids)
	return r.usersByID(ids)
}

// usersByID gives those of the people whom the viewer may see.
func (r *request) usersByID(ids []int64) (map[int64]*User, error) {
	rows, err := r.visibleUsers(ids)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.User, c *cohort[User]) *User { return &User{row, c} }), nil
}

// visibleUsers gives the rows of the people, nil for those whom the viewer may not see.
func (r *request) visibleUsers(ids []int64) ([]*models.User, error) {
	rows, err := r.memos.users.read(r.ctx, ids, r.users, r.db.Users)
	if err != nil {
		return nil, err
	}
	blocked, err := r.isBlocked(rows)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		if row != nil && !models.UserVisible(row, models.Between{Blocked: blocked[i], Moderates: r.moderates}) {
			rows[i] = nil
		}
	}
	return rows, nil
}

// IsNode marks the type for gqlgen.
func (*User) IsNode() {}

// IsNotificationSubject marks the type for gqlgen.
func (*User) IsNotificationSubject() {}

// GlobalID is the Relay id.
func (u *User) GlobalID() string { return relay.ID("User", u.ID) }

// Avatar is the person's picture of themselves, nil where there is none.
func (u *User) Avatar() (*Photo, error) {
	if u.AvatarPhotoID == nil {
		return nil, nil
	}
	photos, err := related(u.cohort, "avatar", func(all []*User) (map[int64]*Photo, error) {
		return u.cohort.photosByID(keys(all, func(u *User) int64 { return optional(u.AvatarPhotoID) }))
	})
	return photos[*u.AvatarPhotoID], err
}

// flags is what stands between the viewer and the person.
func (u *User) flags() (models.UserFlags, error) {
	if u.cohort.viewer() == 0 {
		return models.UserFlags{}, nil
	}
	flags, err := related(u.cohort, "flags", func(all []*User) (map[int64]models.UserFlags, error) {
		return u.cohort.memos.userFlags.read(keys(all, func(u *User) int64 { return u.ID }), func(ids []int64) (map[int64]models.UserFlags, error) {
			return u.cohort.db.UserFlagsFor(u.cohort.ctx, u.cohort.viewer(), ids)
		})
	})
	return flags[u.ID], err
}

// between is what the rule asks about the viewer and a person whom they may see: no block stands between them, and who
// follows whom is asked only for private accounts.
func (u *User) between() (models.Between, error) {
	if u.cohort.moderates || !u.IsPrivate {
		return models.Between{Moderates: u.cohort.moderates}, nil
	}
	follows, err := u.ViewerFollows()
	return models.Between{Follows: follows}, err
}

// ViewerFollows tells whether the viewer follows the person; nobody follows themselves.
func (u *User) ViewerFollows() (bool, error) {
	if u.ID == u.cohort.viewer() {
		return false, nil
	}
	if follows, known := u.cohort.memos.follows.of(u.ID); known {
		return follows, nil
	}
	f, err := u.flags()
	return f.Follows, err
}

// ViewerHasRequestedFollow tells whether the viewer waits to be let in.
func (u *User) ViewerHasRequestedFollow() (bool, error) {
	f, err := u.flags()
	return f.Requested, err
}

// FollowsViewer tells whether the person follows the viewer.
func (u *User) FollowsViewer() (bool, error) {
	f, err := u.flags()
	return f.FollowedBy, err
}

// Styles is a page of the person's styles.
func (u *User) Styles(first *int, after *string) (*StyleConnection, error) {
	return pageOf(u.cohort, u, "styles", models.StylesOfUser, arguments{first: first, after: after}, (*request).stylesByID)
}

// Followers is a page of who follows the person.
func (u *User) Followers(first *int, after *string) (*UserConnection, error) {
	return pageOf(u.cohort, u, "followers", models.FollowersOfUser, arguments{first: first, after: after}, (*request).listedUsers)
}

// Following is a page of whom the person follows.
func (u *User) Following(first *int, after *string) (*UserConnection, error) {
	return pageOf(u.cohort, u, "following", models.FollowingOfUser, arguments{first: first, after: after}, (*request).listedUsers)
}
