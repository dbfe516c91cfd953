package models

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
)

// Fold brings folds in line with what is so, and records the pushes and mails that their recipients get of the news. It
// makes no difference in which order, how often and in which company the jobs about a fold run.
func (tx *Tx) Fold(ctx context.Context, jobs ...NotifyJob) error {
	if err := tx.lockFolds(ctx, jobs); err != nil {
		return err
	}
	var changed []changedFold
	for kind, group := range groupByKind(jobs) {
		some, err := tx.changeActors(ctx, kind, group)
		if err != nil {
			return err
		}
		changed = append(changed, some...)
	}
	if len(changed) == 0 {
		return nil
	}
	news, err := tx.summarise(ctx, changed)
	if err != nil {
		return err
	}
	return tx.announce(ctx, news)
}

// lockFolds has the jobs about a fold run one at a time, before they look at what is so: otherwise the job of a like that
// is being taken back could write what the job of the taking back has found nothing of. And not while one of the two
// blocks or mutes the other. All take their locks in one order.
func (tx *Tx) lockFolds(ctx context.Context, jobs []NotifyJob) error {
	pairs, folds := make([]string, len(jobs)), make([]string, len(jobs))
	for i, job := range jobs {
		pairs[i] = pairKey(job.RecipientID, job.ActorID)
		folds[i] = fmt.Sprintf("fold/%d/%s/%s/%d", job.RecipientID, job.Kind, job.SubjectKind, job.SubjectID)
	}
	_, err := tx.exec(ctx, `select case when is_fold then pg_advisory_xact_lock(key) else pg_advisory_xact_lock_shared(key) end
		from (select false as is_fold, hashtextextended(name, 0) as key from unnest($1::text[]) as name
			union select true, hashtextextended(name, 0) from unnest($2::text[]) as name order by is_fold, key) locks`, pairs, folds)
	if err != nil {
		return fmt.Errorf("lock folds: %w", err)
	}
	return nil
}

// foldKind is what the jobs have in common that one statement can do.
type foldKind struct {
	kind    NotificationKind
	subject string
}

func groupByKind(jobs []NotifyJob) map[foldKind][]NotifyJob {
	groups := map[foldKind][]NotifyJob{}
	for _, job := range jobs {
		kind := foldKind{job.Kind, job.SubjectKind}
		groups[kind] = append(groups[kind], job)
	}
	return groups
}

// changedFold is a fold of which somebody came or went. News is what the recipient is to hear of.
type changedFold struct {
	id   int64
	news bool
}

// changeActorsSQL has actors ($3) stand in the folds of recipients ($1) and subjects ($2) for the latest of what they did, of
// several the one with the highest id, or not at all where they did nothing (any more). It makes the folds ($4, $5, at $6)
// where there is something to tell, locks those that are there and gives those that change. A later event than before is
// news, unless the recipient is not to hear of the actor.
const changeActorsSQL = `with j as (select distinct * from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as j (recipient_id, subject_id, actor_id)),
	so as materialized (select j.*, (select coalesce(max(e.id), 0) from ({event}) e, ({subject}) x) as event_id,
		exists (select from users u where u.id = j.actor_id and {heard}) as is_heard from j),
	there as materialized (select n.id, n.recipient_id, n.subject_id from notifications n where n.kind = $4 and n.subject_kind = $5
		and (n.recipient_id, n.subject_id) in (select so.recipient_id, so.subject_id from so) order by n.id for no key update),
	made as (insert into notifications (recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at)
		select so.recipient_id, $4, $5, so.subject_id, '{}', 0, next_id(), $6::timestamptz from so join users u on u.id = so.recipient_id
		where so.event_id <> 0 and not exists (select from there t where t.recipient_id = so.recipient_id and t.subject_id = so.subject_id)
		group by so.recipient_id, so.subject_id returning id, recipient_id, subject_id),
	changed as (select f.id, so.actor_id, so.event_id, so.is_heard, so.event_id > coalesce(a.id, 0) and so.is_heard as is_news
		from (select * from there union all select * from made) f join so using (recipient_id, subject_id)
		left join notification_actors a on a.notification_id = f.id and a.actor_id = so.actor_id
		where so.event_id <> coalesce(a.id, 0) or so.event_id <> 0 and so.is_heard = a.is_hidden),
	gone as (delete from notification_actors a using changed c where c.event_id = 0 and a.notification_id = c.id and a.actor_id = c.actor_id),
	come as (insert into notification_actors (notification_id, actor_id, id, is_hidden)
		select id, actor_id, event_id, not is_heard from changed where event_id <> 0
		on conflict (notification_id, actor_id) do update set id = excluded.id, is_hidden = excluded.is_hidden)
	select id, bool_or(is_news) from changed group by id`

