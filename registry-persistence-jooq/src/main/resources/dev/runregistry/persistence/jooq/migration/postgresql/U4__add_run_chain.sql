-- Undoes V4: drops the chain, so that nobody can tell any more whether finished runs are as they were recorded. Keep what
-- `registry verify` prints before. By hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U4__add_run_chain.sql "$DATABASE"
-- The next start of the registry, or `registry migrate`, makes a new chain of what is on record then.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 4 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 4';
  END IF;
END $$;

DROP TRIGGER require_link ON tunix_runs;
DROP TABLE run_chain;
DROP FUNCTION tunix_runs_require_link();
DROP FUNCTION run_chain_refuse_change();
DROP FUNCTION run_chain_append();
DELETE FROM run_registry_schema_history WHERE version = '4';
