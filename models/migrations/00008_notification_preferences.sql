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
