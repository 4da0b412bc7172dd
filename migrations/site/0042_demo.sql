-- Whether what is in the site was invented: every page of the dashboard says so.
alter table site add column demo integer not null default 0;
