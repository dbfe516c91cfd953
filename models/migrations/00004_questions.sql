-- +goose Up

create table questions (
  id bigint primary key default next_id(),
  author_id bigint not null references users on delete cascade,
  body text not null,
  photo_ids bigint[] not null, -- in the author's order
  style_id bigint references styles on delete set null, -- what it is about
  answer_count integer not null check (answer_count >= 0), -- without those that moderators removed
  accepted_answer_id bigint,
  created_at timestamptz not null,
  published_at timestamptz, -- null while it waits for its photos
  removed_at timestamptz -- by a moderator
);
create index on questions (author_id, id desc);
create index on questions (style_id) where style_id is not null;
create index questions_unanswered on questions (id desc) where answer_count = 0;

create table answers (
  id bigint primary key default next_id(),
  question_id bigint not null references questions on delete cascade,
  author_id bigint not null references users on delete cascade,
  body text not null,
  style_ids bigint[] not null, -- looks cited as the answer; those that are gone stay in it
  created_at timestamptz not null,
  removed_at timestamptz -- by a moderator
);
create index on answers (question_id, id desc);
create index on answers (author_id, id desc);

alter table questions add foreign key (accepted_answer_id) references answers on delete set null;
create index on questions (accepted_answer_id) where accepted_answer_id is not null;

alter table photos add column question_id bigint references questions on delete set null;
create index on photos (question_id) where question_id is not null;
