insert into users (id, username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
  select n, 'person' || n, '사람 ' || n, 'bio', false, 5, 50, 50, false, now() from generate_series(1, 1000) n;
insert into accounts (user_id, email, email_verified_at, password_hash, locale, time_zone)
  select id, username || '@example.com', now(), '-', 'ko', 'Asia/Seoul' from users;
insert into sessions (user_id, user_agent, refresh_token_hash, token_family_hash, created_at, last_seen_at, expires_at)
  select id, 'phone', decode(md5(username), 'hex'), decode(md5(username), 'hex'), now(), now(), now() + interval '30 days' from users;
insert into photos (id, owner_id, state, content_type, byte_size, object_token, width, height, blurhash, dominant_color, created_at)
  select 1000000 + n, (n - 1) / 11 + 1, 'READY', 'image/jpeg', 1000000, md5(n::text), 3024, 4032, 'LEHV6nWB2yk8pyo0adR*.7kCMdnj', '#a0b1c2', now()
  from generate_series(1, 11000) n;
update users set avatar_photo_id = 1000000 + (id - 1) * 11 + 11;
-- The n-th style is of person n % 1000 + 1, with two of their photos.
insert into styles (id, author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, like_count, comment_count,
    collect_count, item_info_request_count, created_at, published_at)
  select 2000000 + n, n % 1000 + 1, 'PUBLISHED', '오늘의 스타일 #데일리룩 ' || n,
    array[1000000 + (n % 1000) * 11 + n / 1000 * 2 + 1, 1000000 + (n % 1000) * 11 + n / 1000 * 2 + 2], '{}', '{}', '{}', '{}', 20, 5, 0, 0, now(), now()
  from generate_series(0, 4999) n;
insert into comments (id, style_id, author_id, body, mention_ids, is_item_info_request, created_at)
  select 3000000 + n, 2000000 + n % 5000, n * 37 % 1000 + 1, '정말 예뻐요 어디서 샀어요? ' || n, '{}', false, now() from generate_series(0, 24999) n;
insert into follows (follower_id, followee_id, merged)
  select a, (a + b * 17) % 1000 + 1, false from generate_series(1, 1000) a, generate_series(1, 50) b where (a + b * 17) % 1000 + 1 <> a;
insert into likes (style_id, user_id) select 2000000 + n, (n * 7 + k * 13) % 1000 + 1 from generate_series(0, 4999) n, generate_series(1, 20) k on conflict do nothing;
insert into feed_entries (reader_id, style_id, author_id)
  select f.follower_id, s.id, s.author_id from follows f join styles s on s.author_id = f.followee_id;
insert into blocks (blocker_id, blocked_id) select a, (a * 31 + 400) % 1000 + 1 from generate_series(1, 1000, 2) a where (a * 31 + 400) % 1000 + 1 <> a;
analyze;
