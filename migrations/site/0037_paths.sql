-- The touches before each call, lead and order, kept so that a credit model need not look up the visits of a hundred thousand
-- people (server/core/report/path.ts). Null: no longer what they were, to be read anew; a conversion without a row has not been read
-- yet. The triggers below set to null whatever a change may have changed; the three views are procedures, not data.

create table call_paths (id integer primary key not null, touches blob);
create index call_paths_stale on call_paths (id) where touches is null;
create table lead_paths (id integer primary key not null, touches blob);
create index lead_paths_stale on lead_paths (id) where touches is null;
create table order_paths (id integer primary key not null, touches blob);
create index order_paths_stale on order_paths (id) where touches is null;

-- All conversions from the moment `since` (ms) on that hang on this visitor or this caller's number themselves.
create view paths_of_key as select 0 as visitor, '' as phone, 0 as since where 0;
create trigger paths_of_key_change instead of insert on paths_of_key
begin
  update call_paths set touches = null where touches is not null and id in (
    select c.id from calls c where c.visitor_id = new.visitor and c.started_at >= new.since
    union all select c.id from calls c where c.from_e164 = new.phone and c.started_at >= new.since);
  update lead_paths set touches = null where touches is not null and id in (
    select l.id from leads l where l.visitor_id = new.visitor and l.created_at >= new.since
    union all select l.id from calls c join leads l on l.call_id = c.id where c.visitor_id = new.visitor and l.created_at >= new.since
    union all select l.id from calls c join leads l on l.call_id = c.id where c.from_e164 = new.phone and l.created_at >= new.since);
  update order_paths set touches = null where touches is not null and id in (
    select o.id from orders o where o.visitor_id = new.visitor and o.at >= new.since
    union all select o.id from calls c join orders o on o.call_id = c.id where c.visitor_id = new.visitor and o.at >= new.since
    union all select o.id from calls c join orders o on o.call_id = c.id where c.from_e164 = new.phone and o.at >= new.since); end;

-- All conversions of a person.
create view paths_of_person as select 0 as person, 0 as since where 0;
create trigger paths_of_person_change instead of insert on paths_of_person
begin
  update lead_paths set touches = null where touches is not null and id in (select l.id from leads l where l.person_id = new.person and l.created_at >= new.since);
  update order_paths set touches = null where touches is not null and id in (select o.id from orders o where o.person_id = new.person and o.at >= new.since);
  insert into paths_of_key (visitor, phone, since) select cast(k.value as integer), null, new.since from person_keys k where k.person_id = new.person and k.kind = 'visitor';
  insert into paths_of_key (visitor, phone, since) select null, k.value, new.since from person_keys k where k.person_id = new.person and k.kind = 'phone'; end;

-- All conversions that something about this visitor or this caller's number plays a part in.
create view paths_touched as select 0 as visitor, '' as phone, 0 as since where 0;
create trigger paths_touched_change instead of insert on paths_touched
begin
  insert into paths_of_key (visitor, phone, since) values (new.visitor, new.phone, new.since);
  insert into paths_of_person (person, since) select k.person_id, new.since from person_keys k where k.kind = 'visitor' and k.value = cast(new.visitor as text);
  insert into paths_of_person (person, since) select k.person_id, new.since from person_keys k where k.kind = 'phone' and k.value = new.phone; end;

create trigger person_keys_come after insert on person_keys when new.kind <> 'email'
begin
  insert into paths_touched (visitor, phone, since) values (iif(new.kind = 'visitor', cast(new.value as integer), null), iif(new.kind = 'phone', new.value, null), 0); end;
create trigger person_keys_change after update on person_keys when old.kind <> 'email' or new.kind <> 'email'
begin
  insert into paths_of_person (person, since) values (old.person_id, 0);
  insert into paths_touched (visitor, phone, since) values (iif(old.kind = 'visitor', cast(old.value as integer), null), iif(old.kind = 'phone', old.value, null), 0);
  insert into paths_touched (visitor, phone, since) values (iif(new.kind = 'visitor', cast(new.value as integer), null), iif(new.kind = 'phone', new.value, null), 0); end;
