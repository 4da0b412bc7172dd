-- How long people are known by what they left (`retention`, one row), how far that has been seen to, and what was erased on
-- request, without a word about whom.

create table retention (
  id integer primary key not null,
  settings text not null,
  -- Rows with smaller ids have been seen to.
  visit_cursor integer not null default 0,
  call_cursor integer not null default 0
);

create table erasures (
  id integer primary key not null,
  people integer not null,
  leads integer not null,
  calls integer not null,
  visits integer not null,
  orders integer not null
);

-- Leads that still say who they are, by when anything was last heard of them.
alter table leads add column erased integer not null default 0;
create index leads_kept on leads (updated_at) where erased = 0;
