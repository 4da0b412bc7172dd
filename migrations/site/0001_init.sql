-- One site's database. Times are ms since 1970 UTC, money is minor units, phone numbers are E.164, '' in `sources` is "none".
-- The ids of visits, leases, calls, pools and numbers are integers that grow with time (server/core/store/id.ts), so a range of
-- days is a range of ids and no time index is needed for visits.

create table site (
  id text primary key not null,
  name text not null,
  domains text not null,
  timezone text not null,
  currency text not null,
  country text not null,
  forward_to text,
  created_at integer not null
);

create table keys (
  id integer primary key not null,
  hash text not null unique,
  scope text not null,
  name text not null,
  ending text not null,
  created_at integer not null
);

create table carriers (
  name text primary key not null,
  credentials text not null,
  updated_at integer not null
);

create table sources (
  id integer primary key not null,
  channel text not null,
  ga4_channel text not null,
  source text not null,
  medium text not null,
  campaign text not null,
  term text not null,
  content text not null
);
create unique index sources_all on sources (source, medium, campaign, term, content, channel, ga4_channel);

create table pools (
  id integer primary key not null,
  name text not null,
  target text not null,
  overflow text not null,
  idle_ms integer not null,
  created_at integer not null
);

create table numbers (
  id integer primary key not null,
  e164 text not null unique,
  kind text not null,
  pool_id integer,
  source_id integer,
  state text not null,
  busy_until integer not null default 0,
  created_at integer not null
);
create index numbers_by_rest on numbers (pool_id, busy_until) where state = 'active';

create table visits (
  id integer primary key not null,
  secret text not null,
  visitor_id integer,
  source_id integer not null,
  click_id text,
  click_id_kind text,
  landing_url text not null,
  landing_page text not null,
  referrer text,
  title text,
  device text not null,
  browser text,
  os text,
  language text,
  country text,
  region text,
  city text,
  consent text not null,
  ids text,
  seen_at integer not null,
  hidden integer not null default 0,
  pages integer not null default 1,
  overflow text,
  leases text
);
-- A first visit is its own visitor and costs no index entry.
create index visits_of_visitor on visits (visitor_id, id) where visitor_id is not null;

create table leases (
  number_id integer not null,
  id integer not null,
  visit_id integer not null,
  pool_id integer not null,
  seen_at integer,
  until_at integer,
  shared integer not null default 0,
  primary key (number_id, id)
) without rowid;
-- At most one open exclusive lease a number: an exclusive one has shared = 0, a shared one its own id.
create unique index leases_open on leases (number_id, shared) where until_at is null;

create table visit_events (
  visit_id integer not null,
  id integer not null,
  kind text not null,
  number_id integer,
  data text,
  primary key (visit_id, id)
) without rowid;

create table calls (
  id integer primary key not null,
  carrier text not null,
  call_key text not null,
  to_e164 text,
  number_id integer,
  from_e164 text,
  from_kind text not null,
  status text not null,
  answered integer not null,
  started_at integer not null,
  answered_at integer,
  ended_at integer,
  duration_s integer,
  talk_s integer,
  first_time integer not null default 0,
  recording_url text,
  forwarded_to text,
  digits text,
  visit_id integer,
  visitor_id integer,
  source_id integer,
  state text not null,
  method text not null,
  confidence real not null,
  channel_confidence real not null,
  reason text,
  candidates text not null,
  tags text not null default '[]',
  outcome text,
  value integer,
  spam integer not null default 0,
  notes text,
  stated_source text,
  updated_at integer not null
);
create unique index calls_by_key on calls (carrier, call_key);
create index calls_by_start on calls (started_at);
create index calls_of_caller on calls (from_e164, started_at) where from_e164 is not null;
create index calls_of_visitor on calls (visitor_id, started_at) where visitor_id is not null;

create table call_events (
  call_id integer not null,
  event_key text not null,
  received_at integer not null,
  event text not null,
  primary key (call_id, event_key)
) without rowid;

create table idempotency (
  key text primary key not null,
  body_hash text not null,
  status integer not null,
  answer text not null,
  created_at integer not null
) without rowid;
create index idempotency_by_age on idempotency (created_at);
