-- What PostGraphile serves, in a schema of its own: views of our tables, functions for what is computed, and comments that
-- tell it about keys. The address of the renditions is put in where it is run.
begin;
select pg_advisory_xact_lock(20121124); -- both processes install it
drop schema if exists peer cascade;
create schema peer;

create function peer.viewer_id() returns bigint language sql stable as $$ select current_setting('peer.viewer')::bigint $$;
create function peer.relay_id(type text, key bigint) returns text language sql immutable as
  $$ select rtrim(encode(convert_to(type || ':' || key, 'UTF8'), 'base64'), '=') $$;
create function peer.key_of(id text) returns bigint language sql immutable as
  $$ select split_part(convert_from(decode(id || repeat('=', -length(id) & 3), 'base64'), 'UTF8'), ':', 2)::bigint $$;
create function peer.moment(t timestamptz) returns text language sql stable as
  $$ select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
comment on function peer.viewer_id() is E'@behavior -*';
comment on function peer.relay_id(text, bigint) is E'@behavior -*';
comment on function peer.key_of(text) is E'@behavior -*';
comment on function peer.moment(timestamptz) is E'@behavior -*';

-- ── objects ─────────────────────────────────────────────────────────────────

create view peer.photos as select id, state, width, height, blurhash, dominant_color, object_token from public.photos;
comment on view peer.photos is E'@primaryKey id';
create function peer.photos_relay_id(p peer.photos) returns text language sql stable as $$ select peer.relay_id('Photo', p.id) $$;
create function peer.photos_url(p peer.photos, size text) returns text language sql stable as
  $$ select case when p.state = 'READY' then :public_url || 'renditions/' || p.id || '-' || p.object_token || '/' || lower(size) || '.jpg' end $$;

create view peer.users as select id, username, display_name, bio, website, is_private, style_count, follower_count, following_count,
  avatar_photo_id from public.users;
comment on view peer.users is E'@primaryKey id\n@unique username\n@foreignKey (avatar_photo_id) references peer.photos (id)|@fieldName avatar|@behavior -manyToOne';
create function peer.users_relay_id(u peer.users) returns text language sql stable as $$ select peer.relay_id('User', u.id) $$;
create function peer.users_viewer_follows(u peer.users) returns boolean language sql stable as
  $$ select exists (select from public.follows f where f.follower_id = peer.viewer_id() and f.followee_id = u.id offset 0) $$;
create function peer.users_follows_viewer(u peer.users) returns boolean language sql stable as
  $$ select exists (select from public.follows f where f.follower_id = u.id and f.followee_id = peer.viewer_id() offset 0) $$;
create function peer.users_viewer_has_requested_follow(u peer.users) returns boolean language sql stable as
  $$ select exists (select from public.follow_requests f where f.follower_id = peer.viewer_id() and f.followee_id = u.id offset 0) $$;

create view peer.styles as select id, author_id, state, caption, peer.moment(created_at) as created_at, photo_ids, item_ids, tag_ids, mention_ids,
  like_count, comment_count, collect_count, item_info_request_count from public.styles where state = 'PUBLISHED' and deleted_at is null;
comment on view peer.styles is E'@primaryKey id\n@foreignKey (author_id) references peer.users (id)|@fieldName author|@foreignFieldName styles';
create function peer.styles_relay_id(s peer.styles) returns text language sql stable as $$ select peer.relay_id('Style', s.id) $$;
create function peer.styles_viewer_has_liked(s peer.styles) returns boolean language sql stable as
  $$ select exists (select from public.likes l where l.style_id = s.id and l.user_id = peer.viewer_id() offset 0) $$;
create function peer.styles_viewer_has_collected(s peer.styles) returns boolean language sql stable as
  $$ select exists (select from public.collection_styles c where c.style_id = s.id and c.owner_id = peer.viewer_id() offset 0) $$;
create function peer.styles_viewer_has_requested_item_info(s peer.styles) returns boolean language sql stable as
  $$ select exists (select from public.item_info_requests r where r.style_id = s.id and r.user_id = peer.viewer_id() offset 0) $$;

create view peer.brands as select id, slug, name from public.brands;
comment on view peer.brands is E'@primaryKey id';
create function peer.brands_relay_id(b peer.brands) returns text language sql stable as $$ select peer.relay_id('Brand', b.id) $$;
create view peer.item_tags as select id, photo_id, x, y, name, price_minor, currency, shop_url, brand_id from public.item_tags;
comment on view peer.item_tags is E'@primaryKey id\n@foreignKey (brand_id) references peer.brands (id)|@fieldName brand\n@foreignKey (photo_id) references peer.photos (id)|@fieldName photo';
create function peer.item_tags_relay_id(i peer.item_tags) returns text language sql stable as $$ select peer.relay_id('ItemTag', i.id) $$;
create view peer.tags as select id, name from public.tags;
comment on view peer.tags is E'@primaryKey id';
create function peer.tags_relay_id(t peer.tags) returns text language sql stable as $$ select peer.relay_id('Tag', t.id) $$;

