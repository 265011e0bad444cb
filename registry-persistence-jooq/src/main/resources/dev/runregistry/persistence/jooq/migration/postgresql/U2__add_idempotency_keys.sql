-- Undoes V2, after all that came later has been undone: forgets all keys, so that a repeated request is carried
-- out again. By hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U2__add_idempotency_keys.sql "$DATABASE"
-- The next start of the registry, or `registry migrate`, makes an empty table again.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 2 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 2';
  END IF;
END $$;

DROP TABLE idempotency_keys;
DELETE FROM run_registry_schema_history WHERE version = '2';
