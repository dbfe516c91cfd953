package models

import "testing"

func TestSummaryNamesTablesAndNoValues(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		`select id, username from users where id = any($1)`:                                                         `select users`,
		`SELECT "s"."id" FROM "styles" AS "s" WHERE (caption = 'from secrets join others')`:                         `select styles`,
		`INSERT INTO "accounts" ("email") VALUES ('it''s from minji@example.com') RETURNING NULL`:                   `insert accounts`,
		`update styles s set like_count = like_count + 1 where id = 12`:                                             `update styles`,
		`delete from likes using allowed where user_id = $1`:                                                        `delete likes`,
		`with due as (select id from outbox for update skip locked) select id from due union all select * from due`: `select outbox, select due`,
		`select x from unnest($1::bigint[]) x, lateral (select 1 from photos) p`:                                    `select photos`,
		`begin`: `begin`, `commit`: `commit`,
		`select * from users where name = 'unterminated from secrets`:                  `select users`,
		`insert into likes (user_id) select $1 on conflict do update set x = 'from y'`: `insert likes`,
	} {
		if got := summary(statement); got != want {
			t.Errorf("%s\n got %q\nwant %q", statement, got, want)
		}
	}
}

func TestControlsAreNotCounted(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]bool{"begin": true, "BEGIN": true, "commit": true, "rollback": true, "begin isolation level serializable": true,
		"select 1": false, "beginning": false, "": false} {
		if got := controls(statement); got != want {
			t.Errorf("%q: %v", statement, got)
		}
	}
}
