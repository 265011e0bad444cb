-- Undoes V3: forgets where ALL runs came from. By hand, in one transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U3__add_provenance.sql' COMMIT
-- The next start of the registry, or `registry migrate`, adds the columns again, empty for all runs until then.

CREATE TEMP TABLE undo_guard (
  version INTEGER CONSTRAINT "the newest version is undone first, and it is not 3" CHECK (version = 3));
INSERT INTO undo_guard SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM run_registry_schema_history;
DROP TABLE undo_guard;

DROP TRIGGER tunix_runs_refuse_rewriting;
DROP TRIGGER tunix_runs_refuse_replacing;

ALTER TABLE tunix_runs DROP COLUMN environment;
ALTER TABLE tunix_runs DROP COLUMN git_dirty;
ALTER TABLE tunix_runs DROP COLUMN git_commit;
ALTER TABLE tunix_runs DROP COLUMN registry_version;
ALTER TABLE tunix_runs DROP COLUMN working_dir;
ALTER TABLE tunix_runs DROP COLUMN user_name;
ALTER TABLE tunix_runs DROP COLUMN host;

CREATE TRIGGER tunix_runs_refuse_rewriting BEFORE UPDATE ON tunix_runs
BEGIN
  SELECT RAISE(ABORT, 'a finished run never changes')
    WHERE OLD.status IN ('completed', 'failed', 'timeout');
  SELECT RAISE(ABORT, 'a run cannot make this move')
    WHERE NOT (OLD.status = 'pending' AND NEW.status IN ('running', 'failed')
               OR OLD.status = 'running' AND NEW.status IN ('completed', 'failed', 'timeout'));
  SELECT RAISE(ABORT, 'what was asked for never changes')
    WHERE (NEW.rowid, NEW.run_id, NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir,
           NEW.learning_rate, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length, NEW.command, NEW.time_limit_ms)
       IS NOT (OLD.rowid, OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir,
           OLD.learning_rate, OLD.num_epochs, OLD.batch_size, OLD.max_seq_length, OLD.command, OLD.time_limit_ms);
  SELECT RAISE(ABORT, 'how a run started never changes')
    WHERE NEW.status <> 'running' AND (NEW.started_at, NEW.executor, NEW.external_id)
       IS NOT (OLD.started_at, OLD.executor, OLD.external_id);
END;

CREATE TRIGGER tunix_runs_refuse_replacing BEFORE INSERT ON tunix_runs
WHEN EXISTS (SELECT 1 FROM tunix_runs WHERE run_id = NEW.run_id)
BEGIN
  SELECT RAISE(ABORT, 'a finished run never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id AND status IN ('completed', 'failed', 'timeout');
  SELECT RAISE(ABORT, 'a run cannot make this move')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND NOT (old.status = 'pending' AND NEW.status IN ('running', 'failed')
              OR old.status = 'running' AND NEW.status IN ('completed', 'failed', 'timeout'));
  SELECT RAISE(ABORT, 'what was asked for never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND (NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir,
          NEW.learning_rate, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length, NEW.command, NEW.time_limit_ms)
      IS NOT (old.dataset_key, old.model_id, old.mode, old.created_at, old.output_dir,
          old.learning_rate, old.num_epochs, old.batch_size, old.max_seq_length, old.command, old.time_limit_ms);
  SELECT RAISE(ABORT, 'how a run started never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id AND NEW.status <> 'running'
     AND (NEW.started_at, NEW.executor, NEW.external_id) IS NOT (old.started_at, old.executor, old.external_id);
END;

DELETE FROM run_registry_schema_history WHERE version = '3';
