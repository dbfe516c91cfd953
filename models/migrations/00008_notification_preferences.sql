-- +goose Up

-- Whom a reply was a reply to: stays when the comment that it answers is deleted, so that one comment tells a person once.
alter table comments add column reply_to_author_id bigint references users on delete set null;
create index on comments (reply_to_author_id) where reply_to_author_id is not null;
