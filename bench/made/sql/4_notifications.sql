-- Those sampled have heard of their latest followers and of the latest likes of their latest styles; half of it was read.
create temp table drawn_actors as
	select v.user_id as recipient_id, 'FOLLOWED' as kind, 'User' as subject_kind, v.user_id as subject_id, f.follower_id as actor_id, f.id
	from bench.viewers v, lateral (select follower_id, id from follows where followee_id = v.user_id order by id desc limit 20) f
	union all
	select v.user_id, 'STYLE_LIKED', 'Style', s.id, l.user_id, l.id
	from bench.viewers v, lateral (select id from styles where author_id = v.user_id and deleted_at is null order by id desc limit 30) s,
		lateral (select user_id, id from likes where style_id = s.id and user_id <> v.user_id order by id desc limit 20) l;
analyze drawn_actors;
insert into notifications (id, recipient_id, kind, subject_kind, subject_id, actor_ids, actor_count, position, updated_at, read_at, pushed_at, mailed_at)
	select id, recipient_id, kind, subject_kind, subject_id, (array_agg(actor_id order by last desc))[:3], count(*), id,
		bench.at(id), case when id % 2 = 0 then bench.at(id) end, bench.at(id), bench.at(id)
	from (select bench.made_id(3024000000 + n, n) as id, d.*, a.actor_id, a.id as last from (
		select row_number() over (order by max(id), subject_id) as n, recipient_id, kind, subject_kind, subject_id
		from drawn_actors group by 2, 3, 4, 5) d join drawn_actors a using (recipient_id, kind, subject_kind, subject_id)) n
	group by 1, 2, 3, 4, 5;
analyze notifications;
insert into notification_actors (notification_id, actor_id, id)
	select n.id, a.actor_id, a.id from drawn_actors a join notifications n using (recipient_id, kind, subject_kind, subject_id);
