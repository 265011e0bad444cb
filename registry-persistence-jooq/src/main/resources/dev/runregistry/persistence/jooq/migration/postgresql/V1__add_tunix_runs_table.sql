-- The record of runs: one row a run, inserted when it starts, changed once when it ends, then never again.
--
-- Null means one thing in each column (locked decision 5):
--   exit_code         null for every dry-run, for every timeout, for what could not be started or was lost,
--                     and until the end. Else 0 to 255; 128 + s when signal s ended the process.
--   completed_at      null only when the process never completed: pending, running, or lost in a crash
--                     (failed without a time of completion).
--   duration_seconds  completed_at - started_at; set whenever completed_at is, null whenever it is.
--   executor          null for a dry-run, and while nothing has taken the run up.
--   external_id       null where the executor's engine has no name of its own for the run.
--   command           null for a dry-run, where nothing is started.
--   time_limit_ms     null when the run may take as long as it likes.

CREATE TABLE tunix_runs (
  run_id uuid NOT NULL PRIMARY KEY,
  dataset_key varchar(256) NOT NULL,
  model_id varchar(256) NOT NULL,
  mode varchar(16) NOT NULL,
  status varchar(16) NOT NULL,
  executor varchar(64),
  external_id varchar(256),
  exit_code int,
  created_at timestamp with time zone NOT NULL,
  started_at timestamp with time zone NOT NULL,
  completed_at timestamp with time zone,
  duration_seconds double precision,
  message text NOT NULL,
  output_dir varchar(512) NOT NULL,
  learning_rate double precision NOT NULL,
  num_epochs int NOT NULL,
  batch_size int NOT NULL,
  max_seq_length int NOT NULL,
  command text,
  time_limit_ms bigint,
  stdout text NOT NULL,
  stderr text NOT NULL
);

-- Every filter of the list, in the order of the list; read backwards.
CREATE INDEX tunix_runs_created_at ON tunix_runs (created_at, run_id);
CREATE INDEX tunix_runs_dataset_key ON tunix_runs (dataset_key, created_at, run_id);
CREATE INDEX tunix_runs_status ON tunix_runs (status, created_at, run_id);

