-- +goose Up

-- Who signs in with ID tokens: the subject of an OpenID Connect issuer is one of our people. An account that was made
-- this way has an empty accounts.password_hash until its person sets a password by a mailed link.
create table identities (
  issuer text not null,
  subject text not null,
  user_id bigint not null references users on delete cascade,
  created_at timestamptz not null,
  primary key (issuer, subject)
);
create index on identities (user_id);
