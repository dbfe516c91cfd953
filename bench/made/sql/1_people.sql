-- Ids are those that next_id would have given: time, then a number. People come first, then styles, then what is done.
create function bench.made_id(ms bigint, n bigint) returns bigint language sql immutable as $$ select (ms << 20) | (n & 1048575) $$;
create function bench.at(id bigint) returns timestamptz language sql immutable as $$ select timestamptz '2026-01-01 00:00:00Z' + (id >> 20) * interval '1 ms' $$;
create function bench.person(n bigint) returns bigint language sql immutable as $$ select bench.made_id(n, n) $$;
create function bench.style(n bigint) returns bigint language sql immutable as $$ select bench.made_id(86400000 + n * 1000, n) $$;
create function bench.photo(n bigint, i bigint) returns bigint language sql immutable as $$ select bench.made_id(86400000 + n * 1000, 4 * n + i) $$;

-- One of so many by popularity, from 0 to 1: a permutation scatters the popular ones over all ids.
create function bench.popular(place float8, many bigint) returns bigint language sql immutable as $$ select 1 + (floor(place * many)::bigint * 7919) % many $$;
-- One of those who do something, from 0 to 1.
create function bench.active(place float8) returns bigint language sql immutable as $$ select 1 + floor(place * {active})::bigint * ({people} / {active}) $$;

-- Whom somebody follows: popular people, about 60 of them; the readers exactly as many as their name says.
select setseed(0.42);
create table bench.readers (user_id bigint primary key, followees integer not null);
insert into bench.readers select bench.person({people} + i), (array[10, 100, 1000, 5000])[1 + (i - 1) / 10] from generate_series(1, {readers}) i;

create temp table drawn_follows as
	select f, t, n from (select f, t, row_number() over () as n from (
		select bench.active((i - 0.5) / {active}) as f, bench.popular(power(random(), 3), {people}) as t
		from (select i, generate_series(1, least(2000, ceil(-ln(1 - random()) * {follows}))::int) from generate_series(1, {active}) i) s) d) d
	where f <> t;
insert into drawn_follows
	select f, t, n from (select f, t, min(n) as n, row_number() over (partition by f order by min(n)) as place, max(wanted) as wanted from (
		select {people} + i as f, bench.popular(power(random(), 3), {people}) as t, row_number() over () as n, wanted
		from generate_series(1, {readers}) i, lateral (select (array[10, 100, 1000, 5000])[1 + (i - 1) / 10] as wanted) w,
			generate_series(1, wanted * 12)) d group by f, t) d where place <= wanted;
-- Behind them are people of whom nobody sampled ever sees anything: private ones, who follow, block and mute each other.
insert into drawn_follows select n, n + 1, n from generate_series({people} + {readers} + 1, {people} + {readers} + {outsiders} - 1) n;

create temp table audiences as select t as n, count(distinct f) as followers from drawn_follows group by t;
insert into follows (id, follower_id, followee_id, merged)
	select bench.made_id(43200000 + min(d.n), min(d.n)), bench.person(f), bench.person(t), bool_or(a.followers >= {merged_from})
	from drawn_follows d join audiences a on a.n = d.t group by f, t order by 2, 3;
drop table drawn_follows;
create index follows_made on follows (follower_id, id);

insert into blocks (id, blocker_id, blocked_id)
	select bench.made_id(43200000 + n, j), bench.person(n), bench.person(n + j)
	from generate_series({people} + {readers} + 1, {people} + {readers} + {outsiders} - 11) n, generate_series(2, 11) j order by 2, 3;
insert into mutes (id, muter_id, muted_id)
	select bench.made_id(43200000 + n, j), bench.person(n), bench.person(n + j)
	from generate_series({people} + {readers} + 1, {people} + {readers} + {outsiders} - 21) n, generate_series(12, 21) j order by 2, 3;

-- Those whose screens are measured: neither new nor collectors of followees.
create table bench.viewers (user_id bigint primary key);
insert into bench.viewers select follower_id from (
	select follower_id, count(*) as n from follows where follower_id <= bench.person({people}) group by follower_id) f
	where n between 30 and 300 order by md5(follower_id::text) limit {viewers};
insert into bench.viewers select user_id from bench.readers;
analyze follows; analyze bench.viewers;
