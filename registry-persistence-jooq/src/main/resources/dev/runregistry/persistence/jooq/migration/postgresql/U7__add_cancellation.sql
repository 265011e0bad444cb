-- Undoes V7: forgets which run a run repeats, and the requests to cancel runs. Refused while there is a cancelled run:
-- version 6 has no status for it, and a record is never changed to fit. By hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U7__add_cancellation.sql "$DATABASE"
-- The chain keeps the digests of runs as version 7 recorded them, which an older version does not know: undo V4
-- too, so that a new chain is made. The next start of the registry, or `registry migrate`, adds all this again.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 7 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 7';
  END IF;
END $$;

LOCK TABLE tunix_runs; -- no run is cancelled from here on
DO $$
BEGIN
  IF EXISTS (SELECT FROM tunix_runs WHERE status = 'cancelled') THEN
    RAISE EXCEPTION 'there are cancelled runs, which version 6 cannot record';
  END IF;
END $$;

DROP TABLE run_cancel_requests;

DROP TRIGGER require_link ON tunix_runs;
CREATE CONSTRAINT TRIGGER require_link AFTER INSERT OR UPDATE ON tunix_runs
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed', 'timeout'))
  EXECUTE FUNCTION tunix_runs_require_link();

CREATE OR REPLACE FUNCTION tunix_runs_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('completed', 'failed', 'timeout') THEN
    RAISE EXCEPTION 'run % is %: a finished run never changes', OLD.run_id, OLD.status
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT (CASE OLD.status WHEN 'pending' THEN NEW.status IN ('running', 'failed')
                          WHEN 'running' THEN NEW.status IN ('completed', 'failed', 'timeout') END) THEN
    RAISE EXCEPTION 'run % cannot go from % to %', OLD.run_id, OLD.status, NEW.status
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.run_id, NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir, NEW.learning_rate,
      NEW.weight_decay, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length, NEW.device, NEW.command, NEW.time_limit_ms)
     IS DISTINCT FROM
     (OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir, OLD.learning_rate,
      OLD.weight_decay, OLD.num_epochs, OLD.batch_size, OLD.max_seq_length, OLD.device, OLD.command, OLD.time_limit_ms) THEN
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

ALTER TABLE tunix_runs
  DROP CONSTRAINT status_is_known,
  DROP CONSTRAINT completed_at_fits_status,
  DROP CONSTRAINT exit_code_fits_ending,
  DROP CONSTRAINT executor_fits_mode,
  DROP CONSTRAINT output_comes_at_the_end,
  DROP CONSTRAINT reason_fits_ending,
  ADD CONSTRAINT status_is_known CHECK (status IN ('pending', 'running', 'completed', 'failed', 'timeout')),
  ADD CONSTRAINT completed_at_fits_status CHECK (
    CASE status WHEN 'failed' THEN true
                ELSE (status IN ('completed', 'timeout')) = (completed_at IS NOT NULL) END),
  ADD CONSTRAINT exit_code_fits_ending CHECK (
    CASE WHEN mode = 'dry-run' OR completed_at IS NULL OR status = 'timeout' THEN exit_code IS NULL
         WHEN status = 'completed' THEN exit_code IS NOT NULL AND exit_code = 0
         ELSE exit_code IS NULL OR exit_code BETWEEN 1 AND 255 END),
  ADD CONSTRAINT executor_fits_mode CHECK (
    CASE WHEN mode = 'dry-run' OR status = 'pending' THEN executor IS NULL
         ELSE executor IS NOT NULL OR status = 'failed' END),
  ADD CONSTRAINT output_comes_at_the_end CHECK (
    status IN ('completed', 'failed', 'timeout') OR (stdout = '' AND stderr = '')),
  ADD CONSTRAINT reason_fits_ending CHECK (
    CASE reason
      WHEN 'exited' THEN status IN ('completed', 'failed') AND completed_at IS NOT NULL
                         AND CASE mode WHEN 'dry-run' THEN status = 'completed' ELSE exit_code IS NOT NULL END
      WHEN 'signaled' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NOT NULL AND exit_code > 128
      WHEN 'timed-out' THEN status = 'timeout'
      WHEN 'not-started' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL AND mode = 'local'
      WHEN 'rejected' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL
      WHEN 'lost' THEN status = 'failed' AND completed_at IS NULL
      ELSE reason IS NULL END),
  DROP COLUMN parent_run_id;

COMMENT ON COLUMN tunix_runs.exit_code IS 'Null for every dry-run, every timeout, what could not be started or was lost, and until the end; else 0 to 255, 128 + s when signal s ended the process';
COMMENT ON COLUMN tunix_runs.reason IS
  'Why it ended so: exited, signaled, timed-out, not-started, rejected, lost; null until the end, and for what had ended before version 5';
DELETE FROM run_registry_schema_history WHERE version = '7';
