-- +goose Up

-- How far the nightly comparison of counters, photos and feeds with the rows has come.
create table reconciliations (
  part text primary key,
  after_id bigint not null, -- where to go on from, 0 for the beginning
  mended bigint not null, -- since the walk began that goes on, or ended last
  updated_at timestamptz not null,
  ended_at timestamptz -- when a walk last came to the end
);

-- Which fields of the schema are asked for, by what clients say that they are. Kept for 90 days.
create table field_uses (
  day date not null,
  client text not null, -- empty where none was named
  version text not null,
  field text not null, -- Type.field
  uses bigint not null,
  last_seen_at timestamptz not null,
  primary key (day, client, version, field)
);
