-- Who looks at the dashboard. Tokens are kept as their SHA-256 alone; a session of a site's key ends with that key.

create table sessions (
  hash text primary key not null,
  -- admin, member, read
  role text not null,
  -- null: every site
  site text,
  name text not null,
  key_hash text,
  created_at integer not null,
  seen_at integer not null,
  expires_at integer not null
) without rowid;

-- Links that sign somebody in, once: the first start's (setup), and those that were asked for.
create table sign_in_links (
  hash text primary key not null,
  kind text not null,
  role text not null,
  site text,
  name text not null,
  created_at integer not null,
  expires_at integer not null,
  used_at integer
) without rowid;

-- How the dashboard calls itself and looks: one row at most.
create table brand (
  place integer primary key not null,
  name text not null,
  colour text not null,
  logo text not null
);
