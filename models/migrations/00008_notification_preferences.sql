-- +goose Up

-- Whom a reply was a reply to: stays when the comment that it answers is deleted, so that one comment tells a person once.
alter table comments add column reply_to_author_id bigint references users on delete set null;
create index on comments (reply_to_author_id) where reply_to_author_id is not null;

-- Who has chosen nothing for a kind has no row for it.
create table notification_preferences (
  user_id bigint not null references users on delete cascade,
  kind text not null,
  channels text[] not null, -- IN_APP, PUSH, MAIL
  primary key (user_id, kind)
);

-- Push waits from the one until the other, HH:MM in the person's time zone.
alter table accounts add column quiet_from text, add column quiet_until text,
  add check ((quiet_from is null) = (quiet_until is null));

-- Who was picked for the digest of which week: nobody twice.
create table digests (
  user_id bigint not null references users on delete cascade,
  week date not null, -- its Monday, where the person lives
  created_at timestamptz not null,
  primary key (user_id, week)
);
create index on digests (created_at);
-- the people of a time zone, a batch at a time
create index on accounts (time_zone, user_id);
-- when somebody was seen last, also in a session that has ended since
create index on sessions (user_id);
