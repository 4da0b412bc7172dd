-- From a visit to profit: people, leads, follow-up, orders, costs, targets. Every fact that may earn or cost keeps the id of
-- its source (`sources`), resolved when it is written, and the visit, call and person behind it; '' is "none" in texts that
-- group rows. Amounts are minor units of `currency`; `site_amount` is the same in the site's currency, null without a rate.

create table people (
  id integer primary key not null,
  name text,
  phone text,
  email text,
  created_at integer not null,
  updated_at integer not null
);
-- Why something belongs to a person: a visitor, a caller's number, an e-mail address, a hand that joined or split them.
create table person_keys (
  kind text not null,
  value text not null,
  person_id integer not null,
  reason text not null,
  created_at integer not null,
  primary key (kind, value)
) without rowid;
create index person_keys_of_person on person_keys (person_id);

create table stages (
  key text primary key not null,
  place integer not null,
  name text not null,
  kind text not null,
  probability real not null
) without rowid;

create table agents (
  id integer primary key not null,
  name text not null,
  email text,
  skills text not null,
  daily_capacity integer,
  weight real not null default 1,
  active integer not null default 1,
  created_at integer not null
);

create table leads (
  id integer primary key not null,
  external_id text unique,
  origin text not null,
  created_at integer not null,
  person_id integer,
  name text,
  phone text,
  email text,
  company text,
  position text,
  city text,
  product text,
  amount integer,
  currency text not null,
  call_id integer,
  visit_id integer,
  visitor_id integer,
  source_id integer,
  number_id integer,
  stage text not null,
  stage_at integer not null,
  qualified integer not null default 0,
  score integer not null default 0,
  grade text not null default '',
  agent_id integer,
  arm text not null default '',
  lost_reason text not null default '',
  tags text not null default '[]',
  fields text,
  notes text,
  contacted_at integer,
  closed_at integer,
  updated_at integer not null
);
create index leads_by_time on leads (created_at);
create index leads_by_stage on leads (stage, stage_at);
create index leads_of_person on leads (person_id) where person_id is not null;
create index leads_of_call on leads (call_id) where call_id is not null;
create index leads_of_visit on leads (visit_id) where visit_id is not null;

-- Every step of a lead through the stages; `id` grows with time.
create table lead_stages (
  lead_id integer not null,
  id integer not null,
  stage text not null,
  from_stage text not null,
  at integer not null,
  reason text not null,
  agent_id integer,
  primary key (lead_id, id)
) without rowid;

-- What is to be done about a lead, and what came of it.
create table tasks (
  id integer primary key not null,
  lead_id integer not null,
  agent_id integer,
  step text not null,
  due_at integer not null,
  done_at integer,
  result text not null default '',
  notes text,
  created_at integer not null
);
create index tasks_of_lead on tasks (lead_id, due_at);
create index tasks_due on tasks (due_at) where done_at is null;

create table attempts (
  lead_id integer not null,
  id integer not null,
  at integer not null,
  task_id integer,
  agent_id integer,
  medium text not null,
  result text not null,
  reached integer not null,
  notes text,
  primary key (lead_id, id)
) without rowid;

create table tickets (
  id integer primary key not null,
  external_id text unique,
  opened_at integer not null,
  solved_at integer,
  topic text not null default '',
  person_id integer,
  lead_id integer,
  call_id integer,
  visit_id integer,
  visitor_id integer,
  source_id integer,
  agent_id integer,
  updated_at integer not null
);
create index tickets_by_time on tickets (opened_at);

-- How likely somebody is to recommend the business, 0 to 10.
create table ratings (
  id integer primary key not null,
  external_id text unique,
  at integer not null,
  score integer not null,
  comment text,
  person_id integer,
  call_id integer,
  source_id integer,
  agent_id integer
);
create index ratings_by_time on ratings (at);

create table orders (
  id integer primary key not null,
  external_id text not null unique,
  at integer not null,
  amount integer not null,
  margin integer,
  currency text not null,
  rate real,
  site_amount integer,
  site_margin integer,
  items text,
  repeat integer not null default 0,
  person_id integer,
  lead_id integer,
  call_id integer,
  visit_id integer,
  visitor_id integer,
  source_id integer,
  agent_id integer,
  updated_at integer not null
);
create index orders_by_time on orders (at);
create index orders_of_person on orders (person_id, at) where person_id is not null;
create index orders_of_lead on orders (lead_id) where lead_id is not null;
create index orders_of_call on orders (call_id) where call_id is not null;

-- Money that went out over days of the site's zone, `YYYY-MM-DD`, both included. `spread` says how a cost without a channel
-- is shared among channels: '' not at all, 'share' evenly, 'calls' or 'talk' by what each had.
create table costs (
  id integer primary key not null,
  external_id text unique,
  kind text not null,
  amount integer not null,
  currency text not null,
  rate real,
  site_amount integer,
  from_day text not null,
  to_day text not null,
  source_id integer not null,
  number_id integer,
  spread text not null default '',
  clicks integer,
  impressions integer,
  notes text,
  import_id integer,
  created_at integer not null,
  updated_at integer not null
);
create index costs_by_day on costs (from_day, to_day);
create index costs_of_import on costs (import_id) where import_id is not null;

-- A cost's part of each of its days, minor units of the site's currency; the parts of a cost sum to it exactly.
create table cost_days (
  day text not null,
  cost_id integer not null,
  site_amount integer not null,
  clicks integer not null default 0,
  impressions integer not null default 0,
  primary key (day, cost_id)
) without rowid;

create table imports (
  id integer primary key not null,
  kind text not null,
  format text not null,
  digest text not null,
  rows integer not null,
  created_at integer not null
);
create unique index imports_by_digest on imports (kind, digest);

-- What a campaign is for, whom it addresses, and when it runs.
create table campaigns (
  id integer primary key not null,
  campaign text not null unique,
  purpose text not null default '',
  segment text not null default '',
  offer text not null default '',
  flights text not null default '[]',
  notes text,
  created_at integer not null,
  updated_at integer not null
);

create table targets (
  id integer primary key not null,
  name text not null,
  metric text not null,
  value real not null,
  currency text,
  channel text not null default '',
  campaign text not null default '',
  from_day text not null,
  to_day text not null,
  split text not null,
  flights text not null default '[]',
  owner text not null default '',
  created_at integer not null,
  updated_at integer not null
);
create index targets_by_day on targets (from_day, to_day);
