-- Runs can be cancelled, and can repeat another run.
--
--   status             'cancelled': its cancellation was requested, and the registry terminated it or never started it.
--                      exit_code is null then, completed_at and duration_seconds are set; executor is null for a run that
--                      was cancelled while it was pending.
--   reason             'cancelled' for this status only.
--   parent_run_id      the run whose request this one repeats; null for all others. It may be on record in another
--                      database, so it is no foreign key.
--   run_cancel_requests
--                      the requests by which a host learns that one of its runs is to be cancelled. Not part of the
--                      record of runs: the record of a cancelled run names the user in its message.
--
-- No row is written: SQLite 3.53 and newer changes constraints in the schema alone. But all rows are read: to add a column to
-- a STRICT table, SQLite checks every constraint of every row.

ALTER TABLE tunix_runs ADD COLUMN parent_run_id TEXT
  CONSTRAINT parent_run_id_is_canonical CHECK (
    parent_run_id IS NULL OR (
      length(parent_run_id) = 36 AND parent_run_id NOT GLOB '*[^0-9a-f-]*'
      AND parent_run_id LIKE '________-____-____-____-____________' AND length(replace(parent_run_id, '-', '')) = 32));

ALTER TABLE tunix_runs DROP CONSTRAINT status_is_known;
ALTER TABLE tunix_runs ADD CONSTRAINT status_is_known CHECK (
  status IN ('pending', 'running', 'completed', 'failed', 'timeout', 'cancelled'));

ALTER TABLE tunix_runs DROP CONSTRAINT completed_at_fits_status;
-- only a run that failed can have ended without a time: it was lost
ALTER TABLE tunix_runs ADD CONSTRAINT completed_at_fits_status CHECK (
  CASE status WHEN 'failed' THEN true
              ELSE (status IN ('completed', 'timeout', 'cancelled')) = (completed_at IS NOT NULL) END);

ALTER TABLE tunix_runs DROP CONSTRAINT exit_code_fits_ending;
ALTER TABLE tunix_runs ADD CONSTRAINT exit_code_fits_ending CHECK (
  CASE WHEN mode = 'dry-run' OR completed_at IS NULL OR status IN ('timeout', 'cancelled') THEN exit_code IS NULL
       WHEN status = 'completed' THEN exit_code IS NOT NULL AND exit_code = 0
       ELSE exit_code IS NULL OR exit_code BETWEEN 1 AND 255 END);

ALTER TABLE tunix_runs DROP CONSTRAINT executor_fits_mode;
ALTER TABLE tunix_runs ADD CONSTRAINT executor_fits_mode CHECK (
  CASE WHEN mode = 'dry-run' OR status = 'pending' THEN executor IS NULL
       ELSE executor IS NOT NULL OR status IN ('failed', 'cancelled') END);

ALTER TABLE tunix_runs DROP CONSTRAINT output_comes_at_the_end;
ALTER TABLE tunix_runs ADD CONSTRAINT output_comes_at_the_end CHECK (
  status IN ('completed', 'failed', 'timeout', 'cancelled') OR (stdout = '' AND stderr = ''));

ALTER TABLE tunix_runs DROP CONSTRAINT reason_fits_ending;
ALTER TABLE tunix_runs ADD CONSTRAINT reason_fits_ending CHECK (
  CASE reason
    WHEN 'exited' THEN status IN ('completed', 'failed') AND completed_at IS NOT NULL
                       AND CASE mode WHEN 'dry-run' THEN status = 'completed' ELSE exit_code IS NOT NULL END
    WHEN 'signaled' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NOT NULL AND exit_code > 128
    WHEN 'timed-out' THEN status = 'timeout'
    WHEN 'cancelled' THEN status = 'cancelled'
    WHEN 'not-started' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL AND mode = 'local'
    WHEN 'rejected' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL
    WHEN 'lost' THEN status = 'failed' AND completed_at IS NULL
    ELSE reason IS NULL END);

DROP TRIGGER tunix_runs_refuse_rewriting;
DROP TRIGGER tunix_runs_refuse_replacing;
DROP TRIGGER tunix_runs_require_link_of_update;
DROP TRIGGER tunix_runs_require_link_of_insert;

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

-- The link is written first.
CREATE TRIGGER tunix_runs_require_link_of_update AFTER UPDATE ON tunix_runs
WHEN NEW.status IN ('completed', 'failed', 'timeout', 'cancelled')
BEGIN
  SELECT RAISE(ABORT, 'a run cannot end without a link in run_chain, which only the registry makes, since version 4 of the tables')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;

CREATE TRIGGER tunix_runs_require_link_of_insert AFTER INSERT ON tunix_runs
WHEN NEW.status IN ('completed', 'failed', 'timeout', 'cancelled')
BEGIN
  SELECT RAISE(ABORT, 'a finished run cannot be inserted without a link in run_chain, which only the registry makes, since version 4 of the tables')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;

CREATE TABLE run_cancel_requests (
  run_id TEXT NOT NULL PRIMARY KEY,
  user_name TEXT NOT NULL,
  requested_at TEXT NOT NULL,

  CONSTRAINT run_id_is_canonical CHECK (
    length(run_id) = 36 AND run_id NOT GLOB '*[^0-9a-f-]*' AND run_id LIKE '________-____-____-____-____________'
    AND length(replace(run_id, '-', '')) = 32),
  CONSTRAINT user_name_is_named CHECK (length(user_name) BETWEEN 1 AND 256 AND instr(user_name, char(0)) = 0),
  CONSTRAINT requested_at_is_a_time CHECK (
    requested_at GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'
    AND date(substr(requested_at, 1, 10), '+0 days') IS substr(requested_at, 1, 10)
    AND substr(requested_at, 12, 2) <= '23')
) STRICT;
