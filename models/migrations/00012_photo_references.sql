-- +goose NO TRANSACTION
-- +goose Up

-- Who refers to a photo is looked up whenever one is deleted: without these, by reading all people and all requests.
create index concurrently if not exists users_avatar on users (avatar_photo_id) where avatar_photo_id is not null;
create index concurrently if not exists item_info_requests_photo on item_info_requests (photo_id) where photo_id is not null;
