-- Links that show one report to whoever holds them, and nothing else; kept as the SHA-256 of their tokens.
create table share_links (
  id integer primary key not null,
  hash text not null unique,
  name text not null,
  -- The report's own query, as the address of its page holds it.
  query text not null,
  created_at integer not null,
  expires_at integer
);
