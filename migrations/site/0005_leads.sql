-- Where a lead's source was read: 'call', 'visit', 'phone' (his last call), 'email' (his last visit), 'stated', 'tag' or ''.
alter table leads add column source_from text not null default '';
-- What the person said, as given; what was tracked goes before it.
alter table leads add column stated_source text;
create index leads_of_agent on leads (agent_id, created_at) where agent_id is not null;
create index leads_open on leads (agent_id) where closed_at is null;
create index leads_of_visitor on leads (visitor_id) where visitor_id is not null;

-- A person who turned out to be another one keeps its row, so that its id leads on.
alter table people add column joined_into integer;
alter table people add column joined_reason text;
alter table people add column joined_at integer;
alter table people add column erased_at integer;

-- Two persons of whom somebody said that they are not one; the smaller id first.
create table people_apart (
  low_id integer not null,
  high_id integer not null,
  primary key (low_id, high_id)
) without rowid;

-- What distribution goes by: the lead he got last, his place in the weighted turn, and what he got on the day named.
alter table agents add column last_lead integer not null default 0;
alter table agents add column pass real not null default 0;
alter table agents add column day text not null default '';
alter table agents add column day_leads integer not null default 0;

create index tickets_of_person on tickets (person_id) where person_id is not null;
create index ratings_of_person on ratings (person_id) where person_id is not null;

-- One row, id 1. The faults are those of the rules that make leads of calls and forms: a rule never breaks what it reads.
create table lead_settings (
  id integer primary key not null,
  settings text not null,
  faults integer not null default 0,
  fault_at integer,
  fault text
);

-- The way of an inquiry, until the site names its own stages; the probabilities are a start, to be set by one's own history.
insert into stages (key, place, name, kind, probability) values
  ('inquiry', 0, 'Inquiry', 'open', 0.05),
  ('mql', 1, 'Marketing qualified', 'mql', 0.1),
  ('sql', 2, 'Sales qualified', 'sql', 0.25),
  ('quoted', 3, 'Quoted', 'quote', 0.5),
  ('won', 4, 'Won', 'won', 1),
  ('lost', 5, 'Lost', 'lost', 0);
