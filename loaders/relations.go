package loaders

import (
	"context"

	"styleshare/models"
)

// knownUsers gives people who exist, whoever blocks whom: for what a person may know all the same, whom they block
// themself. Such a User says who it is; the lists that hang on it are empty, and no other way leads to it.
func (r *request) knownUsers(ids []int64) (map[int64]*User, error) {
	rows, err := r.memos.users.read(r.ctx, ids, r.users, r.db.Users)
	if err != nil {
		return nil, err
	}
	return gather(r, ids, rows, func(row *models.User, c *cohort[User]) *User {
		if !row.Active() {
			return nil
		}
		return &User{row, c}
	}), nil
}

// UserToUnblock gives a person whom the viewer blocks, and otherwise what User gives.
func (l *Loaders) UserToUnblock(ctx context.Context, id int64) (*User, error) {
	u, err := one(l.request(ctx), id, (*request).knownUsers)
	if err != nil || u == nil {
		return nil, err
	}
	blocks, err := u.ViewerBlocks()
	if err != nil || blocks {
		return u, err
	}
	return l.User(ctx, id)
}

// FollowRequests is a page of who asks the viewer to be let in.
func (v *Viewer) FollowRequests(first *int, after *string) (*UserConnection, error) {
	return rootPage(v.request, v.viewer(), models.FollowRequestsOfUser, arguments{first: first, after: after}, (*request).listedUsers)
}

// BlockedUsers is a page of whom the viewer blocks.
func (v *Viewer) BlockedUsers(first *int, after *string) (*UserConnection, error) {
	return rootPage(v.request, v.viewer(), models.BlockedByUser, arguments{first: first, after: after}, (*request).knownUsers)
}

// MutedUsers is a page of whom the viewer mutes.
func (v *Viewer) MutedUsers(first *int, after *string) (*UserConnection, error) {
	return rootPage(v.request, v.viewer(), models.MutedByUser, arguments{first: first, after: after}, (*request).listedUsers)
}

// ViewerBlocks tells whether the viewer blocks the person.
func (u *User) ViewerBlocks() (bool, error) {
	f, err := u.flags()
	return f.Blocks, err
}

// ViewerMutes tells whether the viewer mutes the person.
func (u *User) ViewerMutes() (bool, error) {
	f, err := u.flags()
	return f.Mutes, err
}