create trigger person_keys_go after delete on person_keys when old.kind <> 'email'
begin
  insert into paths_of_person (person, since) values (old.person_id, 0);
  insert into paths_touched (visitor, phone, since) values (iif(old.kind = 'visitor', cast(old.value as integer), null), iif(old.kind = 'phone', old.value, null), 0); end;

-- A visit that comes is younger than every path that is kept, so page views pay nothing.
create trigger visits_move after update of visitor_id, source_id on visits
when old.visitor_id is not new.visitor_id or old.source_id is not new.source_id
begin
  insert into paths_touched (visitor, phone, since) values (coalesce(old.visitor_id, old.id), null, 0);
  insert into paths_touched (visitor, phone, since) values (coalesce(new.visitor_id, new.id), null, 0);
  update lead_paths set touches = null where touches is not null and id in (select l.id from leads l where l.visit_id = new.id); end;
create trigger visits_go_from_paths after delete on visits
begin
  insert into paths_touched (visitor, phone, since) values (coalesce(old.visitor_id, old.id), null, 0);
  update lead_paths set touches = null where touches is not null and id in (select l.id from leads l where l.visit_id = old.id); end;

-- A call is a conversion, and the way to the caller of a lead or an order; with a source but no visit it is a touch, too.
create trigger calls_come_to_paths after insert on calls when new.visit_id is null and new.source_id is not null and new.from_e164 is not null
begin
  insert into paths_touched (visitor, phone, since) values (null, new.from_e164, new.started_at); end;
create trigger calls_move after update of visitor_id, visit_id, from_e164, source_id, started_at on calls
when old.visitor_id is not new.visitor_id or old.visit_id is not new.visit_id or old.from_e164 is not new.from_e164 or old.source_id is not new.source_id or old.started_at is not new.started_at
begin
  update call_paths set touches = null where id = new.id;
  update lead_paths set touches = null where touches is not null and id in (select l.id from leads l where l.call_id = new.id);
  update order_paths set touches = null where touches is not null and id in (select o.id from orders o where o.call_id = new.id);
  insert into paths_touched (visitor, phone, since) select null, old.from_e164, old.started_at where old.visit_id is null and old.source_id is not null and old.from_e164 is not null;
  insert into paths_touched (visitor, phone, since) select null, new.from_e164, new.started_at where new.visit_id is null and new.source_id is not null and new.from_e164 is not null; end;
create trigger calls_go_from_paths after delete on calls
begin
  delete from call_paths where id = old.id;
  update lead_paths set touches = null where touches is not null and id in (select l.id from leads l where l.call_id = old.id);
  update order_paths set touches = null where touches is not null and id in (select o.id from orders o where o.call_id = old.id);
  insert into paths_touched (visitor, phone, since) select null, old.from_e164, old.started_at where old.visit_id is null and old.source_id is not null and old.from_e164 is not null; end;

create trigger leads_move after update of visitor_id, visit_id, person_id, call_id, created_at on leads
when old.visitor_id is not new.visitor_id or old.visit_id is not new.visit_id or old.person_id is not new.person_id or old.call_id is not new.call_id or old.created_at is not new.created_at
begin
  update lead_paths set touches = null where id = new.id; end;
create trigger leads_go_from_paths after delete on leads
begin
  delete from lead_paths where id = old.id; end;
create trigger orders_move after update of visitor_id, visit_id, person_id, call_id, at on orders
when old.visitor_id is not new.visitor_id or old.visit_id is not new.visit_id or old.person_id is not new.person_id or old.call_id is not new.call_id or old.at is not new.at
begin
  update order_paths set touches = null where id = new.id; end;
create trigger orders_go_from_paths after delete on orders
begin
  delete from order_paths where id = old.id; end;