-- [jooq ignore start]
ALTER TABLE tunix_runs
  ADD CONSTRAINT mode_is_known CHECK (mode IN ('dry-run', 'local')),
  ADD CONSTRAINT status_is_known CHECK (status IN ('pending', 'running', 'completed', 'failed', 'timeout')),
  ADD CONSTRAINT dry_run_has_no_timeout CHECK (mode <> 'dry-run' OR status <> 'timeout'),

  ADD CONSTRAINT times_are_of_this_era CHECK (
    created_at >= '1970-01-01 00:00:00+00' AND started_at <= '9999-12-31 23:59:59.999999+00'
    AND (completed_at IS NULL OR completed_at <= '9999-12-31 23:59:59.999999+00')),
  ADD CONSTRAINT starts_after_creation CHECK (started_at >= created_at),
  ADD CONSTRAINT completes_after_start CHECK (completed_at >= started_at),
  -- only a run that failed can have ended without a time: nobody saw it end
  ADD CONSTRAINT completed_at_fits_status CHECK (
    CASE status WHEN 'failed' THEN true
                ELSE (status IN ('completed', 'timeout')) = (completed_at IS NOT NULL) END),
  ADD CONSTRAINT duration_fits_times CHECK (
    (duration_seconds IS NULL) = (completed_at IS NULL)
    AND abs(duration_seconds - extract(epoch FROM completed_at - started_at)) < 0.0001),
  ADD CONSTRAINT exit_code_fits_ending CHECK (
    CASE WHEN mode = 'dry-run' OR completed_at IS NULL OR status = 'timeout' THEN exit_code IS NULL
         WHEN status = 'completed' THEN exit_code IS NOT NULL AND exit_code = 0
         ELSE exit_code IS NULL OR exit_code BETWEEN 1 AND 255 END),

  ADD CONSTRAINT executor_fits_mode CHECK (
    CASE WHEN mode = 'dry-run' OR status = 'pending' THEN executor IS NULL
         ELSE executor IS NOT NULL OR status = 'failed' END),
  ADD CONSTRAINT executor_is_named CHECK (executor <> ''),
  ADD CONSTRAINT external_id_has_executor CHECK (
    external_id IS NULL OR (external_id <> '' AND executor IS NOT NULL)),

  ADD CONSTRAINT dataset_key_is_one_path_segment CHECK (
    octet_length(dataset_key) BETWEEN 1 AND 255 AND dataset_key NOT IN ('.', '..')
    AND dataset_key !~ E'[/\\\\\\u0001-\\u001F\\u007F-\\u009F]'),
  ADD CONSTRAINT model_id_is_named CHECK (model_id <> ''),
  ADD CONSTRAINT output_dir_is_named CHECK (output_dir <> ''),
  ADD CONSTRAINT learning_rate_in_range CHECK (learning_rate > 0 AND learning_rate <= 1),
  ADD CONSTRAINT num_epochs_in_range CHECK (num_epochs BETWEEN 1 AND 100),
  ADD CONSTRAINT batch_size_in_range CHECK (batch_size BETWEEN 1 AND 512),
  ADD CONSTRAINT max_seq_length_in_range CHECK (max_seq_length BETWEEN 128 AND 32768),
  ADD CONSTRAINT command_fits_mode CHECK ((command IS NULL) = (mode = 'dry-run')),
  ADD CONSTRAINT command_is_argument_vector CHECK (
    command IS NULL OR (json_typeof(command::json) = 'array'
    AND coalesce(json_typeof(command::json -> 0), '') = 'string' AND command::json ->> 0 <> '')),
  ADD CONSTRAINT time_limit_is_positive CHECK (time_limit_ms >= 1),

  ADD CONSTRAINT message_is_short CHECK (char_length(message) BETWEEN 1 AND 1000),
  ADD CONSTRAINT output_comes_at_the_end CHECK (
    status IN ('completed', 'failed', 'timeout') OR (stdout = '' AND stderr = '')),
  -- 10 240 bytes of a stream and the notice that there was more
  ADD CONSTRAINT output_is_bounded CHECK (octet_length(stdout) <= 10368 AND octet_length(stderr) <= 10368);

COMMENT ON TABLE tunix_runs IS 'One row a run: inserted when it starts, changed once when it ends, then never again';
COMMENT ON COLUMN tunix_runs.exit_code IS 'Null for every dry-run, every timeout, what could not be started or was lost, and until the end; else 0 to 255, 128 + s when signal s ended the process';
COMMENT ON COLUMN tunix_runs.completed_at IS 'Null only when the process never completed: pending, running, or lost in a crash';
COMMENT ON COLUMN tunix_runs.duration_seconds IS 'completed_at - started_at; set whenever completed_at is';
COMMENT ON COLUMN tunix_runs.executor IS 'What carries it out, such as process; null for a dry-run, and while nothing has taken the run up';
COMMENT ON COLUMN tunix_runs.external_id IS 'The name that the executor''s engine has for the run; null where it has none';
COMMENT ON COLUMN tunix_runs.command IS 'The argument vector, a JSON array of texts; null for a dry-run, where nothing is started';
COMMENT ON COLUMN tunix_runs.time_limit_ms IS 'After how many milliseconds the run is ended; null when there is no limit';
COMMENT ON COLUMN tunix_runs.stdout IS 'The first 10 240 bytes in UTF-8, and a notice line where there was more; empty until the end';
COMMENT ON COLUMN tunix_runs.stderr IS 'The first 10 240 bytes in UTF-8, and a notice line where there was more; empty until the end';

-- What no program can do, whoever wrote it: take a run back, or change one that has ended.

CREATE FUNCTION tunix_runs_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'runs are an audit record: % is refused', TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION tunix_runs_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER refuse_delete BEFORE DELETE ON tunix_runs
  FOR EACH STATEMENT EXECUTE FUNCTION tunix_runs_refuse_removal();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON tunix_runs
  FOR EACH STATEMENT EXECUTE FUNCTION tunix_runs_refuse_removal();
CREATE TRIGGER refuse_rewriting BEFORE UPDATE ON tunix_runs
  FOR EACH ROW EXECUTE FUNCTION tunix_runs_refuse_rewriting();
-- [jooq ignore stop]
