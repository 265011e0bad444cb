-- Undoes V6: rows that no registry could read can be stored again. No row changes. By hand, in one transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U6__refuse_unreadable_rows.sql' COMMIT
-- The next start of the registry, or `registry migrate`, adds all this again.

CREATE TEMP TABLE undo_guard (
  version INTEGER CONSTRAINT "the newest version is undone first, and it is not 6" CHECK (version = 6));
INSERT INTO undo_guard SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM run_registry_schema_history;
DROP TABLE undo_guard;

DROP TRIGGER tunix_runs_refuse_unreadable_insert;
DROP TRIGGER tunix_runs_refuse_unreadable_update;
DROP TRIGGER run_chain_refuse_unreadable;
DROP TRIGGER tunix_runs_require_link_of_update;
DROP TRIGGER tunix_runs_require_link_of_insert;

-- as V4 made them
CREATE TRIGGER tunix_runs_require_link_of_update AFTER UPDATE ON tunix_runs
WHEN NEW.status IN ('completed', 'failed', 'timeout')
BEGIN
  SELECT RAISE(ABORT, 'a run cannot end without a link in run_chain, which needs a newer version of the registry')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;

CREATE TRIGGER tunix_runs_require_link_of_insert AFTER INSERT ON tunix_runs
WHEN NEW.status IN ('completed', 'failed', 'timeout')
BEGIN
  SELECT RAISE(ABORT, 'a run cannot end without a link in run_chain, which needs a newer version of the registry')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;

DELETE FROM run_registry_schema_history WHERE version = '6';
