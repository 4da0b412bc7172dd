-- Numbers that were ordered from carriers: written before the carrier is asked, so that a crash between the two is found again.

create table purchases (
  id integer primary key not null,
  carrier text not null,
  e164 text not null,
  placing text not null,
  state text not null,
  accepted integer not null default 0,
  detail text,
  ordered_at integer not null,
  settled_at integer
);
create unique index purchases_kept on purchases (e164) where state <> 'failed';
