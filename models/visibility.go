package models

// The one visibility rule, as SQL and as Go. Every list filters with the SQL; an object fetched by its id is checked
// with the Go. The SQL takes the aliases u (users) for the person and s (styles) for the style, and $1 for the viewer's
// id, 0 for nobody.
const (
	userVisibleSQL = `(u.deleted_at is null and u.suspended_at is null)`

	// contentVisibleSQL is about what a person keeps behind a private account: styles, followers, following.
	contentVisibleSQL = `(u.deleted_at is null and u.suspended_at is null and (not u.is_private or u.id = $1
		or exists (select from follows v where v.follower_id = $1 and v.followee_id = u.id)))`

	styleVisibleSQL = `(s.deleted_at is null and (s.state = 'PUBLISHED' or s.author_id = $1) and ` + contentVisibleSQL + `)`
)

// UserVisible tells whether anybody may see that the person exists.
func UserVisible(u *User) bool { return u.DeletedAt == nil && u.SuspendedAt == nil }

// ContentVisible tells whether the viewer (0 for nobody) may see what the person keeps behind a private account.
// follows says whether the viewer follows the person.
func ContentVisible(u *User, viewerID int64, follows bool) bool {
	return UserVisible(u) && (!u.IsPrivate || u.ID == viewerID || follows)
}

// StyleVisible tells whether the viewer may see the style, whose author is given.
func StyleVisible(s *Style, author *User, viewerID int64, follows bool) bool {
	return s.DeletedAt == nil && (s.State == StylePublished || s.AuthorID == viewerID) && ContentVisible(author, viewerID, follows)
}
