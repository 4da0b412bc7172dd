-- How each site did when it was last looked at: the list of all sites is sorted by it, and must not ask hundreds of
-- databases at every look.
create table glances (
  site text primary key not null,
  at integer not null,
  -- what needs attention, weighed: the higher, the sooner it is shown
  gravity integer not null,
  glance text not null
) without rowid;
