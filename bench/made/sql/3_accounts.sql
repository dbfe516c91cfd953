create temp table drawn_people as
	select n, bench.person(n) as id, n > {people} + {readers} and n % 2 = 0 as is_private, (n - 1) % {texts} as text,
		case when n % 10 < 7 then bench.person(n) end as avatar
	from generate_series(1, {people} + {readers} + {outsiders}) n;
analyze drawn_people;

insert into users (id, username, display_name, bio, website, avatar_photo_id, is_private, style_count, follower_count, following_count, feed_merged, created_at)
	select p.id, t.username || case when p.n <= {texts} then '' else p.n::text end, t.display_name, t.bio,
		case when p.n % 5 = 0 then 'https://' || p.n || '.example.com/' end, p.avatar, p.is_private,
		coalesce(s.n, 0), coalesce(a.followers, 0), coalesce(f.n, 0), coalesce(a.followers >= {merged_from}, false), bench.at(p.id)
	from drawn_people p join bench.texts t on t.place = p.text
	left join (select author, count(*) as n from drawn_styles group by 1) s on s.author = p.n
	left join audiences a on a.n = p.n
	left join (select follower_id, count(*) as n from follows group by 1) f on f.follower_id = p.id
	order by p.id;
insert into accounts (user_id, email, email_verified_at, password_hash, locale, time_zone, mail_unsubscribed_at)
	select u.id, u.username || '@made.example', u.created_at, '{password_hash}', t.locale, t.time_zone, u.created_at
	from drawn_people p join users u using (id) join bench.texts t on t.place = p.text order by u.id;

-- Photos are all ready; nothing is in the object store.
insert into photos (id, owner_id, state, content_type, byte_size, object_token, width, height, blurhash, dominant_color, style_id,
		created_at, completed_at, ready_at)
	select id, owner, 'READY', 'image/jpeg', 1500000 + shape % 3000000, substr(md5(id::text), 1, 22), 1440, 1080 + 90 * (shape % 10),
		'LEHV6nWB2yk8pyo0adR*.7kCMdnj', '#' || substr(md5(id::text), 27), style, bench.at(id), bench.at(id), bench.at(id)
	from (select avatar as id, id as owner, null::bigint as style, n as shape from drawn_people where avatar is not null
		union all select bench.photo(d.n, i), bench.person(d.author), d.id, d.n + i
		from drawn_styles d join bench.variants v using (variant), lateral generate_series(0, v.photos - 1) i) p order by id;

insert into style_tags (tag_id, style_id, is_counted)
	select t, s.id, not u.is_private from styles s join users u on u.id = s.author_id, unnest(s.tag_ids) t order by 1, 2;
insert into style_brands (brand_id, style_id, is_counted)
	select b, s.id, not u.is_private from styles s join users u on u.id = s.author_id, unnest(s.brand_ids) b order by 1, 2;
update tags t set style_count = (select count(*) from style_tags l where l.tag_id = t.id and l.is_counted);
update brands b set style_count = (select count(*) from style_brands l where l.brand_id = b.id and l.is_counted);

insert into sessions (id, user_id, refresh_token_hash, token_family_hash, user_agent, created_at, last_seen_at, expires_at)
	select id, user_id, sha256(id::text::bytea), sha256(user_id::text::bytea), 'made', bench.at(id), bench.at(id), timestamptz '2100-01-01 00:00:00Z'
	from (select bench.made_id(2937600000, row_number() over (order by user_id)) as id, user_id from bench.viewers) v;
