-- Parts of the dictionary of sums (sum_items: `part` holds the ids with `id / 4096` of it) whose items no sum may use any more:
-- a sum lost an item, or is made anew. They are looked through when nothing is left to sum (server/core/report/sum-item.ts).
create table sum_items_freed (
  kind text not null,
  part integer not null,
  primary key (kind, part)
) without rowid;
insert into sum_items_freed select distinct kind, id / 4096 from sum_items;
