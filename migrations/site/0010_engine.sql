-- Cells of the table of rates tell visits apart by how long their pages have been open and how long they stayed: what was
-- counted, learnt and kept by the earlier cells is let go, and the calls of that time are judged from the lease history.

drop table lendings;
create table lendings (
  block integer not null,
  kind integer not null,
  channel text not null,
  visits integer not null,
  taps integer not null,
  ages text not null,
  primary key (block, kind, channel)
) without rowid;
delete from models;
delete from observations;
delete from learning;

-- What a full pool shows instead, by channel ('' for every other), and the part of it that is kept for paid clicks, percent.
alter table pools add column overflow_numbers text not null default '[]';
alter table pools add column reserve integer not null default 0;

-- At which probability a call is attributed, and at which a visit is named as a candidate.
alter table site add column attributed_at real not null default 0.8;
alter table site add column candidates_at real not null default 0.01;

-- What the owner should know of his pools and numbers: open until it is no longer so.
create table alerts (
  id integer primary key not null,
  kind text not null,
  subject text not null,
  detail text not null,
  seen_at integer not null,
  closed_at integer
);
create unique index alerts_open on alerts (kind, subject) where closed_at is null;

alter table learning add column watched_at integer not null default 0;
