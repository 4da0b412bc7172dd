-- The directory: which sites there are, and who may administer them all. A site's own database leads; the settings here
-- are its copy, for the list.

create table sites (
  id text primary key not null,
  settings text not null,
  created_at integer not null
);
create index sites_by_age on sites (created_at, id);

create table admin_keys (
  hash text primary key not null,
  created_at integer not null
) without rowid;

create table idempotency (
  key text primary key not null,
  body_hash text not null,
  status integer not null,
  answer text not null,
  created_at integer not null
) without rowid;
create index idempotency_by_age on idempotency (created_at);
