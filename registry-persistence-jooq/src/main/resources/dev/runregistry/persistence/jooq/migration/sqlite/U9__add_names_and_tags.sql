-- Undoes V9: forgets that runs can have a name, tags and a note. Refused while there is a run that has one: version 8 has
-- no columns for them, and a record is never changed to fit. By hand, in one transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U9__add_names_and_tags.sql' COMMIT
-- The chain keeps the digests of runs as version 9 recorded them, which an older version does not know: undo V4
-- too, so that a new chain is made. The next start of the registry, or `registry migrate`, adds all this again.

CREATE TEMP TABLE undo_guard (
  version INTEGER CONSTRAINT "the newest version is undone first, and it is not 9" CHECK (version = 9));
INSERT INTO undo_guard SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM run_registry_schema_history;
DROP TABLE undo_guard;

CREATE TEMP TABLE undo_guard (
  runs INTEGER CONSTRAINT "there are runs with a name, tags or a note, which version 8 cannot record" CHECK (runs = 0));
INSERT INTO undo_guard SELECT count(*) FROM tunix_runs WHERE name IS NOT NULL OR tags IS NOT NULL OR note IS NOT NULL;
DROP TABLE undo_guard;

DROP TRIGGER tunix_runs_index_tags;
DROP TRIGGER tunix_runs_refuse_rewriting;
DROP TRIGGER tunix_runs_refuse_replacing;
DROP TABLE run_tags;
DROP INDEX tunix_runs_name;

ALTER TABLE tunix_runs DROP COLUMN note;
ALTER TABLE tunix_runs DROP COLUMN tags;
ALTER TABLE tunix_runs DROP COLUMN name;

CREATE TRIGGER tunix_runs_refuse_rewriting BEFORE UPDATE ON tunix_runs
BEGIN
  SELECT RAISE(ABORT, 'a finished run never changes')
    WHERE OLD.status IN ('completed', 'failed', 'timeout', 'cancelled');
  SELECT RAISE(ABORT, 'a run cannot make this move')
    WHERE NOT (OLD.status = 'pending' AND NEW.status IN ('running', 'failed', 'cancelled')
               OR OLD.status = 'running' AND NEW.status IN ('completed', 'failed', 'timeout', 'cancelled'));
  SELECT RAISE(ABORT, 'what was asked for never changes')
    WHERE (NEW.rowid, NEW.run_id, NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir,
           NEW.learning_rate, NEW.weight_decay, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length,
           NEW.device, NEW.command, NEW.time_limit_ms, NEW.parent_run_id)
       IS NOT (OLD.rowid, OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir,
           OLD.learning_rate, OLD.weight_decay, OLD.num_epochs, OLD.batch_size, OLD.max_seq_length,
           OLD.device, OLD.command, OLD.time_limit_ms, OLD.parent_run_id);
  SELECT RAISE(ABORT, 'how a run started never changes')
    WHERE NEW.status <> 'running' AND (NEW.started_at, NEW.executor, NEW.external_id, NEW.host, NEW.user_name,
          NEW.working_dir, NEW.registry_version, NEW.environment)
       IS NOT
          (OLD.started_at, OLD.executor, OLD.external_id, OLD.host, OLD.user_name,
          OLD.working_dir, OLD.registry_version, OLD.environment);
  SELECT RAISE(ABORT, 'what git said of a run never changes')
    WHERE (OLD.git_commit IS NOT NULL AND NEW.git_commit IS NOT OLD.git_commit
        OR OLD.git_dirty IS NOT NULL AND NEW.git_dirty IS NOT OLD.git_dirty);
END;

-- For INSERT OR REPLACE; see V1.
CREATE TRIGGER tunix_runs_refuse_replacing BEFORE INSERT ON tunix_runs
WHEN EXISTS (SELECT 1 FROM tunix_runs WHERE run_id = NEW.run_id)
BEGIN
  SELECT RAISE(ABORT, 'a finished run never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id AND status IN ('completed', 'failed', 'timeout', 'cancelled');
  SELECT RAISE(ABORT, 'a run cannot make this move')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND NOT (old.status = 'pending' AND NEW.status IN ('running', 'failed', 'cancelled')
              OR old.status = 'running' AND NEW.status IN ('completed', 'failed', 'timeout', 'cancelled'));
  SELECT RAISE(ABORT, 'what was asked for never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND (NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir,
          NEW.learning_rate, NEW.weight_decay, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length,
          NEW.device, NEW.command, NEW.time_limit_ms, NEW.parent_run_id)
      IS NOT (old.dataset_key, old.model_id, old.mode, old.created_at, old.output_dir,
          old.learning_rate, old.weight_decay, old.num_epochs, old.batch_size, old.max_seq_length,
          old.device, old.command, old.time_limit_ms, old.parent_run_id);
  SELECT RAISE(ABORT, 'how a run started never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id AND NEW.status <> 'running'
     AND (NEW.started_at, NEW.executor, NEW.external_id, NEW.host, NEW.user_name,
          NEW.working_dir, NEW.registry_version, NEW.environment) IS NOT
          (old.started_at, old.executor, old.external_id, old.host, old.user_name,
          old.working_dir, old.registry_version, old.environment);
  SELECT RAISE(ABORT, 'what git said of a run never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND (old.git_commit IS NOT NULL AND NEW.git_commit IS NOT old.git_commit
        OR old.git_dirty IS NOT NULL AND NEW.git_dirty IS NOT old.git_dirty);
END;

DELETE FROM run_registry_schema_history WHERE version = '9';
