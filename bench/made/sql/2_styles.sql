-- Who published what, with which of the texts.
select setseed(0.43);
create temp table drawn_styles as
	select n, bench.style(n) as id, bench.popular(power(random(), 1.5), {people}) as author,
		2 * (4 * floor(random() * {captions})::int + floor(power(random(), 1.2) * 4)::int) + (random() < 0.3)::int as variant
	from generate_series(1, {styles}) n;
insert into drawn_styles select {styles} + i, bench.style({styles} + i), {people} + {readers} + i, 8 * (i % {captions})
	from generate_series(1, {outsiders}) i;
create index on drawn_styles (author, id);
analyze drawn_styles;

-- The feeds as fan-out leaves them: the newest, without those of accounts that are merged in.
insert into feed_entries (reader_id, style_id, author_id)
	select v.user_id, x.id, x.followee_id from bench.viewers v, lateral (
		select s.id, f.followee_id from follows f join drawn_styles s on s.author = f.followee_id >> 20
		where f.follower_id = v.user_id and not f.merged order by s.id desc limit {feed_cap}) x order by 1, 2;

-- Likes: of popular styles by anybody, and of one in ten of their feeds by those sampled.
create temp table drawn_likes as select n, bench.popular(power(random(), 2), {styles}) as style, bench.active(random()) as person
	from generate_series(1, {likes}) n;
insert into drawn_likes select {likes} + row_number() over (), ((style_id >> 20) - 86400000) / 1000, reader_id >> 20
	from feed_entries where style_id % 10 = reader_id % 10;
insert into likes (id, style_id, user_id)
	select bench.made_id(2678400000 + min(n), min(n)), bench.style(style), bench.person(person) from drawn_likes group by style, person order by style, person;
drop table drawn_likes;

-- Comments; every tenth answers the one before it.
create temp table drawn_comments as select n, bench.popular(power(random(), 1.5), {styles}) as style, bench.active(random()) as person,
	floor(random() * {bodies})::int as body from generate_series(1, {comments}) n;
insert into comments (id, style_id, author_id, reply_to_id, reply_to_author_id, body, mention_ids, is_item_info_request, created_at)
	select id, bench.style(style), bench.person(person), case when n % 10 = 0 then before end,
		case when n % 10 = 0 then bench.person(before_person) end, b.text, '{}', false, bench.at(id)
	from (select *, lag(id) over w as before, lag(person) over w as before_person
		from (select bench.made_id(2764800000 + n, n) as id, * from drawn_comments) c window w as (partition by style order by n)) c
	join bench.bodies b on b.place = c.body order by id;
drop table drawn_comments;

-- What those sampled keep and ask about, from their feeds.
insert into collections (id, owner_id, name, is_private, is_default, style_count, created_at)
	select bench.made_id(2851200000, k), user_id, '모음', true, true, 0, bench.at(bench.made_id(2851200000, k))
	from (select user_id, row_number() over (order by user_id) as k from bench.viewers) v;
insert into collection_styles (id, collection_id, style_id, owner_id)
	select bench.made_id(2851200000 + row_number() over (), row_number() over ()), c.id, e.style_id, e.reader_id
	from feed_entries e join collections c on c.owner_id = e.reader_id where e.style_id % 20 = e.reader_id % 20;
update collections c set style_count = (select count(*) from collection_styles k where k.collection_id = c.id);
insert into item_info_requests (id, style_id, user_id, created_at)
	select bench.made_id(2851200000 + row_number() over (), row_number() over ()), style_id, reader_id, bench.at(bench.made_id(2851200000, 0))
	from feed_entries where style_id % 40 = reader_id % 40;
analyze likes; analyze comments; analyze collection_styles;

insert into styles (id, author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, worn_on, like_count, comment_count,
		collect_count, item_info_request_count, created_at, published_at)
	select d.id, bench.person(d.author), 'PUBLISHED', v.caption,
		array(select bench.photo(d.n, i) from generate_series(0, v.photos - 1) i),
		array(select bench.made_id(d.id >> 20, i) from generate_series(1, v.items) i),
		v.tag_ids, v.brand_ids, v.mention_ids, bench.at(d.id)::date, coalesce(l.n, 0), coalesce(c.n, 0), coalesce(k.n, 0), coalesce(r.n, 0),
		bench.at(d.id), bench.at(d.id)
	from drawn_styles d join bench.variants v using (variant)
	left join (select style_id, count(*) as n from likes group by 1) l on l.style_id = d.id
	left join (select style_id, count(*) as n from comments group by 1) c on c.style_id = d.id
	left join (select style_id, count(distinct owner_id) as n from collection_styles group by 1) k on k.style_id = d.id
	left join (select style_id, count(*) as n from item_info_requests group by 1) r on r.style_id = d.id
	order by d.id;
insert into item_tags (id, style_id, photo_id, x, y, brand_id, name, price_minor, currency)
	select bench.made_id(d.id >> 20, i.place), d.id, bench.photo(d.n, i.photo), i.x, i.y, i.brand_id, i.name, i.price_minor, i.currency
	from drawn_styles d join bench.items i using (variant) order by 1;
insert into search_styles (id, title, body, tokens, stamp)
	select s.id, v.title, v.body, v.tokens, '{search_version} ' || md5(s.caption || s.item_ids::text || s.brand_ids::text)
	from drawn_styles d join bench.variants v using (variant) join styles s on s.id = d.id order by s.id;
