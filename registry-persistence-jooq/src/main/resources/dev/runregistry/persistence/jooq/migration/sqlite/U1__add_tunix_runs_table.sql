-- Undoes V1, after all that came later has been undone: drops the record of ALL runs.
-- Nothing runs this file by itself; by hand, in one transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U1__add_tunix_runs_table.sql' COMMIT
-- The next start of the registry, or `registry migrate`, makes an empty table again.

CREATE TEMP TABLE undo_guard (
  version INTEGER CONSTRAINT "the newest version is undone first, and it is not 1" CHECK (version = 1));
INSERT INTO undo_guard SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM run_registry_schema_history;
DROP TABLE undo_guard;

DROP TABLE tunix_runs;
DELETE FROM run_registry_schema_history WHERE version = '1';
