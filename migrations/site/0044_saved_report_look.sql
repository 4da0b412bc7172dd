-- How the dashboard shows a saved report, beside the query that it asks: its relative period, a second model, a heat map.
alter table saved_reports add column look text not null default '{}';
-- The board of leads reads the latest of each stage.
create index leads_of_stage on leads (stage, created_at);
