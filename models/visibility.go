package models

import "strings"

// The one visibility rule, as SQL and as Go. Every list filters with the SQL; an object fetched by its id is checked
// with the Go. The SQL takes the aliases u (users) for the person and s (styles) for the style, and $1 for the viewer's
// id, 0 for nobody; forViewer writes another expression in its place.
// For a collection, the SQL takes the alias c (collections) besides u for its owner.
const (
	// activeSQL is for what has no viewer: whether somebody may sign in, or gets mail.
	activeSQL = `(u.deleted_at is null and u.suspended_at is null)`

	// userVisibleSQL is about the person and what they say in public. Who blocks the viewer, or is blocked by them, does
	// not exist for them. Two look-ups in two indexes, because PostgreSQL plans an "or" badly.
	userVisibleSQL = `(` + activeSQL + ` and not exists (select from blocks k where k.blocker_id = $1 and k.blocked_id = u.id)
		and not exists (select from blocks k where k.blocker_id = u.id and k.blocked_id = $1))`

	// contentVisibleSQL is about what a person keeps behind a private account: styles, followers, following.
	contentVisibleSQL = `(` + userVisibleSQL + ` and (not u.is_private or u.id = $1
		or exists (select from follows v where v.follower_id = $1 and v.followee_id = u.id)))`

	collectionVisibleSQL = `((not c.is_private or c.owner_id = $1) and ` + contentVisibleSQL + `)`

	// questionVisibleSQL takes the alias q (questions) and its author as u.
	questionVisibleSQL = `((q.published_at is not null and q.removed_at is null or q.author_id = $1) and ` + contentVisibleSQL + `)`

	// answerVisibleSQL takes the alias a (answers) and its author as u. The question must be visible, too.
	answerVisibleSQL = `((a.removed_at is null or a.author_id = $1) and ` + userVisibleSQL + `)`

	styleVisibleSQL = `(s.deleted_at is null and (s.state = 'PUBLISHED' or s.author_id = $1) and ` + contentVisibleSQL + `)`

	// notMutedSQL keeps what a muted person does out of the viewer's feed and notifications. It is no part of the rule:
	// whoever looks for a muted person finds them.
	notMutedSQL = `not exists (select from mutes k where k.muter_id = $1 and k.muted_id = u.id)`

	// heardSQL is about the people of whom somebody is told: visible and not muted.
	heardSQL = `(` + userVisibleSQL + ` and ` + notMutedSQL + `)`
)

// forViewer puts the expression in the viewer's place: a column, or a placeholder of Bun.
func forViewer(rule, viewer string) string { return strings.ReplaceAll(rule, "$1", viewer) }

// Between is what the rule asks about a viewer and a person.
type Between struct {
	Follows bool // the viewer follows the person
	Blocked bool // one of them blocks the other
	// Moderates says that the viewer is a moderator who looks at what was reported, hidden or not.
	Moderates bool
}

// Active tells whether the person is neither suspended nor deleted.
func (u *User) Active() bool { return u.DeletedAt == nil && u.SuspendedAt == nil }

// UserVisible tells whether the viewer may see that the person exists.
func UserVisible(u *User, b Between) bool { return b.Moderates || u.Active() && !b.Blocked }

// ContentVisible tells whether the viewer (0 for nobody) may see what the person keeps behind a private account.
func ContentVisible(u *User, viewerID int64, b Between) bool {
	return UserVisible(u, b) && (b.Moderates || !u.IsPrivate || u.ID == viewerID || b.Follows)
}

// CollectionVisible tells whether the viewer may see the collection, whose owner is given.
func CollectionVisible(c *Collection, owner *User, viewerID int64, b Between) bool {
	return (!c.IsPrivate || c.OwnerID == viewerID) && ContentVisible(owner, viewerID, b)
}

// QuestionVisible tells whether the viewer may see the question, whose author is given.
func QuestionVisible(q *Question, author *User, viewerID int64, b Between) bool {
	return (b.Moderates || q.PublishedAt != nil && q.RemovedAt == nil || q.AuthorID == viewerID) && ContentVisible(author, viewerID, b)
}

// AnswerVisible tells whether the viewer may see the answer, whose author they may see and whose question, too.
func AnswerVisible(a *Answer, viewerID int64, b Between) bool {
	return b.Moderates || a.RemovedAt == nil || a.AuthorID == viewerID
}

// StyleVisible tells whether the viewer may see the style, whose author is given.
func StyleVisible(s *Style, author *User, viewerID int64, b Between) bool {
	return s.DeletedAt == nil && (b.Moderates || s.State == StylePublished || s.AuthorID == viewerID) && ContentVisible(author, viewerID, b)
}
