-- What PostGraphile serves, in a schema of its own: views of our tables, comments that tell it about keys, and functions for
-- the feed and for what is changed.
begin;
select pg_advisory_xact_lock(20121124); -- both processes install it
drop schema if exists peer cascade;
create schema peer;

create function peer.key_of(id text) returns bigint language sql stable as
  $$ select split_part(convert_from(decode(id || repeat('=', -length(id) & 3), 'base64'), 'UTF8'), ':', 2)::bigint $$;
create function peer.moment(t timestamptz) returns text language sql stable as
  $$ select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
comment on function peer.key_of(text) is E'@behavior -*';
comment on function peer.moment(timestamptz) is E'@behavior -*';

-- ── objects ─────────────────────────────────────────────────────────────────

create view peer.photos as select id, state, width, height, blurhash, dominant_color, object_token from public.photos;
comment on view peer.photos is E'@primaryKey id';

create view peer.users as select id, username, display_name, bio, website, is_private, style_count, follower_count, following_count,
  avatar_photo_id from public.users;
comment on view peer.users is E'@primaryKey id\n@unique username\n@foreignKey (avatar_photo_id) references peer.photos (id)|@fieldName avatar|@behavior -manyToOne';

create view peer.styles as select id, author_id, state, caption, peer.moment(created_at) as created_at, photo_ids, item_ids, tag_ids, mention_ids,
  like_count, comment_count, collect_count, item_info_request_count from public.styles where state = 'PUBLISHED' and deleted_at is null;
comment on view peer.styles is E'@primaryKey id\n@foreignKey (author_id) references peer.users (id)|@fieldName author|@foreignFieldName styles';

create view peer.brands as select id, slug, name from public.brands;
comment on view peer.brands is E'@primaryKey id';
create view peer.item_tags as select id, photo_id, x, y, name, price_minor, currency, shop_url, brand_id from public.item_tags;
comment on view peer.item_tags is E'@primaryKey id\n@foreignKey (brand_id) references peer.brands (id)|@fieldName brand\n@foreignKey (photo_id) references peer.photos (id)|@fieldName photo';
create view peer.tags as select id, name from public.tags;
comment on view peer.tags is E'@primaryKey id';

create view peer.comments as select id, style_id, author_id, reply_to_id, body, peer.moment(created_at) as created_at, is_item_info_request
  from public.comments;
comment on view peer.comments is E'@primaryKey id\n@foreignKey (style_id) references peer.styles (id)|@fieldName style|@foreignFieldName comments\n@foreignKey (author_id) references peer.users (id)|@fieldName author\n@foreignKey (reply_to_id) references peer.comments (id)|@fieldName replyTo';

create view peer.viewers as select user_id as id, email, email_verified_at is not null as email_verified, locale, time_zone from public.accounts;
comment on view peer.viewers is E'@primaryKey id\n@foreignKey (id) references peer.users (id)|@fieldName account|@behavior -singularRelation:resource:single -manyToOne';

create view peer.sessions as select id, user_id, user_agent, peer.moment(last_seen_at) as last_seen_at from public.sessions
  where revoked_at is null and expires_at > now();
comment on view peer.sessions is E'@primaryKey id';

-- A page of the feed: PostGraphile would page through all of it by row numbers. PL/pgSQL keeps the plan, SQL would not.
create type peer.feed as (keys bigint[], has_next_page boolean, end_cursor text);
comment on type peer.feed is E'@behavior -*';
create function peer.feed_page(viewer bigint, size integer, after text) returns peer.feed language plpgsql stable as $$
declare before bigint := coalesce(after::bigint, 9223372036854775807); keys bigint[];
begin
  keys := array(
    (select e.style_id as id from public.feed_entries e where e.reader_id = viewer and e.style_id < before order by e.style_id desc limit size + 1)
    union
    (select m.id from public.follows w cross join lateral (
        select s.id from public.styles s where s.author_id = w.followee_id and s.state = 'PUBLISHED' and s.deleted_at is null
          and s.id < before order by s.id desc limit size + 1) m
      where w.follower_id = viewer and w.merged order by m.id desc limit size + 1)
    order by id desc limit size + 1);
  return (keys[:size], cardinality(keys) > size, keys[least(size, cardinality(keys))]::text);
end $$;
comment on function peer.feed_page(bigint, integer, text) is E'@behavior -*';

-- ── what is changed ─────────────────────────────────────────────────────────

-- Each gives the key of the style, which is read by a statement of its own: the one that writes does not see what it wrote.

create function peer.like_style(viewer bigint, style_id text) returns bigint language plpgsql volatile as $$
declare key bigint := peer.key_of(style_id);
begin
  insert into public.likes (style_id, user_id) select s.id, viewer from peer.styles s where s.id = key on conflict do nothing;
  if found then
    update public.styles s set like_count = s.like_count + 1 where s.id = key;
    insert into public.outbox (kind, payload, created_at, available_at, generation, attempts)
      select 'notify', jsonb_build_object('recipientId', s.author_id, 'kind', 'STYLE_LIKED', 'subjectKind', 'Style', 'subjectId', s.id,
        'actorId', viewer), now(), now(), 0, 0 from public.styles s where s.id = key and s.author_id <> viewer;
  end if;
  if not exists (select from peer.styles s where s.id = key) then raise exception 'This does not exist, or not any more.'; end if;
  return key;
end $$;

create function peer.publish_style(viewer bigint, photo_ids text[], caption text) returns bigint language plpgsql volatile as $$
declare keys bigint[]; taken bigint[]; topics bigint[]; people bigint[]; names text[]; key bigint;
begin
  select array_agg(peer.key_of(id) order by n) into keys from unnest(photo_ids) with ordinality p(id, n);
  select array_agg(p.id) into taken from (select p.id from public.photos p where p.id = any(keys) and p.owner_id = viewer
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
    values (viewer, 'PUBLISHED', caption, keys, '{}', topics, '{}', people, 0, 0, 0, 0, now(), now()) returning id into key;
  update public.photos set style_id = key where id = any(keys);
  insert into public.style_tags (tag_id, style_id) select t, key from unnest(topics) t;
  update public.tags set style_count = style_count + 1 where id = any(topics);
  update public.users set style_count = style_count + 1 where id = viewer;
  insert into public.outbox (kind, payload, created_at, available_at, generation, attempts)
    values ('style.fan_out', jsonb_build_object('styleId', key), now(), now(), 0, 0);
  return key;
end $$;
comment on function peer.like_style(bigint, text) is E'@behavior -*';
comment on function peer.publish_style(bigint, text[], text) is E'@behavior -*';
commit;