create view peer.comments as select id, style_id, author_id, reply_to_id, body, peer.moment(created_at) as created_at, is_item_info_request
  from public.comments;
comment on view peer.comments is E'@primaryKey id\n@foreignKey (style_id) references peer.styles (id)|@fieldName style|@foreignFieldName comments\n@foreignKey (author_id) references peer.users (id)|@fieldName author\n@foreignKey (reply_to_id) references peer.comments (id)|@fieldName replyTo';
create function peer.comments_relay_id(c peer.comments) returns text language sql stable as $$ select peer.relay_id('Comment', c.id) $$;

-- ── lists whose ids the style carries ───────────────────────────────────────

create function peer.styles_photos(s peer.styles) returns setof peer.photos language sql stable rows 3 as
  $$ select p.* from unnest(s.photo_ids) with ordinality k(id, n) join peer.photos p on p.id = k.id order by k.n $$;
create function peer.styles_items(s peer.styles) returns setof peer.item_tags language sql stable rows 3 as
  $$ select i.* from unnest(s.item_ids) with ordinality k(id, n) join peer.item_tags i on i.id = k.id order by k.n $$;
create function peer.styles_tags(s peer.styles) returns setof peer.tags language sql stable rows 3 as
  $$ select t.* from unnest(s.tag_ids) with ordinality k(id, n) join peer.tags t on t.id = k.id order by k.n $$;
create function peer.styles_mentions(s peer.styles) returns setof peer.users language sql stable rows 3 as
  $$ select u.* from unnest(s.mention_ids) with ordinality k(id, n) join peer.users u on u.id = k.id order by k.n $$;
comment on function peer.styles_photos(peer.styles) is E'@behavior +list -connection';
comment on function peer.styles_items(peer.styles) is E'@behavior +list -connection';
comment on function peer.styles_tags(peer.styles) is E'@behavior +list -connection';
comment on function peer.styles_mentions(peer.styles) is E'@behavior +list -connection';

-- ── the viewer ──────────────────────────────────────────────────────────────

create view peer.viewers as select user_id as id, email, email_verified_at is not null as email_verified, locale, time_zone from public.accounts;
comment on view peer.viewers is E'@primaryKey id\n@foreignKey (id) references peer.users (id)|@fieldName user|@behavior -singularRelation:resource:single -manyToOne';
create function peer.viewer() returns peer.viewers language sql stable as $$ select * from peer.viewers where id = peer.viewer_id() $$;
create function peer.viewers_account(v peer.viewers) returns peer.users language sql stable as $$ select * from peer.users where id = v.id $$;
create function peer.viewers_unread_notification_count(v peer.viewers) returns integer language sql stable as
  $$ select count(*)::int from public.notifications where recipient_id = v.id and read_at is null and actor_count > 0 $$;

create view peer.sessions as select id, user_agent, peer.moment(last_seen_at) as last_seen_at, true as is_current from public.sessions;
comment on view peer.sessions is E'@primaryKey id';
create function peer.sessions_relay_id(s peer.sessions) returns text language sql stable as $$ select peer.relay_id('Session', s.id) $$;
create function peer.viewers_sessions(v peer.viewers) returns setof peer.sessions language sql stable rows 2 as
  $$ select id, user_agent, peer.moment(last_seen_at), row_number() over (order by id desc) = 1 from public.sessions
    where user_id = v.id and revoked_at is null and expires_at > now() order by id desc limit 100 $$;
comment on function peer.viewers_sessions(peer.viewers) is E'@behavior +list -connection';

-- A page of the feed: PostGraphile would page through all of it by row numbers.
create type peer.place as (has_next_page boolean, end_cursor text);
create type peer.feed_page as (keys bigint[], page_info peer.place);
create function peer.viewers_feed(v peer.viewers, first integer, after text) returns peer.feed_page language sql stable as $$
  with page as (
    (select e.style_id as id from public.feed_entries e where e.reader_id = v.id and e.style_id < coalesce(after::bigint, 9223372036854775807)
      order by e.style_id desc limit first + 1)
    union
    (select m.id from public.follows w cross join lateral (
        select s.id from public.styles s where s.author_id = w.followee_id and s.state = 'PUBLISHED' and s.deleted_at is null
          and s.id < coalesce(after::bigint, 9223372036854775807) order by s.id desc limit first + 1) m
      where w.follower_id = v.id and w.merged order by m.id desc limit first + 1)
    order by id desc limit first + 1),
  keys as (select array_agg(id order by id desc) as all from page)
  select (coalesce(k.all, '{}'))[:first], row(coalesce(cardinality(k.all), 0) > first, k.all[least(first, cardinality(k.all))]::text)::peer.place from keys k $$;
