-- +goose Up

-- Who does not want to see, or be seen by, whom. Always read from here: neither is ever cached.
create table blocks (
  id bigint not null default next_id(),
  blocker_id bigint not null references users on delete cascade,
  blocked_id bigint not null references users on delete cascade,
  primary key (blocker_id, blocked_id),
  check (blocker_id <> blocked_id)
);
create index on blocks (blocked_id, blocker_id);
create index on blocks (blocker_id, id desc);

-- Who does not want to hear of whom; nobody else notices.
create table mutes (
  id bigint not null default next_id(),
  muter_id bigint not null references users on delete cascade,
  muted_id bigint not null references users on delete cascade,
  primary key (muter_id, muted_id),
  check (muter_id <> muted_id)
);
create index on mutes (muted_id);
create index on mutes (muter_id, id desc);

-- The recipient is not to hear of this actor (blocked, muted, suspended, deleted): kept, so that it can be undone.
alter table notification_actors add is_hidden boolean not null default false;

-- style_count counts what everybody may see; the followers of a private account find its styles by these rows, too.
alter table style_tags add is_counted boolean not null default true;
alter table style_brands add is_counted boolean not null default true;
