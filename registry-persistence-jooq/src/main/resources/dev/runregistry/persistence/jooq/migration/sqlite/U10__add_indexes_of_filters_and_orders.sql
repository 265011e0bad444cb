-- Undoes V10: lists by model, executor, reason or exit code, and by duration or start, read runs one by one again. By
-- hand, in one transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U10__add_indexes_of_filters_and_orders.sql' COMMIT
-- The next start of the registry, or `registry migrate`, adds the indexes again.

CREATE TEMP TABLE undo_guard (
  version INTEGER CONSTRAINT "the newest version is undone first, and it is not 10" CHECK (version = 10));
INSERT INTO undo_guard SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM run_registry_schema_history;
DROP TABLE undo_guard;

DROP INDEX tunix_runs_exit_code;
DROP INDEX tunix_runs_reason;
DROP INDEX tunix_runs_executor;
DROP INDEX tunix_runs_model_id;
DROP INDEX tunix_runs_started_at;
DROP INDEX tunix_runs_duration;
DELETE FROM run_registry_schema_history WHERE version = '10';
