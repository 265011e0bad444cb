-- Undoes V9: forgets that runs can have a name, tags and a note. Refused while there is a run that has one: version 8 has
-- no columns for them, and a record is never changed to fit. By hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U9__add_names_and_tags.sql "$DATABASE"
-- The chain keeps the digests of runs as version 9 recorded them, which an older version does not know: undo V4
-- too, so that a new chain is made. The next start of the registry, or `registry migrate`, adds all this again.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 9 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 9';
  END IF;
END $$;

LOCK TABLE tunix_runs; -- no run gets a name from here on
DO $$
BEGIN
  IF EXISTS (SELECT FROM tunix_runs WHERE name IS NOT NULL OR tags IS NOT NULL OR note IS NOT NULL) THEN
    RAISE EXCEPTION 'there are runs with a name, tags or a note, which version 8 cannot record';
  END IF;
END $$;

DROP TRIGGER index_tags ON tunix_runs;
DROP FUNCTION tunix_runs_index_tags();
DROP TABLE run_tags;
DROP INDEX tunix_runs_name;

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

ALTER TABLE tunix_runs
  DROP COLUMN name,
  DROP COLUMN tags,
  DROP COLUMN note;
DELETE FROM run_registry_schema_history WHERE version = '9';
