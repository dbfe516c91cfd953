-- +goose Up

-- Who moderates; everybody else is a member. Given by a command.
create table roles (
  user_id bigint primary key references users on delete cascade,
  role text not null, -- MODERATOR, ADMIN
  granted_at timestamptz not null
);

create table reports (
  id bigint primary key default next_id(),
  reporter_id bigint not null references users on delete cascade,
  subject_kind text not null, -- Style, Comment, User, Question, Answer
  subject_id bigint not null,
  -- whose it is, kept because the subject may be gone when a moderator comes to it
  author_id bigint not null references users on delete cascade,
  reason text not null,
  detail text not null,
  state text not null, -- OPEN, RESOLVED
  created_at timestamptz not null,
  resolution text, -- DISMISS, REMOVE_CONTENT, SUSPEND_USER
  resolved_by_id bigint references users on delete set null,
  resolved_at timestamptz
);
-- one open report for each reporter and subject
create unique index reports_open on reports (subject_kind, subject_id, reporter_id) where state = 'OPEN';
create index on reports (state, id desc);
create index on reports (reporter_id);
create index on reports (author_id);
create index on reports (resolved_by_id) where resolved_by_id is not null;

-- Who did what, when and why. It names people by number only, and keeps what happened when they are gone.
create table moderation_log (
  id bigint primary key default next_id(),
  moderator_id bigint, -- null for a command
  action text not null, -- DISMISS, REMOVE_CONTENT, SUSPEND_USER, REINSTATE_USER, GRANT_ROLE
  subject_kind text not null,
  subject_id bigint not null,
  author_id bigint not null,
  report_id bigint,
  note text not null,
  created_at timestamptz not null
);
create index on moderation_log (subject_id);
create index on moderation_log (author_id);

-- +goose StatementBegin
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end
$$;
-- +goose StatementEnd
create trigger append_only before update or delete or truncate on moderation_log for each statement execute function refuse_change();
