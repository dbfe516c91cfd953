-- +goose NO TRANSACTION
-- +goose Up

-- Archives of what the service holds about a person. The object is private; the mailed link is signed, and leads to it
-- until expires_at.
create table if not exists exports (
  id bigint primary key default next_id(),
  user_id bigint not null references users on delete cascade,
  -- a secret part of the object's key
  object_token text not null,
  created_at timestamptz not null,
  completed_at timestamptz,
  expires_at timestamptz
);
create index concurrently if not exists exports_user on exports (user_id, id desc);
create index concurrently if not exists exports_expiring on exports (expires_at) where expires_at is not null;

-- Where somebody is mentioned who is erased. Few styles and comments mention anybody.
create index concurrently if not exists styles_mentions on styles using gin (mention_ids) where mention_ids <> '{}';
create index concurrently if not exists comments_mentions on comments using gin (mention_ids) where mention_ids <> '{}';