create function peer.feed_page_nodes(p peer.feed_page) returns setof peer.styles language sql stable rows 20 as
  $$ select s.* from unnest(p.keys) k(id) join peer.styles s on s.id = k.id order by s.id desc $$;
comment on function peer.feed_page_nodes(peer.feed_page) is E'@behavior +list -connection -queryField';

create function peer.style(id text) returns peer.styles language sql stable as $$ select s.* from peer.styles s where s.id = peer.key_of($1) $$;

-- ── what is changed ─────────────────────────────────────────────────────────

create function peer.like_style(style_id text) returns peer.styles language plpgsql volatile as $$
declare style peer.styles; key bigint := peer.key_of($1);
begin
  insert into public.likes (style_id, user_id) select s.id, peer.viewer_id() from peer.styles s where s.id = key on conflict do nothing;
  if found then
    update public.styles s set like_count = s.like_count + 1 where s.id = key;
    insert into public.outbox (kind, payload, created_at, available_at, generation, attempts)
      select 'notify', jsonb_build_object('recipientId', s.author_id, 'kind', 'STYLE_LIKED', 'subjectKind', 'Style', 'subjectId', s.id,
        'actorId', peer.viewer_id()), now(), now(), 0, 0 from public.styles s where s.id = key and s.author_id <> peer.viewer_id();
  end if;
  select * into style from peer.styles s where s.id = key;
  if not found then raise exception 'This does not exist, or not any more.'; end if;
  return style;
end $$;

create function peer.publish_style(photo_ids text[], caption text) returns peer.styles language plpgsql volatile as $$
declare keys bigint[]; taken bigint[]; topics bigint[]; people bigint[]; names text[]; key bigint; style peer.styles;
begin
  select array_agg(peer.key_of(id) order by n) into keys from unnest(photo_ids) with ordinality p(id, n);
  select array_agg(p.id) into taken from (select p.id from public.photos p where p.id = any(keys) and p.owner_id = peer.viewer_id()
    and p.state = 'READY' and p.style_id is null and p.question_id is null order by p.id for update) p;
  if cardinality(taken) is distinct from cardinality(keys) then raise exception 'These photos cannot be published.'; end if;

  select array_agg(name order by n) into names from (select lower(m[1]) as name, min(n) as n
    from regexp_matches(normalize(caption, NFC), '(?:^|[^[:alnum:]_&])[#＃]([[:alnum:]_]+)', 'g') with ordinality t(m, n)
    where m[1] ~ '[[:alpha:]]' and length(m[1]) <= 50 group by 1 order by 2 limit 30) x;
  insert into public.tags (name, style_count) select t, 0 from unnest(names) t order by t on conflict do nothing;
  select coalesce(array_agg(t.id order by w.n), '{}') into topics from unnest(names) with ordinality w(name, n) join public.tags t using (name);
  select coalesce(array_agg(u.id order by m.n), '{}') into people from (select lower(m[1]) as username, min(n) as n
    from regexp_matches(caption, '(?:^|[^A-Za-z0-9._])[@＠]([A-Za-z0-9_][A-Za-z0-9._]{2,29})', 'g') with ordinality t(m, n) group by 1) m
    join public.users u using (username);

  insert into public.styles (author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, like_count, comment_count,
      collect_count, item_info_request_count, created_at, published_at)
    values (peer.viewer_id(), 'PUBLISHED', caption, keys, '{}', topics, '{}', people, 0, 0, 0, 0, now(), now()) returning id into key;
  update public.photos set style_id = key where id = any(keys);
  insert into public.style_tags (tag_id, style_id) select t, key from unnest(topics) t;
  update public.tags set style_count = style_count + 1 where id = any(topics);
  update public.users set style_count = style_count + 1 where id = peer.viewer_id();
  insert into public.outbox (kind, payload, created_at, available_at, generation, attempts)
    values ('style.fan_out', jsonb_build_object('styleId', key), now(), now(), 0, 0);
  select * into style from peer.styles s where s.id = key;
  return style;
end $$;
commit;
