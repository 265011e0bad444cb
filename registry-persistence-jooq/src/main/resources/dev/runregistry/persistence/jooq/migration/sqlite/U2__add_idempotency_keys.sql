-- Undoes V2, after all that came later has been undone: forgets all keys, so that a repeated request is carried
-- out again. By hand, in one transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U2__add_idempotency_keys.sql' COMMIT
-- The next start of the registry, or `registry migrate`, makes an empty table again.

CREATE TEMP TABLE undo_guard (
  version INTEGER CONSTRAINT "the newest version is undone first, and it is not 2" CHECK (version = 2));
INSERT INTO undo_guard SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM run_registry_schema_history;
DROP TABLE undo_guard;

DROP TABLE idempotency_keys;
DELETE FROM run_registry_schema_history WHERE version = '2';
