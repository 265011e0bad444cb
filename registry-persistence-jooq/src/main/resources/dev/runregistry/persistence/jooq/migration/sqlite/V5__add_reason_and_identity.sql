-- What a training was asked for is null for a command of the user's own, of which the registry knows none of it.
-- Null means one thing in each column:
--   output_dir, learning_rate, num_epochs, batch_size, max_seq_length
--                     null together, for a command of the user's own. Runs recorded before version 5 have values
--                     here also when their command never used them.
--   weight_decay, device
--                     null together, also for a training recorded before there were these columns.
--   reason            null while the run is active, and for what had ended before there was this column.
--
-- No row is written, however many there are: SQLite 3.53 and newer changes constraints in the schema alone.

ALTER TABLE tunix_runs ALTER COLUMN output_dir DROP NOT NULL;
ALTER TABLE tunix_runs ALTER COLUMN learning_rate DROP NOT NULL;
ALTER TABLE tunix_runs ALTER COLUMN num_epochs DROP NOT NULL;
ALTER TABLE tunix_runs ALTER COLUMN batch_size DROP NOT NULL;
ALTER TABLE tunix_runs ALTER COLUMN max_seq_length DROP NOT NULL;
ALTER TABLE tunix_runs ADD COLUMN weight_decay REAL
  CONSTRAINT weight_decay_in_range CHECK (
    weight_decay IS NULL OR (weight_decay >= 0 AND weight_decay <= 1 AND learning_rate IS NOT NULL));
ALTER TABLE tunix_runs ADD COLUMN device TEXT
  CONSTRAINT device_is_known CHECK (
    (device IS NULL) = (weight_decay IS NULL) AND device IN ('auto', 'cpu', 'cuda'));
ALTER TABLE tunix_runs ADD COLUMN reason TEXT
  CONSTRAINT reason_fits_ending CHECK (
    CASE reason
      WHEN 'exited' THEN status IN ('completed', 'failed') AND completed_at IS NOT NULL
                         AND CASE mode WHEN 'dry-run' THEN status = 'completed' ELSE exit_code IS NOT NULL END
      WHEN 'signaled' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NOT NULL AND exit_code > 128
      WHEN 'timed-out' THEN status = 'timeout'
      WHEN 'not-started' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL AND mode = 'local'
      WHEN 'rejected' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL
      WHEN 'lost' THEN status = 'failed' AND completed_at IS NULL
      ELSE reason IS NULL END);
ALTER TABLE tunix_runs ADD CONSTRAINT training_is_whole CHECK (
  (output_dir IS NULL) = (learning_rate IS NULL) AND (num_epochs IS NULL) = (learning_rate IS NULL)
  AND (batch_size IS NULL) = (learning_rate IS NULL) AND (max_seq_length IS NULL) = (learning_rate IS NULL)
  AND (mode <> 'dry-run' OR learning_rate IS NOT NULL));
ALTER TABLE tunix_runs DROP CONSTRAINT no_text_contains_nul;
-- PostgreSQL cannot hold NUL at all
ALTER TABLE tunix_runs ADD CONSTRAINT no_text_contains_nul CHECK (
  instr(run_id || dataset_key || model_id || message || coalesce(output_dir, '') || stdout || stderr
    || coalesce(executor, '') || coalesce(external_id, '') || coalesce(command, ''), char(0)) = 0);

CREATE INDEX tunix_runs_mode ON tunix_runs (mode, created_at, run_id);

DROP TRIGGER tunix_runs_refuse_rewriting;
DROP TRIGGER tunix_runs_refuse_replacing;

CREATE TRIGGER tunix_runs_refuse_rewriting BEFORE UPDATE ON tunix_runs
BEGIN
  SELECT RAISE(ABORT, 'a finished run never changes')
    WHERE OLD.status IN ('completed', 'failed', 'timeout');
  SELECT RAISE(ABORT, 'a run cannot make this move')
    WHERE NOT (OLD.status = 'pending' AND NEW.status IN ('running', 'failed')
               OR OLD.status = 'running' AND NEW.status IN ('completed', 'failed', 'timeout'));
  SELECT RAISE(ABORT, 'what was asked for never changes')
    WHERE (NEW.rowid, NEW.run_id, NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir,
           NEW.learning_rate, NEW.weight_decay, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length,
           NEW.device, NEW.command, NEW.time_limit_ms)
       IS NOT (OLD.rowid, OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir,
           OLD.learning_rate, OLD.weight_decay, OLD.num_epochs, OLD.batch_size, OLD.max_seq_length,
           OLD.device, OLD.command, OLD.time_limit_ms);
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
    FROM tunix_runs AS old WHERE run_id = NEW.run_id AND status IN ('completed', 'failed', 'timeout');
  SELECT RAISE(ABORT, 'a run cannot make this move')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND NOT (old.status = 'pending' AND NEW.status IN ('running', 'failed')
              OR old.status = 'running' AND NEW.status IN ('completed', 'failed', 'timeout'));
  SELECT RAISE(ABORT, 'what was asked for never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND (NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir,
          NEW.learning_rate, NEW.weight_decay, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length,
          NEW.device, NEW.command, NEW.time_limit_ms)
      IS NOT (old.dataset_key, old.model_id, old.mode, old.created_at, old.output_dir,
          old.learning_rate, old.weight_decay, old.num_epochs, old.batch_size, old.max_seq_length,
          old.device, old.command, old.time_limit_ms);
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

-- One row: which database this is, wherever it moves. A copy has the same.
CREATE TABLE database_identity (
  one INTEGER NOT NULL PRIMARY KEY,
  database_id TEXT NOT NULL,

  CONSTRAINT there_is_one_row CHECK (one = 1),
  CONSTRAINT database_id_is_canonical CHECK (
    length(database_id) = 36 AND database_id NOT GLOB '*[^0-9a-f-]*'
    AND database_id LIKE '________-____-____-____-____________')
) STRICT;

-- a random UUID: version 4, variant 2
INSERT INTO database_identity
  SELECT 1, substr(digits, 1, 8) || '-' || substr(digits, 9, 4) || '-4' || substr(digits, 14, 3)
    || '-' || substr('89ab', 1 + (random() & 3), 1) || substr(digits, 18, 3) || '-' || substr(digits, 21)
  FROM (SELECT lower(hex(randomblob(16))) AS digits);

CREATE TRIGGER database_identity_refuse_update BEFORE UPDATE ON database_identity
BEGIN
  SELECT RAISE(ABORT, 'the identity of the database never changes: UPDATE is refused');
END;

CREATE TRIGGER database_identity_refuse_delete BEFORE DELETE ON database_identity
BEGIN
  SELECT RAISE(ABORT, 'the identity of the database never changes: DELETE is refused');
END;

-- INSERT OR REPLACE asks no trigger for DELETE
CREATE TRIGGER database_identity_refuse_insert BEFORE INSERT ON database_identity
BEGIN
  SELECT RAISE(ABORT, 'the identity of the database never changes: INSERT is refused');
END;
