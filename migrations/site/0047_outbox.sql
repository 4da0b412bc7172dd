-- What happened that others may want to hear of, in the order in which it was committed.
create table outbox (
  id integer primary key not null,
  type text not null,
  data text not null
);
