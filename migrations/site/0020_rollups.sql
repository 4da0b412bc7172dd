-- What reports count, one flat row a fact: `key` is what a span of time is a range of (an id, a moment in ms, a day), `at` the
-- moment in ms. The left joins keep a row whose source or visit is gone.

create view visit_facts as
select v.id as id, v.id as key, v.id / 2048 + 1704067200000 as at, coalesce(v.visitor_id, v.id) as visitor,
  v.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content,
  v.landing_page as landing_page, v.referrer as referrer, v.country as country, v.region as region, v.city as city,
  v.device as device, v.browser as browser, v.os as os, v.language as language,
  v.visitor_id is null as first_time, v.leases is not null as leased, v.overflow is not null as overflowed, v.pages as pages
from visits v left join sources s on s.id = v.source_id;

create view call_facts as
select c.id as id, c.started_at as key, c.started_at as at,
  c.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content,
  v.landing_page as landing_page, v.referrer as referrer, v.country as country, v.region as region, v.city as city,
  v.device as device, v.browser as browser, v.os as os, v.language as language,
  c.visitor_id as visitor_id, c.visit_id as visit_id, null as person_id, null as lead_id, c.id as call_id,
  c.from_e164 as caller, c.to_e164 as number, c.number_id as number_id, c.carrier as carrier, c.status as status,
  c.state as state, c.method as method, c.outcome as outcome, c.tags as tags, c.first_time as first_time,
  c.agent_id as agent_id, c.caller_region as caller_region, c.topics as topics, c.qualified as qualified,
  c.answered as answered, c.confidence as confidence, c.duration_s as duration_s, c.talk_s as talk_s,
  c.wait_s as wait_s, c.called_back_at is not null as called_back, c.value as value, c.spam as spam
from calls c left join sources s on s.id = c.source_id left join visits v on v.id = c.visit_id;

create view lead_facts as
select l.id as id, l.created_at as key, l.created_at as at,
  l.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content,
  v.landing_page as landing_page, v.referrer as referrer, v.country as country, v.region as region, v.city as city,
  v.device as device, v.browser as browser, v.os as os, v.language as language,
  l.visitor_id as visitor_id, l.visit_id as visit_id, l.person_id as person_id, l.id as lead_id, l.call_id as call_id,
  l.number_id as number_id, n.e164 as number, l.agent_id as agent_id, l.stage as stage, l.grade as grade, l.origin as origin, l.arm as arm,
  l.lost_reason as lost_reason, l.product as product, l.qualified as qualified,
  t.kind as kind, t.probability as probability, l.amount as amount, l.currency as currency,
  l.contacted_at - l.created_at as contact_ms, l.contacted_at is not null as contacted,
  -- How far it ever came: 1 MQL, 2 SQL, 3 quote, 4 won.
  max(
    case t.kind when 'mql' then 1 when 'sql' then 2 when 'quote' then 3 when 'won' then 4 else 0 end,
    coalesce((
      select max(case k.kind when 'mql' then 1 when 'sql' then 2 when 'quote' then 3 when 'won' then 4 else 0 end)
      from lead_stages x join stages k on k.key = x.stage where x.lead_id = l.id), 0)
  ) as reached
from leads l left join sources s on s.id = l.source_id left join visits v on v.id = l.visit_id
  left join stages t on t.key = l.stage left join numbers n on n.id = l.number_id;

create view order_facts as
select o.id as id, o.at as key, o.at as at,
  o.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content,
  v.landing_page as landing_page, v.referrer as referrer, v.country as country, v.region as region, v.city as city,
  v.device as device, v.browser as browser, v.os as os, v.language as language,
  o.visitor_id as visitor_id, o.visit_id as visit_id, o.person_id as person_id, o.lead_id as lead_id, o.call_id as call_id,
  o.agent_id as agent_id, o.repeat = 0 as first_time, o.amount < 0 as refund, o.site_amount as site_amount,
  o.site_margin as site_margin, o.site_amount is null as unrated,
  -- Who bought: the person, else the visitor, else nobody who will be known again.
  coalesce('p' || o.person_id, 'v' || o.visitor_id, 'o' || o.id) as customer
from orders o left join sources s on s.id = o.source_id left join visits v on v.id = o.visit_id;

create view ticket_facts as
select t.id as id, t.opened_at as key, t.opened_at as at,
  t.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content,
  v.landing_page as landing_page, v.referrer as referrer, v.country as country, v.region as region, v.city as city,
  v.device as device, v.browser as browser, v.os as os, v.language as language,
  t.agent_id as agent_id, t.topic as topic, t.solved_at is not null as solved
from tickets t left join sources s on s.id = t.source_id left join visits v on v.id = t.visit_id;

