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
  c.wait_s as wait_s, c.called_back_at is not null as called_back, c.value as value
from calls c left join sources s on s.id = c.source_id left join visits v on v.id = c.visit_id
where c.spam = 0;

create view lead_facts as
select l.id as id, l.created_at as key, l.created_at as at,
  l.source_id as source_id, s.channel as channel, s.ga4_channel as ga4_channel, s.source as source, s.medium as medium,
  s.campaign as campaign, s.term as term, s.content as content,
  v.landing_page as landing_page, v.referrer as referrer, v.country as country, v.region as region, v.city as city,
  v.device as device, v.browser as browser, v.os as os, v.language as language,
  l.visitor_id as visitor_id, l.visit_id as visit_id, l.person_id as person_id, l.id as lead_id, l.call_id as call_id,
  l.number_id as number_id, l.agent_id as agent_id, l.stage as stage, l.grade as grade, l.origin as origin, l.arm as arm,
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
  left join stages t on t.key = l.stage;

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
  c.number_id as number_id, c.kind as cost_kind, c.spread as spread, d.site_amount as site_amount, d.clicks as clicks,
  d.impressions as impressions
from cost_days d left join costs c on c.id = d.cost_id left join sources s on s.id = c.source_id;
