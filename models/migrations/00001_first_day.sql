-- +goose Up

-- A database whose LC_CTYPE is C has no trigrams for Hangul, silently: refuse it on the first day, not when search is slow.
create extension if not exists pg_trgm;
-- +goose StatementBegin
do $$
begin
  if show_trgm('원피스') = '{}' then
    raise exception 'this database cannot index Korean: create it with LC_CTYPE C.UTF-8 (or another UTF-8 locale)';
  end if;
end
$$;
-- +goose StatementEnd

-- Ids are 43 bits of milliseconds since 2026-01-01 UTC and 20 bits of a sequence, so that paging by id is paging by time.
create sequence id_sequence minvalue 0 maxvalue 1048575 start 0 cycle;
-- +goose StatementBegin
create function next_id() returns bigint language sql volatile as $$
  select ((extract(epoch from clock_timestamp()) * 1000)::bigint - 1767225600000) << 20 | nextval('id_sequence')
$$;
-- +goose StatementEnd

-- ── accounts ────────────────────────────────────────────────────────────────

-- What others may see of a person; cached. What is theirs alone stands in accounts, which is never cached.
create table users (
  id bigint primary key default next_id(),
  username text not null unique,
  display_name text not null,
  bio text not null,
  website text,
  avatar_photo_id bigint,
  is_private boolean not null,
  style_count integer not null check (style_count >= 0),
  follower_count integer not null check (follower_count >= 0),
  following_count integer not null check (following_count >= 0),
  -- true once the account is too big to fan out: its styles are merged into feeds at reading time
  feed_merged boolean not null,
  suspended_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null
);

create table accounts (
  user_id bigint primary key references users on delete cascade,
  email text not null unique, -- lower case
  email_verified_at timestamptz,
  password_hash text not null,
  locale text not null,
  time_zone text not null,
  mail_unsubscribed_at timestamptz
);

