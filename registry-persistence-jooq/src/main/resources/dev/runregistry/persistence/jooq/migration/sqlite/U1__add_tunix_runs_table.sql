-- Undoes V1, after all that came later has been undone: drops the record of ALL runs.
-- Nothing runs this file by itself; by hand, in one transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U1__add_tunix_runs_table.sql' COMMIT
-- The next start of the registry, or `registry migrate`, makes an empty table again.

DROP TABLE tunix_runs;
DELETE FROM flyway_schema_history WHERE version = '1';
