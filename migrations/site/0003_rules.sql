-- Who sees what (rules), what callers may say or press (codes), and when a static number speaks for its source.

create table rules (
  id integer primary key not null,
  place integer not null,
  name text not null,
  enabled integer not null,
  conditions text not null,
  target text,
  outcome text not null
);
create index rules_in_order on rules (place, id);

create table codes (
  id integer primary key not null,
  kind text not null,
  code text not null,
  number_id integer,
  source_id integer not null
);
create index codes_by_code on codes (code);

alter table numbers add column valid_from integer;
alter table numbers add column valid_until integer;

alter table calls add column code text;
