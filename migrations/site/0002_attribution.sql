-- What the resolver learns and what it knew. `lendings` counts the leased visits of a quarter of a day by what the resolver
-- tells them apart by; `models` keeps every table of rates that was ever learnt, so that a call of the past is judged by the
-- one of its time; `observations` keeps who competed for a call when it rang, `answers` what was said of it before.

alter table numbers add column share text not null default '';
drop index numbers_by_rest;
create index numbers_by_rest on numbers (pool_id, share, busy_until) where state = 'active';

alter table pools add column lending text not null default 'subpools';
alter table pools add column shares text not null default '[""]';

alter table calls add column channel text;
alter table calls add column no_visit real not null default 0;

create table models (
  id integer primary key not null,
  calls integer not null,
  model text not null
);

create table learning (
  id integer primary key not null,
  begun_at integer not null,
  visit_cursor integer not null,
  learnt_at integer not null default 0,
  learnt_calls integer not null default 0,
  shared_at integer not null default 0
);

create table lendings (
  block integer not null,
  kind integer not null,
  channel text not null,
  visits integer not null,
  present_ms integer not null,
  taps integer not null,
  primary key (block, kind, channel)
) without rowid;

create table observations (
  call_id integer primary key not null,
  model_id integer,
  seen text not null
);

create table answers (
  call_id integer not null,
  id integer not null,
  answer text not null,
  primary key (call_id, id)
) without rowid;
