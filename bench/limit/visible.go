package main

// The rule of visibility, see models/visibility.go: $1 is the viewer, u the person. Whom a block stands before is looked up
// once for the statement.
const (
	userVisible = `(u.deleted_at is null and u.suspended_at is null and u.id <> all(array(select blocked_id from blocks where blocker_id = $1
		union all select blocker_id from blocks where blocked_id = $1)))`
	contentVisible = `(` + userVisible + ` and (not u.is_private or u.id = $1
		or exists (select from follows v where v.follower_id = $1 and v.followee_id = u.id)))`
	notMuted     = `u.id <> all(array(select muted_id from mutes where muter_id = $1))`
	styleVisible = `(s.deleted_at is null and (s.state = 'PUBLISHED' or s.author_id = $1) and ` + contentVisible + `)`
)

// unreadSQL counts what the viewer has not read and is to hear of.
const unreadSQL = `select count(*) from notifications n where n.recipient_id = $1 and n.read_at is null
	and exists (select from users u where u.id = any(n.actor_ids) and ` + userVisible + ` and ` + notMuted + `)
	and n.kind <> all(array(select p.kind from notification_preferences p where p.user_id = $1 and not 'IN_APP' = any(p.channels)))`
