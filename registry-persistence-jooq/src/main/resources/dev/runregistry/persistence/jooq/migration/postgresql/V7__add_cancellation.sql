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

ALTER TABLE tunix_runs ADD COLUMN parent_run_id uuid;

CREATE TABLE run_cancel_requests (
  run_id uuid NOT NULL PRIMARY KEY,
  user_name varchar(256) NOT NULL,
  requested_at timestamp with time zone NOT NULL
);

-- [jooq ignore start]
ALTER TABLE tunix_runs
  DROP CONSTRAINT status_is_known,
  DROP CONSTRAINT completed_at_fits_status,
  DROP CONSTRAINT exit_code_fits_ending,
  DROP CONSTRAINT executor_fits_mode,
  DROP CONSTRAINT output_comes_at_the_end,
  DROP CONSTRAINT reason_fits_ending,
  ADD CONSTRAINT status_is_known CHECK (status IN ('pending', 'running', 'completed', 'failed', 'timeout', 'cancelled')),
  -- only a run that failed can have ended without a time: it was lost
  ADD CONSTRAINT completed_at_fits_status CHECK (
    CASE status WHEN 'failed' THEN true
                ELSE (status IN ('completed', 'timeout', 'cancelled')) = (completed_at IS NOT NULL) END),
  ADD CONSTRAINT exit_code_fits_ending CHECK (
    CASE WHEN mode = 'dry-run' OR completed_at IS NULL OR status IN ('timeout', 'cancelled') THEN exit_code IS NULL
         WHEN status = 'completed' THEN exit_code IS NOT NULL AND exit_code = 0
         ELSE exit_code IS NULL OR exit_code BETWEEN 1 AND 255 END),
  ADD CONSTRAINT executor_fits_mode CHECK (
    CASE WHEN mode = 'dry-run' OR status = 'pending' THEN executor IS NULL
         ELSE executor IS NOT NULL OR status IN ('failed', 'cancelled') END),
  ADD CONSTRAINT output_comes_at_the_end CHECK (
    status IN ('completed', 'failed', 'timeout', 'cancelled') OR (stdout = '' AND stderr = '')),
  ADD CONSTRAINT reason_fits_ending CHECK (
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

ALTER TABLE run_cancel_requests
  ADD CONSTRAINT user_name_is_named CHECK (user_name <> ''),
  ADD CONSTRAINT requested_at_is_of_this_era CHECK (
    requested_at >= '1970-01-01 00:00:00+00' AND requested_at <= '9999-12-31 23:59:59.999999+00');

COMMENT ON COLUMN tunix_runs.exit_code IS 'Null for every dry-run, every timeout, what was cancelled, could not be started or was lost, and until the end; else 0 to 255, 128 + s when signal s ended the process';
COMMENT ON COLUMN tunix_runs.reason IS
  'Why it ended so: exited, signaled, timed-out, cancelled, not-started, rejected, lost; null until the end, and for what had ended before version 5';
COMMENT ON COLUMN tunix_runs.parent_run_id IS 'The run whose request this one repeats; null for all others; it may be on record elsewhere';
COMMENT ON TABLE run_cancel_requests IS 'The requests to cancel runs, for the hosts that have these runs; not part of the record';

CREATE OR REPLACE FUNCTION tunix_runs_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('completed', 'failed', 'timeout', 'cancelled') THEN
    RAISE EXCEPTION 'run % is %: a finished run never changes', OLD.run_id, OLD.status
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT (CASE OLD.status WHEN 'pending' THEN NEW.status IN ('running', 'failed', 'cancelled')
                          WHEN 'running' THEN NEW.status IN ('completed', 'failed', 'timeout', 'cancelled') END) THEN
    RAISE EXCEPTION 'run % cannot go from % to %', OLD.run_id, OLD.status, NEW.status
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.run_id, NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir, NEW.learning_rate,
      NEW.weight_decay, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length, NEW.device, NEW.command, NEW.time_limit_ms,
      NEW.parent_run_id)
     IS DISTINCT FROM
     (OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir, OLD.learning_rate,
      OLD.weight_decay, OLD.num_epochs, OLD.batch_size, OLD.max_seq_length, OLD.device, OLD.command, OLD.time_limit_ms,
      OLD.parent_run_id) THEN
    RAISE EXCEPTION 'run %: what was asked for never changes', OLD.run_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status <> 'running' AND (NEW.started_at, NEW.executor, NEW.external_id, NEW.host, NEW.user_name,
      NEW.working_dir, NEW.registry_version, NEW.environment)
     IS DISTINCT FROM (OLD.started_at, OLD.executor, OLD.external_id, OLD.host, OLD.user_name,
      OLD.working_dir, OLD.registry_version, OLD.environment) THEN
    RAISE EXCEPTION 'run %: how it started never changes', OLD.run_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (OLD.git_commit IS NOT NULL AND NEW.git_commit IS DISTINCT FROM OLD.git_commit)
     OR (OLD.git_dirty IS NOT NULL AND NEW.git_dirty IS DISTINCT FROM OLD.git_dirty) THEN
    RAISE EXCEPTION 'run %: what git said of it never changes', OLD.run_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

DO $$
DECLARE
  place text := (
    SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = 'tunix_runs'::regclass);
BEGIN
  EXECUTE format('ALTER FUNCTION %I.tunix_runs_refuse_rewriting() SET search_path = %I, pg_temp', place, place);
END $$;

DROP TRIGGER require_link ON tunix_runs;
CREATE CONSTRAINT TRIGGER require_link AFTER INSERT OR UPDATE ON tunix_runs
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed', 'timeout', 'cancelled'))
  EXECUTE FUNCTION tunix_runs_require_link();
-- [jooq ignore stop]
