-- Whether browsers that ask not to be tracked are heard.
alter table site add column do_not_track integer not null default 0;

-- Numbers of the site's own that pages print themselves: the script found them where it had written nothing.
create table fixed_numbers (
  number_id integer primary key not null,
  visit_id integer not null,
  visits integer not null,
  page text not null,
  seen_at integer not null
);
