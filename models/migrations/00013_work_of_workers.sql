-- +goose NO TRANSACTION
-- +goose Up
-- What relays look through that leave notifications to those of workers, however many of them wait. In the order in which
-- they take it, so that PostgreSQL never prefers the index on all that wait.
create index concurrently if not exists outbox_waiting_for_all on outbox (available_at, id)
  where enqueued_at is null and done_at is null and dead_at is null and kind <> 'notify';
