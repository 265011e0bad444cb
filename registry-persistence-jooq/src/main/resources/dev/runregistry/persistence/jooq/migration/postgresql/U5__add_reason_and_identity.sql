-- Undoes V5: forgets why runs ended, their weight decay and device, and which database this is. A command of the
-- user's own gets the training of the defaults again, which it never had. By hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U5__add_reason_and_identity.sql "$DATABASE"
-- The chain keeps the digests of runs as version 5 recorded them, which an older version does not know: undo V4
-- too, so that a new chain is made. The next start of the registry, or `registry migrate`, adds all this again.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 5 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 5';
  END IF;
END $$;

DROP TABLE database_identity;
DROP FUNCTION database_identity_refuse_change();

ALTER TABLE tunix_runs DISABLE TRIGGER USER;
UPDATE tunix_runs
  SET output_dir = './output/tunix_run_' || left(run_id::text, 8), learning_rate = 2e-5, num_epochs = 3,
    batch_size = 8, max_seq_length = 2048
  WHERE learning_rate IS NULL;
ALTER TABLE tunix_runs ENABLE TRIGGER USER;

DROP INDEX tunix_runs_mode;
ALTER TABLE tunix_runs
  DROP CONSTRAINT training_is_whole, DROP CONSTRAINT weight_decay_in_range, DROP CONSTRAINT device_is_known,
  DROP CONSTRAINT reason_fits_ending,
  ALTER COLUMN output_dir SET NOT NULL, ALTER COLUMN learning_rate SET NOT NULL, ALTER COLUMN num_epochs SET NOT NULL,
  ALTER COLUMN batch_size SET NOT NULL, ALTER COLUMN max_seq_length SET NOT NULL;

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

ALTER TABLE tunix_runs DROP COLUMN weight_decay, DROP COLUMN device, DROP COLUMN reason;
COMMENT ON COLUMN tunix_runs.output_dir IS NULL;
COMMENT ON COLUMN tunix_runs.learning_rate IS NULL;
COMMENT ON COLUMN tunix_runs.num_epochs IS NULL;
COMMENT ON COLUMN tunix_runs.batch_size IS NULL;
COMMENT ON COLUMN tunix_runs.max_seq_length IS NULL;
DELETE FROM run_registry_schema_history WHERE version = '5';