create table sessions (
  id bigint primary key default next_id(),
  user_id bigint not null references users on delete cascade,
  refresh_token_hash bytea not null,
  -- the half that all refresh tokens of a session share: a token that has it and is not the current one was used before
  token_family_hash bytea not null,
  -- the token before and the clientMutationId that rotated it: a phone that lost the answer may ask again
  previous_token_hash bytea,
  rotation_key text,
  user_agent text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index on sessions (user_id, id desc) where revoked_at is null;
create index on sessions (expires_at);

-- Links that were mailed: hashes only.
create table mailed_tokens (
  token_hash bytea primary key,
  user_id bigint not null references users on delete cascade,
  purpose text not null, -- VERIFY_EMAIL, RESET_PASSWORD
  email text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index on mailed_tokens (user_id);
create index on mailed_tokens (expires_at);

create table signing_keys (
  id text primary key,
  private_key bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz
);

-- Keys that all processes share: of unsubscribe links, of the hashes under which attempts are counted.
create table secrets (
  name text primary key,
  value bytea not null
);

-- What an installation has done once.
create table milestones (
  name text primary key,
  reached_at timestamptz not null
);

-- ── photos ──────────────────────────────────────────────────────────────────

create table photos (
  id bigint primary key default next_id(),
  owner_id bigint not null references users on delete cascade,
  state text not null, -- AWAITING_UPLOAD, PROCESSING, READY, REJECTED
  rejection text,
  content_type text not null,
  byte_size bigint not null,
  -- a secret part of the object keys, so that a picture's address cannot be guessed from its id
  object_token text not null,
  width integer,
  height integer,
  blurhash text,
  dominant_color text,
  style_id bigint,
  created_at timestamptz not null,
  completed_at timestamptz,
  ready_at timestamptz
);
create index on photos (owner_id, id desc);
create index on photos (style_id) where style_id is not null;
-- what the clean-up looks for
create index on photos (created_at) where style_id is null;

-- ── styles ──────────────────────────────────────────────────────────────────

create table tags (
  id bigint primary key default next_id(),
  name text not null unique,
  style_count integer not null check (style_count >= 0)
);

create table brands (
  id bigint primary key default next_id(),
  slug text not null unique,
  name text not null,
  style_count integer not null check (style_count >= 0)
);

create table styles (
  id bigint primary key default next_id(),
  author_id bigint not null references users on delete cascade,
  state text not null, -- PROCESSING, PUBLISHED, REMOVED
  caption text not null,
  -- in the author's order; the row carries the ids of what hangs on it, so that one cached entry leads to all of it
  photo_ids bigint[] not null,
  item_ids bigint[] not null,
  tag_ids bigint[] not null,
  brand_ids bigint[] not null,
  mention_ids bigint[] not null,
  worn_on date,
  like_count integer not null check (like_count >= 0),
  comment_count integer not null check (comment_count >= 0),
  collect_count integer not null check (collect_count >= 0),
  item_info_request_count integer not null check (item_info_request_count >= 0),
  created_at timestamptz not null,
  edited_at timestamptz,
  published_at timestamptz,
  deleted_at timestamptz,
  -- What is rising: every tenfold of likes and comments (counted twice) is worth 12.5 hours, so that the order changes
  -- only when a counter does. The form is that of Reddit's "hot"; the low bits of the id make it a unique cursor.
  hot bigint not null generated always as
    (((id >> 20) + (45000000 * log((1 + like_count + 2 * comment_count)::double precision))::bigint) << 20 | (id & 1048575)) stored
);
create index styles_hot on styles (hot desc) where deleted_at is null and state = 'PUBLISHED';
create index on styles (author_id, id desc) where deleted_at is null;
alter table photos add foreign key (style_id) references styles on delete set null;
alter table users add foreign key (avatar_photo_id) references photos on delete set null;

create table item_tags (
  id bigint primary key default next_id(),
  style_id bigint not null references styles on delete cascade,
  photo_id bigint not null references photos on delete cascade,
  x double precision not null check (x between 0 and 1),
  y double precision not null check (y between 0 and 1),
  brand_id bigint references brands,
  name text not null,
  price_minor integer check (price_minor >= 0),
  currency text,
  shop_url text
);
create index on item_tags (style_id);
create index on item_tags (photo_id);
create index on item_tags (brand_id);

-- Which published styles carry a tag, a brand: the rows that style_count counts.
create table style_tags (
  tag_id bigint not null references tags,
  style_id bigint not null references styles on delete cascade,
  primary key (tag_id, style_id)
);
create index on style_tags (style_id);

create table style_brands (
  brand_id bigint not null references brands,
  style_id bigint not null references styles on delete cascade,
  primary key (brand_id, style_id)
);
create index on style_brands (style_id);

create table likes (
  id bigint not null default next_id(),
  style_id bigint not null references styles on delete cascade,
  user_id bigint not null references users on delete cascade,
  primary key (style_id, user_id)
);
create index on likes (style_id, id desc);
create index on likes (user_id, id desc);

create table comments (
  id bigint primary key default next_id(),
  style_id bigint not null references styles on delete cascade,
  author_id bigint not null references users on delete cascade,
  reply_to_id bigint references comments on delete set null,
  body text not null,
  mention_ids bigint[] not null,
  is_item_info_request boolean not null,
  created_at timestamptz not null
);
create index on comments (style_id, id desc);
create index on comments (author_id, id desc);
create index on comments (reply_to_id) where reply_to_id is not null;

create table collections (
  id bigint primary key default next_id(),
  owner_id bigint not null references users on delete cascade,
  name text not null,
  is_private boolean not null,
  is_default boolean not null,
  style_count integer not null check (style_count >= 0),
  created_at timestamptz not null
);
create index on collections (owner_id, id desc);
create unique index on collections (owner_id) where is_default;

create table collection_styles (
  id bigint not null default next_id(),
  collection_id bigint not null references collections on delete cascade,
  style_id bigint not null references styles on delete cascade,
  owner_id bigint not null references users on delete cascade,
  primary key (collection_id, style_id)
);
create index on collection_styles (owner_id, style_id);
create index on collection_styles (style_id);

create table item_info_requests (
  id bigint primary key default next_id(),
  style_id bigint not null references styles on delete cascade,
  user_id bigint not null references users on delete cascade,
  photo_id bigint references photos on delete cascade,
  x double precision,
  y double precision,
  created_at timestamptz not null,
  answered_at timestamptz
);
create index on item_info_requests (style_id, user_id);
create index on item_info_requests (user_id);

-- ── people ──────────────────────────────────────────────────────────────────

create table follows (
  id bigint not null default next_id(),
  follower_id bigint not null references users on delete cascade,
  followee_id bigint not null references users on delete cascade,
  -- a copy of the followee's feed_merged, so that reading a feed finds the big accounts by one short index
  merged boolean not null,
  primary key (follower_id, followee_id),
  check (follower_id <> followee_id)
);
create index on follows (followee_id, id desc);
create index on follows (follower_id, id desc);
create index follows_merged on follows (follower_id, followee_id) where merged;

-- Who waits to be let in by a private account.
create table follow_requests (
  id bigint not null default next_id(),
  follower_id bigint not null references users on delete cascade,
  followee_id bigint not null references users on delete cascade,
  primary key (follower_id, followee_id),
  check (follower_id <> followee_id)
);
create index on follow_requests (followee_id, id desc);

-- The home feed: filled by the fan-out job, without foreign keys because it is derived and filtered again when read.
create table feed_entries (
  reader_id bigint not null,
  style_id bigint not null,
  author_id bigint not null,
  primary key (reader_id, style_id)
);
create index on feed_entries (reader_id, author_id);
create index on feed_entries (style_id);

-- ── notifications ───────────────────────────────────────────────────────────

create table notifications (
  id bigint primary key default next_id(),
  recipient_id bigint not null references users on delete cascade,
  kind text not null,
  subject_kind text not null, -- Style, Comment, User
  subject_id bigint not null,
  actor_ids bigint[] not null, -- newest first, three at most
  actor_count integer not null check (actor_count >= 0),
  -- moves up whenever something is folded in: the key of the list
  position bigint not null,
  updated_at timestamptz not null,
  read_at timestamptz,
  pushed_at timestamptz,
  mailed_at timestamptz,
  unique (recipient_id, kind, subject_kind, subject_id)
);
create index on notifications (recipient_id, position desc);
create index on notifications (recipient_id) where read_at is null;
create index on notifications (subject_kind, subject_id);
-- folds that nobody is in any more, which the clean-up looks for
create index on notifications (updated_at) where actor_count = 0;

create table notification_actors (
  notification_id bigint not null references notifications on delete cascade,
  actor_id bigint not null references users on delete cascade,
  id bigint not null, -- of the follow, like or comment: orders the actors by when it happened
  primary key (notification_id, actor_id)
);
create index on notification_actors (notification_id, id desc);
create index on notification_actors (actor_id);

create table devices (
  id bigint primary key default next_id(),
  user_id bigint not null references users on delete cascade,
  platform text not null, -- IOS, ANDROID, WEB
  token text not null,
  token_hash bytea not null, -- sha-256: Web Push subscriptions are too long for an index
  name text not null,
  created_at timestamptz not null,
  registered_at timestamptz not null -- the last time: a provider's word about an earlier one no longer counts
);
create unique index on devices (platform, token_hash);
create index on devices (user_id, id desc);

-- ── work to do elsewhere ────────────────────────────────────────────────────

-- Recorded in the transaction of the change that causes it; the row is the ledger, Redis only carries its id.
create table outbox (
  id bigint primary key default next_id(),
  kind text not null,
  -- the same key is recorded once (ticks of the schedule)
  unique_key text unique,
  payload jsonb not null,
  created_at timestamptz not null,
  available_at timestamptz not null,
  enqueued_at timestamptz,
  -- raised when the task in Redis is taken for lost, so that its successor has another task id
  generation integer not null,
  attempts integer not null,
  last_error text,
  done_at timestamptz,
  dead_at timestamptz
);
create index outbox_waiting on outbox (available_at) where enqueued_at is null and done_at is null and dead_at is null;
create index outbox_enqueued on outbox (enqueued_at) where enqueued_at is not null and done_at is null and dead_at is null;
create index outbox_dead on outbox (dead_at) where dead_at is not null;
create index outbox_done on outbox (done_at) where done_at is not null;

-- clientMutationId: what was answered the first time, kept for 24 hours.
create table idempotency_keys (
  user_id bigint not null references users on delete cascade,
  mutation text not null,
  key text not null,
  input_hash bytea not null,
  result jsonb not null,
  created_at timestamptz not null,
  primary key (user_id, mutation, key)
);
create index on idempotency_keys (created_at);
