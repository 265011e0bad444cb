-- Undoes V4: drops the chain, so that nobody can tell any more whether finished runs are as they were recorded. Keep what
-- `registry verify` prints before. By hand, in one transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U4__add_run_chain.sql' COMMIT
-- The next start of the registry, or `registry migrate`, makes a new chain of what is on record then.

CREATE TEMP TABLE undo_guard (
  version INTEGER CONSTRAINT "the newest version is undone first, and it is not 4" CHECK (version = 4));
INSERT INTO undo_guard SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM run_registry_schema_history;
DROP TABLE undo_guard;

DROP TRIGGER tunix_runs_require_link_of_insert;
DROP TRIGGER tunix_runs_require_link_of_update;
DROP TABLE run_chain;
DELETE FROM run_registry_schema_history WHERE version = '4';
