-- After a call and around it: what an agent says of it, how it was called back, what the caller's number tells, how its
-- callers are routed (`flows`: number 0 is the whole site), and the carriers' requests as they came, the newest ones.

alter table calls add column agent_id integer;
alter table calls add column score integer;
alter table calls add column qualified integer not null default 0;
alter table calls add column qualified_by text not null default 'rule';
alter table calls add column topics text not null default '[]';
alter table calls add column wait_s integer;
alter table calls add column called_back_at integer;
alter table calls add column callback text;
alter table calls add column callback_call_id integer;
alter table calls add column callback_attempts integer not null default 0;
alter table calls add column caller_region text;
alter table calls add column from_shown text;
alter table calls add column spam_reason text;
alter table calls add column clock_off integer not null default 0;
alter table calls add column swept integer not null default 0;
create index calls_open on calls (updated_at) where ended_at is null;
create index calls_waiting on calls (started_at) where answered = 0 and called_back_at is null;

create table call_settings (
  id integer primary key not null,
  settings text not null,
  caller_key text
);

create table flows (
  number_id integer primary key not null,
  flow text not null,
  turn integer not null default 0,
  updated_at integer not null
);

create table requests (
  id integer primary key not null,
  carrier text not null,
  event text not null,
  method text not null,
  address text not null,
  headers text not null,
  body text not null,
  events integer not null,
  whole integer not null,
  masked integer not null
);
