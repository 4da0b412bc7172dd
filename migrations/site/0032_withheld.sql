-- Withheld calls on a number: whoever made one may make another.
create index calls_withheld on calls (number_id, started_at) where from_e164 is null;
