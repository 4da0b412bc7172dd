-- Rollups, packed: what 0020 kept in a row for every day and value is one row for every day (or month, or day of hours) of a
-- kind, with a column of numbers for every count (server/core/report/cells.ts). A batch of rows then writes some thirty rows instead
-- of thousands, and a report reads a year without touching a row for every value of every day. The sums are made anew.

drop trigger stages_come;
drop trigger stages_change;
drop trigger stages_go;
drop trigger site_money;
drop table visit_sums;
drop table call_sums;
drop table lead_sums;
drop table order_sums;
delete from visit_before;
delete from call_before;
delete from lead_before;
delete from order_before;
delete from rollup_state;

-- The values that sums are of, by kind: a text, an id, or, of kind 'cost', source, number, kind and spread as JSON.
create table sum_items (
  id integer primary key not null,
  kind text not null,
  item blob not null
);
create unique index sum_items_all on sum_items (kind, item);

-- `part` holds the items with `id / 4096` of it, so that no row grows without end.
create table sums (
  id integer primary key not null,
  fact text not null,
  kind text not null,
  grain text not null,
  bucket integer not null,
  part integer not null,
  cells blob not null
);
create unique index sums_all on sums (fact, kind, grain, bucket, part);

-- What stages mean, and what a lead's amount is in, changes all leads at once: they are summed anew.
create trigger stages_come after insert on stages
begin
  delete from sums where fact = 'leads'; delete from lead_before; update rollup_state set watermark = 0 where fact = 'leads'; end;
create trigger stages_change after update on stages
begin
  delete from sums where fact = 'leads'; delete from lead_before; update rollup_state set watermark = 0 where fact = 'leads'; end;
create trigger stages_go after delete on stages
begin
  delete from sums where fact = 'leads'; delete from lead_before; update rollup_state set watermark = 0 where fact = 'leads'; end;
create trigger site_money after update of currency on site
begin
  delete from sums where fact = 'leads'; delete from lead_before; update rollup_state set watermark = 0 where fact = 'leads'; end;

drop view cost_facts;
-- `at` is the day's midnight as if the site's zone were UTC: a cost has no other time.
create view cost_facts as
select d.cost_id as id, d.day as key, unixepoch(d.day) * 1000 as at,
  c.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content,
  c.number_id as number_id, n.e164 as number, c.kind as cost_kind, c.spread as spread, d.site_amount as site_amount,
  d.clicks as clicks, d.impressions as impressions
from cost_days d left join costs c on c.id = d.cost_id left join sources s on s.id = c.source_id
  left join numbers n on n.id = c.number_id;

-- Costs are summed by their days: a day that changed is summed anew, and counted row by row until then.
create table cost_days_changed (
  day text primary key not null
) without rowid;
insert into cost_days_changed select distinct day from cost_days;

create trigger cost_days_come after insert on cost_days
begin
  insert into cost_days_changed values (new.day) on conflict do nothing; end;
create trigger cost_days_change after update on cost_days
begin
  insert into cost_days_changed values (old.day) on conflict do nothing; insert into cost_days_changed values (new.day) on conflict do nothing; end;
create trigger cost_days_go after delete on cost_days
begin
  insert into cost_days_changed values (old.day) on conflict do nothing; end;
create index costs_unrated on costs (from_day) where site_amount is null;