create view rating_facts as
select r.id as id, r.at as key, r.at as at,
  r.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content, r.agent_id as agent_id, r.score as score
from ratings r left join sources s on s.id = r.source_id;

create view task_facts as
select k.id as id, k.due_at as key, k.due_at as at,
  l.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content, coalesce(k.agent_id, l.agent_id) as agent_id,
  coalesce(k.done_at <= k.due_at, 0) as on_time
from tasks k left join leads l on l.id = k.lead_id left join sources s on s.id = l.source_id
where k.result <> 'cancelled';

-- `at` is the day's midnight as if the site's zone were UTC: a cost has no other time.
create view cost_facts as
select d.cost_id as id, d.day as key, unixepoch(d.day) * 1000 as at,
  c.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content,
  n.e164 as number, c.kind as cost_kind, c.spread as spread, d.site_amount as site_amount, d.clicks as clicks,
  d.impressions as impressions
from cost_days d left join costs c on c.id = d.cost_id left join sources s on s.id = c.source_id
  left join numbers n on n.id = c.number_id;

-- Rollups. The rows of a fact with an id below its watermark are summed in `..._sums`: by kind (what `item` is a value of),
-- grain and bucket ('d': day of the site's zone, counted from 1970; 'm': month, its first day; 'h': `unit` ms of UTC, counted
-- from 1970). Rows from the watermark on are counted themselves. Before a row below it changes, `..._before` keeps it as it
-- was summed, so a report takes that away and counts the row as it is; settling does the same for good
-- (server/core/report/rollup.ts). The zone and the unit are those that the sums were made in.

create table rollup_state (
  fact text primary key not null,
  watermark integer not null,
  zone text not null,
  unit integer not null
) without rowid;

create table visit_sums (
  kind text not null,
  grain text not null,
  bucket integer not null,
  item not null,
  visits integer not null,
  new_visitors integer not null,
  pages integer not null,
  leased_visits integer not null,
  overflow_visits integer not null,
  primary key (kind, grain, bucket, item)
) without rowid;
create table visit_before as select * from visit_facts where 0;
create unique index visit_before_id on visit_before (id);

create table call_sums (
  kind text not null,
  grain text not null,
  bucket integer not null,
  item not null,
  calls integer not null,
  first_time_callers integer not null,
  answered integer not null,
  missed integer not null,
  attributed integer not null,
  ambiguous integer not null,
  unattributed integer not null,
  confidence integer not null,
  duration_s integer not null,
  talk_s integer not null,
  talked integer not null,
  wait_s integer not null,
  waited integer not null,
  qualified_calls integer not null,
  called_back integer not null,
  value integer not null,
  primary key (kind, grain, bucket, item)
) without rowid;
create table call_before as select * from call_facts where 0;
create unique index call_before_id on call_before (id);

create table lead_sums (
  kind text not null,
  grain text not null,
  bucket integer not null,
  item not null,
  leads integer not null,
  qualified integer not null,
  mql integer not null,
  sql integer not null,
  quotes integer not null,
  won integer not null,
  lost integer not null,
  contacted integer not null,
  contact_ms integer not null,
  assigned integer not null,
  pipeline integer not null,
  weighted integer not null,
  unpriced integer not null,
  foreign_leads integer not null,
  primary key (kind, grain, bucket, item)
) without rowid;
create table lead_before as select * from lead_facts where 0;
create unique index lead_before_id on lead_before (id);

create table order_sums (
  kind text not null,
  grain text not null,
  bucket integer not null,
  item not null,
  orders integer not null,
  refunds integer not null,
  revenue integer not null,
  margin integer not null,
  marginless integer not null,
  unrated integer not null,
  phone_orders integer not null,
  phone_revenue integer not null,
  phone_repeat_revenue integer not null,
  lead_orders integer not null,
  new_customers integer not null,
  repeat_orders integer not null,
  repeat_revenue integer not null,
  primary key (kind, grain, bucket, item)
) without rowid;
create table order_before as select * from order_facts where 0;
create unique index order_before_id on order_before (id);

create trigger visits_change before update of visitor_id, source_id, landing_page, referrer, country, region, city, device, browser, os, language, pages, overflow, leases on visits
when old.id < coalesce((select watermark from rollup_state where fact = 'visits'), 0)
begin
  insert into visit_before select * from visit_facts where id = old.id and not exists (select 1 from visit_before b where b.id = visit_facts.id); end;
create trigger visits_go before delete on visits
when old.id < coalesce((select watermark from rollup_state where fact = 'visits'), 0)
begin
  insert into visit_before select * from visit_facts where id = old.id and not exists (select 1 from visit_before b where b.id = visit_facts.id); end;

