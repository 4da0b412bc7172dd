-- Reports that are asked for again: the query as it was written, checked when it is saved and again when it runs.
create table saved_reports (
  id integer primary key not null,
  name text not null,
  query text not null,
  created_at integer not null,
  updated_at integer not null
);
