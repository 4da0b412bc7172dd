-- What one unit of a currency is worth in the site's own, from a day of the site's zone on until the next such day.
create table rates (
  currency text not null,
  from_day text not null,
  rate real not null,
  primary key (currency, from_day)
) without rowid;

-- Who bought, where no person is known, and what else the shop says of the order. `rate` of orders and costs is the one
-- that was given with them; null: the site's rate of the day serves.
alter table orders add column phone text;
alter table orders add column email text;
alter table orders add column fields text;
create index orders_of_phone on orders (phone, at) where phone is not null;
create index orders_of_email on orders (email, at) where email is not null;
create index orders_of_visitor on orders (visitor_id, at) where visitor_id is not null;

-- The advertiser's account at the platform: two accounts may have campaigns of one name.
alter table costs add column account text not null default '';

-- Whether a target is a floor or a ceiling (cost per lead).
alter table targets add column aim text not null default 'at_least';