// foldStatements are what changeActorsSQL is for each foldKind.
var foldStatements sync.Map

func (kind foldKind) statement() (string, error) {
	if statement, ok := foldStatements.Load(kind); ok {
		return statement.(string), nil
	}
	event, subject, err := eventAndSubjectSQL(kind.kind, kind.subject)
	if err != nil {
		return "", err
	}
	ofJob := strings.NewReplacer("$1", "j.recipient_id", "$2", "j.subject_id", "$3", "j.actor_id")
	statement := strings.NewReplacer("{event}", ofJob.Replace(event), "{subject}", ofJob.Replace(subject), "{heard}", ofJob.Replace(heardSQL)).Replace(changeActorsSQL)
	foldStatements.Store(kind, statement)
	return statement, nil
}

// changeActors is for jobs of one kind.
func (tx *Tx) changeActors(ctx context.Context, kind foldKind, jobs []NotifyJob) ([]changedFold, error) {
	statement, err := kind.statement()
	if err != nil {
		return nil, err
	}
	recipients, subjects, actors := make([]int64, len(jobs)), make([]int64, len(jobs)), make([]int64, len(jobs))
	for i, job := range jobs {
		recipients[i], subjects[i], actors[i] = job.RecipientID, job.SubjectID, job.ActorID
	}
	changed, err := queryRows(ctx, tx, func(r *sql.Rows, f *changedFold) error { return r.Scan(&f.id, &f.news) },
		statement, recipients, subjects, actors, kind.kind, kind.subject, tx.now)
	if err != nil {
		return nil, fmt.Errorf("fold: %w", err)
	}
	return changed, nil
}

// summariseSQL has folds ($1) say what their actors say; news ($2) moves them to the top, makes them unread (at $3) and is
// told to who listens. It gives those with news, as far as their recipients have accounts, with what it takes to announce
// them.
//
// A fold without actors is hidden and kept for a while: it remembers when it was announced, so that nobody is pushed and
// mailed by taking a like back and giving it again.
const summariseSQL = `with told as (update notifications n set actor_count = (select count(*) from notification_actors a where a.notification_id = n.id and not a.is_hidden),
			actor_ids = array(select a.actor_id from notification_actors a where a.notification_id = n.id and not a.is_hidden order by a.id desc limit 3),
			updated_at = case when f.is_news then $3::timestamptz else n.updated_at end, read_at = case when f.is_news then null else n.read_at end,
			position = case when f.is_news then next_id() else n.position end
		from unnest($1::bigint[], $2::boolean[]) as f (id, is_news), notifications old where n.id = f.id and old.id = f.id
		returning n.id, n.recipient_id, n.kind, n.pushed_at, n.mailed_at, old.read_at is null as was_unread, f.is_news),
	events as (insert into outbox (kind, payload, created_at, available_at, generation, attempts)
		select '` + string(JobEvent) + `', jsonb_build_object('topic', '` + notificationTopic + `:' || recipient_id, 'id', id), $3, $3, 0, 0 from told where is_news)
	select t.id, t.recipient_id, t.kind, t.pushed_at, t.mailed_at, t.was_unread, a.mail_unsubscribed_at, a.time_zone, a.quiet_from, a.quiet_until,
		p.channels, array(select d.id from devices d where d.user_id = t.recipient_id order by d.id)
	from told t join accounts a on a.user_id = t.recipient_id left join notification_preferences p on p.user_id = t.recipient_id and p.kind = t.kind
	where t.is_news order by t.id`

func (tx *Tx) summarise(ctx context.Context, changed []changedFold) ([]newsOf, error) {
	ids, news := make([]int64, len(changed)), make([]bool, len(changed))
	for i, f := range changed {
		ids[i], news[i] = f.id, f.news
		tx.changes.Outbox = tx.changes.Outbox || f.news
	}
	all, err := queryRows(ctx, tx, scanNews, summariseSQL, ids, news, tx.now)
	if err != nil {
		return nil, fmt.Errorf("summarise folds: %w", err)
	}
	return all, nil
}
