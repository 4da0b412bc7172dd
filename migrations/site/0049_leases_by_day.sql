-- Leases lie by the UTC day they began in, then by number. Numbers are lent in turn, so leases that are made together now lie
-- together: by number alone each lay on a page of its own, and every page that a commit touches is written as a whole.
create table leases_by_day (
  day integer not null,
  number_id integer not null,
  id integer not null,
  visit_id integer not null,
  pool_id integer not null,
  seen_at integer,
  until_at integer,
  shared integer not null default 0,
  primary key (day, number_id, id)
) without rowid;
insert into leases_by_day (day, number_id, id, visit_id, pool_id, seen_at, until_at, shared)
  select (id / 2048 + 1704067200000) / 86400000, number_id, id, visit_id, pool_id, seen_at, until_at, shared
  from leases order by 1, 2, 3;
drop table leases;
alter table leases_by_day rename to leases;
-- At most one open exclusive lease a number: an exclusive one has shared = 0, a shared one its own id.
create unique index leases_open on leases (number_id, shared) where until_at is null;
