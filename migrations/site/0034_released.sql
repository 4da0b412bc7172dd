-- A number that was given back to its carrier may be bought again.

drop index purchases_kept;
create unique index purchases_kept on purchases (e164) where state not in ('failed', 'released');