create trigger calls_change before update of started_at, source_id, visit_id, visitor_id, to_e164, number_id, carrier, status, state, method, outcome, first_time, answered, confidence,
  duration_s, talk_s, wait_s, called_back_at, value, spam, agent_id, caller_region, qualified on calls
when old.id < coalesce((select watermark from rollup_state where fact = 'calls'), 0)
begin
  insert into call_before select * from call_facts where id = old.id and not exists (select 1 from call_before b where b.id = call_facts.id); end;
create trigger calls_go before delete on calls
when old.id < coalesce((select watermark from rollup_state where fact = 'calls'), 0)
begin
  insert into call_before select * from call_facts where id = old.id and not exists (select 1 from call_before b where b.id = call_facts.id); end;

create trigger leads_change before update of created_at, source_id, visit_id, number_id, stage, agent_id, grade, origin, arm, lost_reason, product, qualified, amount, currency, contacted_at on leads
when old.id < coalesce((select watermark from rollup_state where fact = 'leads'), 0)
begin
  insert into lead_before select * from lead_facts where id = old.id and not exists (select 1 from lead_before b where b.id = lead_facts.id); end;
create trigger leads_go before delete on leads
when old.id < coalesce((select watermark from rollup_state where fact = 'leads'), 0)
begin
  insert into lead_before select * from lead_facts where id = old.id and not exists (select 1 from lead_before b where b.id = lead_facts.id); end;

create trigger orders_change before update of at, source_id, visit_id, lead_id, call_id, agent_id, repeat, amount, site_amount, site_margin on orders
when old.id < coalesce((select watermark from rollup_state where fact = 'orders'), 0)
begin
  insert into order_before select * from order_facts where id = old.id and not exists (select 1 from order_before b where b.id = order_facts.id); end;
create trigger orders_go before delete on orders
when old.id < coalesce((select watermark from rollup_state where fact = 'orders'), 0)
begin
  insert into order_before select * from order_facts where id = old.id and not exists (select 1 from order_before b where b.id = order_facts.id); end;

-- What hung on a visit loses its page and device with it.
create trigger visits_go_from_calls before delete on visits
begin
  insert into call_before select * from call_facts where visitor_id = coalesce(old.visitor_id, old.id) and visit_id = old.id and id < coalesce((select watermark from rollup_state where fact = 'calls'), 0) and not exists (select 1 from call_before b where b.id = call_facts.id); end;
create trigger visits_go_from_leads before delete on visits
begin
  insert into lead_before select * from lead_facts where visit_id = old.id and id < coalesce((select watermark from rollup_state where fact = 'leads'), 0) and not exists (select 1 from lead_before b where b.id = lead_facts.id); end;
create trigger visits_go_from_orders before delete on visits
begin
  insert into order_before select * from order_facts where visitor_id = coalesce(old.visitor_id, old.id) and visit_id = old.id and id < coalesce((select watermark from rollup_state where fact = 'orders'), 0) and not exists (select 1 from order_before b where b.id = order_facts.id); end;

-- How far a lead came.
create trigger lead_stages_come before insert on lead_stages
when new.lead_id < coalesce((select watermark from rollup_state where fact = 'leads'), 0)
begin
  insert into lead_before select * from lead_facts where id = new.lead_id and not exists (select 1 from lead_before b where b.id = lead_facts.id); end;
create trigger lead_stages_change before update on lead_stages
when old.lead_id < coalesce((select watermark from rollup_state where fact = 'leads'), 0)
begin
  insert into lead_before select * from lead_facts where id = old.lead_id and not exists (select 1 from lead_before b where b.id = lead_facts.id); end;
create trigger lead_stages_go before delete on lead_stages
when old.lead_id < coalesce((select watermark from rollup_state where fact = 'leads'), 0)
begin
  insert into lead_before select * from lead_facts where id = old.lead_id and not exists (select 1 from lead_before b where b.id = lead_facts.id); end;

-- What stages mean, and what a lead's amount is in, changes all leads at once: they are summed anew.
create trigger stages_come after insert on stages
begin
  delete from lead_sums; delete from lead_before; update rollup_state set watermark = 0 where fact = 'leads'; end;
create trigger stages_change after update on stages
begin
  delete from lead_sums; delete from lead_before; update rollup_state set watermark = 0 where fact = 'leads'; end;
create trigger stages_go after delete on stages
begin
  delete from lead_sums; delete from lead_before; update rollup_state set watermark = 0 where fact = 'leads'; end;
create trigger site_money after update of currency on site
begin
  delete from lead_sums; delete from lead_before; update rollup_state set watermark = 0 where fact = 'leads'; end;
