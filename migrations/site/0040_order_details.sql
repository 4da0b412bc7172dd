-- An order with what its call tells: the number that earned it, the caller's region, what was spoken about. The columns of
-- `order_facts` come through as they are, so sums and their corrections go on reading that.
create view order_details as
select f.*, c.to_e164 as number, c.number_id as number_id, c.carrier as carrier, c.caller_region as caller_region,
  c.outcome as outcome, c.tags as tags, c.topics as topics
from order_facts f left join calls c on c.id = f.call_id;

-- An A/B test among campaigns: what is tried, and which side this campaign is.
alter table campaigns add column experiment text not null default '';
alter table campaigns add column variant text not null default '';
