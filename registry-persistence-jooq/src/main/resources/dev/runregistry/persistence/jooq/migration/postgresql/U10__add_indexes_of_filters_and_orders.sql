-- Undoes V10: lists by model, executor, reason or exit code, and by duration or start, read runs one by one again. By
-- hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U10__add_indexes_of_filters_and_orders.sql "$DATABASE"
-- The next start of the registry, or `registry migrate`, adds the indexes again.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 10 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 10';
  END IF;
END $$;

DROP INDEX tunix_runs_exit_code;
DROP INDEX tunix_runs_reason;
DROP INDEX tunix_runs_executor;
DROP INDEX tunix_runs_model_id;
DROP INDEX tunix_runs_started_at;
DROP INDEX tunix_runs_duration;
DELETE FROM run_registry_schema_history WHERE version = '10';
