-- Where a run comes from. Noted when it starts, but for the two columns about git, which may become known until
-- its end. Null means one thing in each column:
--   host, working_dir, registry_version, environment
--                     null together, for a run that was recorded before there were these columns.
--   user_name         null also where the host has no name for the user.
--   git_commit        null also where there was no repository, or it could not be read.
--   git_dirty         null also without a commit, for a dry-run, and where git did not answer in time.
-- The column command, from now on, has obvious secrets masked by ***.

ALTER TABLE tunix_runs ADD COLUMN host varchar(255);
ALTER TABLE tunix_runs ADD COLUMN user_name varchar(255);
ALTER TABLE tunix_runs ADD COLUMN working_dir varchar(4096);
ALTER TABLE tunix_runs ADD COLUMN registry_version varchar(64);
ALTER TABLE tunix_runs ADD COLUMN git_commit varchar(64);
ALTER TABLE tunix_runs ADD COLUMN git_dirty boolean;
ALTER TABLE tunix_runs ADD COLUMN environment text;

-- [jooq ignore start]
ALTER TABLE tunix_runs
  ADD CONSTRAINT host_is_named CHECK (host <> ''),
  ADD CONSTRAINT user_name_is_named CHECK (user_name IS NULL OR (user_name <> '' AND host IS NOT NULL)),
  ADD CONSTRAINT working_dir_is_named CHECK ((working_dir IS NULL) = (host IS NULL) AND working_dir <> ''),
  ADD CONSTRAINT registry_version_is_named CHECK (
    (registry_version IS NULL) = (host IS NULL) AND registry_version <> ''),
  ADD CONSTRAINT git_commit_is_hash CHECK (
    git_commit IS NULL OR (git_commit ~ '^[0-9a-f]{40}([0-9a-f]{24})?$' AND host IS NOT NULL)),
  ADD CONSTRAINT git_dirty_has_commit CHECK (git_dirty IS NULL OR git_commit IS NOT NULL),
  ADD CONSTRAINT environment_is_object CHECK (
    (environment IS NULL) = (host IS NULL) AND json_typeof(environment::json) = 'object');

COMMENT ON COLUMN tunix_runs.host IS 'The host that the registry ran on; null for runs recorded before version 3';
COMMENT ON COLUMN tunix_runs.user_name IS 'Who the registry ran as; null where the host has no name for them';
COMMENT ON COLUMN tunix_runs.working_dir IS 'Where the command was started';
COMMENT ON COLUMN tunix_runs.registry_version IS 'The version of the registry that recorded the run';
COMMENT ON COLUMN tunix_runs.git_commit IS 'What was checked out in working_dir at the start; null without a repository';
COMMENT ON COLUMN tunix_runs.git_dirty IS 'Whether tracked files differed from the commit; null when git did not say';
COMMENT ON COLUMN tunix_runs.environment IS 'Variables that are allowed to be recorded, a JSON object of texts';
COMMENT ON COLUMN tunix_runs.command IS
  'The argument vector, a JSON array of texts, obvious secrets masked; null for a dry-run, where nothing is started';

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
-- [jooq ignore stop]
