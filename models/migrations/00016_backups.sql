-- +goose Up
-- The backups that were made, for those who watch over them. What there still is of them, the bucket knows.
create table backups (
  name text primary key,
  taken_at timestamptz not null,
  finished_at timestamptz not null,
  bytes bigint not null
);
