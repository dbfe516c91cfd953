package models

import (
	"context"
	"encoding/json"
	"testing"
)

// notifyJobs are all that were recorded, in the order in which they were.
func notifyJobs(t testing.TB, db *DB) []NotifyJob {
	t.Helper()
	var payloads []json.RawMessage
	if err := db.NewRaw(`select payload from outbox where kind = ? order by id`, JobNotify).Scan(t.Context(), &payloads); err != nil {
		t.Fatal(err)
	}
	all := make([]NotifyJob, len(payloads))
	for i, p := range payloads {
		if err := json.Unmarshal(p, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// runNotifyJobs does what package jobs does with them.
func runNotifyJobs(t testing.TB, db *DB) {
	t.Helper()
	for _, job := range notifyJobs(t, db) {
		fold(t, db, job)
	}
}

func fold(t testing.TB, db *DB, job NotifyJob) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.Fold(ctx, job) })
}

// wantedActors are who must be in which fold, by the rows of what they did: for people who all see each other.
const wantedActors = `
	select followee_id as recipient_id, 'FOLLOWED' as kind, followee_id as subject_id, follower_id as actor_id, id from follows
	union all select followee_id, 'FOLLOW_REQUESTED', followee_id, follower_id, id from follow_requests
	union all select s.author_id, 'STYLE_LIKED', s.id, l.user_id, l.id from likes l join styles s on s.id = l.style_id
		where s.author_id <> l.user_id and s.deleted_at is null
	union all select s.author_id, 'STYLE_COMMENTED', s.id, c.author_id, max(c.id) from comments c join styles s on s.id = c.style_id
		where s.author_id <> c.author_id and c.reply_to_author_id is distinct from s.author_id and s.deleted_at is null group by 1, 3, 4
	union all select c.reply_to_author_id, 'COMMENT_REPLIED', c.reply_to_id, c.author_id, max(c.id) from comments c join styles s on s.id = c.style_id
		where c.reply_to_author_id <> c.author_id and c.reply_to_id is not null and s.deleted_at is null group by 1, 3, 4
	union all select s.author_id, 'STYLE_COLLECTED', s.id, k.owner_id, max(k.id) from collection_styles k join collections c on c.id = k.collection_id
		join styles s on s.id = k.style_id where s.author_id <> k.owner_id and not c.is_private and s.deleted_at is null group by 1, 3, 4
	union all select m, 'MENTIONED', s.id, s.author_id, s.id from styles s, unnest(s.mention_ids) m
		where m <> s.author_id and s.state = 'PUBLISHED' and s.deleted_at is null
	union all select m, 'MENTIONED', c.id, c.author_id, c.id from comments c join styles s on s.id = c.style_id, unnest(c.mention_ids) m
		where m <> c.author_id and m <> s.author_id and m is distinct from c.reply_to_author_id and s.deleted_at is null and s.state = 'PUBLISHED'
	union all select s.author_id, 'ITEM_INFO_REQUESTED', s.id, r.user_id, max(r.id) from item_info_requests r join styles s on s.id = r.style_id
		where s.deleted_at is null group by 1, 3, 4
	union all select r.user_id, 'ITEM_INFO_ANSWERED', s.id, s.author_id, max(r.id) from item_info_requests r join styles s on s.id = r.style_id
		where r.answered_at is not null and s.deleted_at is null group by 1, 3, 4
	union all select q.author_id, 'QUESTION_ANSWERED', q.id, a.author_id, max(a.id) from answers a join questions q on q.id = a.question_id
		where a.author_id <> q.author_id and a.removed_at is null group by 1, 3, 4
	union all select a.author_id, 'ANSWER_ACCEPTED', a.id, q.author_id, a.id from answers a join questions q on q.accepted_answer_id = a.id
		where a.author_id <> q.author_id and q.removed_at is null
	union all select l.author_id, 'MODERATION', l.subject_id, l.author_id, max(l.id) from moderation_log l where l.action = 'REMOVE_CONTENT'
		and (l.subject_kind = 'Comment' or exists (select from styles s where s.id = l.subject_id and s.deleted_at is null)) group by 1, 3`

// misfolded says what is wrong with the folds, compared with the rows. A style that is deleted and not erased as yet still has its own.
func misfolded(t testing.TB, db *DB) (wrong []string) {
	t.Helper()
	for name, query := range map[string]string{
		"missing": `select count(*) from (` + wantedActors + ` except
			select n.recipient_id, n.kind, n.subject_id, a.actor_id, a.id from notifications n join notification_actors a on a.notification_id = n.id) x`,
		"too many": `select count(*) from (
			select n.recipient_id, n.kind, n.subject_id, a.actor_id, a.id from notifications n join notification_actors a on a.notification_id = n.id
			where not exists (select from styles s left join comments c on c.style_id = s.id where s.deleted_at is not null and n.subject_id in (s.id, c.id))
			except (` + wantedActors + `)) x`,
		"not what its actors say": `select count(*) from notifications n where actor_count <> (select count(*) from notification_actors a where a.notification_id = n.id and not a.is_hidden)
			or actor_ids <> array(select actor_id from notification_actors a where a.notification_id = n.id and not a.is_hidden order by id desc limit 3)`,
	} {
		if n := one[int](t, db, query); n != 0 {
			wrong = append(wrong, name)
		}
	}
	return wrong
}
