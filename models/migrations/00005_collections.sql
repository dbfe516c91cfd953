-- +goose Up

-- A collection is read newest first.
create index on collection_styles (collection_id, id desc);

-- The month of a calendar is one range of this index: the day that the author named, else that of publishing in UTC, which
-- is a day off at most in any other time zone.
create index styles_calendar on styles (author_id, (coalesce(worn_on, (created_at at time zone 'UTC')::date))) where deleted_at is null;
