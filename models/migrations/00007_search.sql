-- +goose Up

-- What search looks into, computed by internal/searchtext: tables of their own, because a row of styles is written anew
-- with every like, and an index of a hundred tokens with it. Rows that an older binary writes get theirs by a job.
--
-- title: names, hashtags, items; body: what else is said; tokens: lead to the row; stamp: what it was computed from, so
-- that the job knows what has changed.
create table search_styles (
  id bigint primary key references styles on delete cascade,
  title text not null,
  body text not null,
  tokens integer[] not null,
  stamp text not null
);
create index search_styles_tokens on search_styles using gin (tokens);

create table search_users (
  id bigint primary key references users on delete cascade,
  title text not null,
  body text not null,
  tokens integer[] not null,
  stamp text not null
);
create index search_users_tokens on search_users using gin (tokens);

create table search_tags (
  id bigint primary key references tags on delete cascade,
  title text not null,
  body text not null,
  tokens integer[] not null,
  stamp text not null
);
create index search_tags_tokens on search_tags using gin (tokens);

create table search_brands (
  id bigint primary key references brands on delete cascade,
  title text not null,
  body text not null,
  tokens integer[] not null,
  stamp text not null
);
create index search_brands_tokens on search_brands using gin (tokens);
