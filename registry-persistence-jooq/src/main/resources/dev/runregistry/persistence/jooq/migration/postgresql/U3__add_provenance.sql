-- Undoes V3: forgets where ALL runs came from. By hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U3__add_provenance.sql "$DATABASE"
-- The next start of the registry, or `registry migrate`, adds the columns again, empty for all runs until then.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 3 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 3';
  END IF;
END $$;

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
      NEW.num_epochs, NEW.batch_size, NEW.max_seq_length, NEW.command, NEW.time_limit_ms)
     IS DISTINCT FROM
     (OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir, OLD.learning_rate,
      OLD.num_epochs, OLD.batch_size, OLD.max_seq_length, OLD.command, OLD.time_limit_ms) THEN
    RAISE EXCEPTION 'run %: what was asked for never changes', OLD.run_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status <> 'running' AND (NEW.started_at, NEW.executor, NEW.external_id)
     IS DISTINCT FROM (OLD.started_at, OLD.executor, OLD.external_id) THEN
    RAISE EXCEPTION 'run %: how it started never changes', OLD.run_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

ALTER TABLE tunix_runs
  DROP COLUMN host, DROP COLUMN user_name, DROP COLUMN working_dir, DROP COLUMN registry_version,
  DROP COLUMN git_commit, DROP COLUMN git_dirty, DROP COLUMN environment;
DELETE FROM run_registry_schema_history WHERE version = '3';
