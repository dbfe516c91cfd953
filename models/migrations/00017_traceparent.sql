-- +goose Up
-- The trace of the request that caused the work, where it is recorded. Whatever inserts takes it from the transaction's
-- setting, which only traced transactions have (models/trace.go); it names no column, so that one statement serves both.
alter table outbox add column if not exists traceparent text;
alter table outbox alter column traceparent set default nullif(current_setting('styleshare.traceparent', true), '');
