-- What a training was asked for is null for a command of the user's own, of which the registry knows none of it.
-- Null means one thing in each column:
--   output_dir, learning_rate, num_epochs, batch_size, max_seq_length
--                     null together, for a command of the user's own. Runs recorded before version 5 have values
--                     here also when their command never used them.
--   weight_decay, device
--                     null together, also for a training recorded before there were these columns.
--   reason            null while the run is active, and for what had ended before there was this column.

ALTER TABLE tunix_runs ALTER COLUMN output_dir DROP NOT NULL;
ALTER TABLE tunix_runs ALTER COLUMN learning_rate DROP NOT NULL;
ALTER TABLE tunix_runs ALTER COLUMN num_epochs DROP NOT NULL;
ALTER TABLE tunix_runs ALTER COLUMN batch_size DROP NOT NULL;
ALTER TABLE tunix_runs ALTER COLUMN max_seq_length DROP NOT NULL;
ALTER TABLE tunix_runs ADD COLUMN weight_decay double precision;
ALTER TABLE tunix_runs ADD COLUMN device varchar(16);
ALTER TABLE tunix_runs ADD COLUMN reason varchar(16);

CREATE INDEX tunix_runs_mode ON tunix_runs (mode, created_at, run_id);

-- One row: which database this is, wherever it moves. A copy has the same.
CREATE TABLE database_identity (
  one int NOT NULL PRIMARY KEY,
  database_id uuid NOT NULL
);

-- [jooq ignore start]
ALTER TABLE tunix_runs
  ADD CONSTRAINT training_is_whole CHECK (
    (output_dir IS NULL) = (learning_rate IS NULL) AND (num_epochs IS NULL) = (learning_rate IS NULL)
    AND (batch_size IS NULL) = (learning_rate IS NULL) AND (max_seq_length IS NULL) = (learning_rate IS NULL)
    AND (mode <> 'dry-run' OR learning_rate IS NOT NULL)),
  ADD CONSTRAINT weight_decay_in_range CHECK (
    weight_decay IS NULL OR (weight_decay >= 0 AND weight_decay <= 1 AND learning_rate IS NOT NULL)),
  ADD CONSTRAINT device_is_known CHECK (
    (device IS NULL) = (weight_decay IS NULL) AND device IN ('auto', 'cpu', 'cuda')),
  ADD CONSTRAINT reason_fits_ending CHECK (
    CASE reason
      WHEN 'exited' THEN status IN ('completed', 'failed') AND completed_at IS NOT NULL
                         AND CASE mode WHEN 'dry-run' THEN status = 'completed' ELSE exit_code IS NOT NULL END
      WHEN 'signaled' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NOT NULL AND exit_code > 128
      WHEN 'timed-out' THEN status = 'timeout'
      WHEN 'not-started' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL AND mode = 'local'
      WHEN 'rejected' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL
      WHEN 'lost' THEN status = 'failed' AND completed_at IS NULL
      ELSE reason IS NULL END);

COMMENT ON COLUMN tunix_runs.output_dir IS 'Where the training puts its results; null for a command of the user''s own';
COMMENT ON COLUMN tunix_runs.learning_rate IS 'Null for a command of the user''s own';
COMMENT ON COLUMN tunix_runs.num_epochs IS 'Null for a command of the user''s own';
COMMENT ON COLUMN tunix_runs.batch_size IS 'Null for a command of the user''s own';
COMMENT ON COLUMN tunix_runs.max_seq_length IS 'Null for a command of the user''s own';
COMMENT ON COLUMN tunix_runs.weight_decay IS 'Null for a command of the user''s own, and for runs recorded before version 5';
COMMENT ON COLUMN tunix_runs.device IS 'auto, cpu or cuda; null where weight_decay is';
COMMENT ON COLUMN tunix_runs.reason IS
  'Why it ended so: exited, signaled, timed-out, not-started, rejected, lost; null until the end, and for what had ended before version 5';

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

ALTER TABLE database_identity ADD CONSTRAINT there_is_one_row CHECK (one = 1);
INSERT INTO database_identity VALUES (1, gen_random_uuid());
COMMENT ON TABLE database_identity IS 'One row: which database this is, wherever it moves; a copy has the same';

CREATE FUNCTION database_identity_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the identity of the database never changes: % is refused', TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON database_identity
  FOR EACH STATEMENT EXECUTE FUNCTION database_identity_refuse_change();
-- [jooq ignore stop]
