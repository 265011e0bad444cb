-- Undoes V1, after all that came later has been undone: drops the record of ALL runs.
-- Nothing runs this file by itself; by hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U1__add_tunix_runs_table.sql "$DATABASE"
-- The next start of the registry, or `registry migrate`, makes an empty table again.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 1 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 1';
  END IF;
END $$;

DROP TABLE tunix_runs;
DROP FUNCTION tunix_runs_refuse_rewriting();
DROP FUNCTION tunix_runs_refuse_removal();
DELETE FROM run_registry_schema_history WHERE version = '1';
