-- Where a run comes from. Noted when it starts, but for the two columns about git, which may become known until
-- its end. Null means one thing in each column:
--   host, working_dir, registry_version, environment
--                     null together, for a run that was recorded before there were these columns.
--   user_name         null also where the host has no name for the user.
--   git_commit        null also where there was no repository, or it could not be read.
--   git_dirty         null also without a commit, for a dry-run, and where git did not answer in time.
-- The column command, from now on, has obvious secrets masked by ***.

ALTER TABLE tunix_runs ADD COLUMN host TEXT
  CONSTRAINT host_is_named CHECK (length(host) BETWEEN 1 AND 255);
ALTER TABLE tunix_runs ADD COLUMN user_name TEXT
  CONSTRAINT user_name_is_named CHECK (
    user_name IS NULL OR (length(user_name) BETWEEN 1 AND 255 AND host IS NOT NULL));
ALTER TABLE tunix_runs ADD COLUMN working_dir TEXT
  CONSTRAINT working_dir_is_named CHECK (
    (working_dir IS NULL) = (host IS NULL) AND length(working_dir) BETWEEN 1 AND 4096);
ALTER TABLE tunix_runs ADD COLUMN registry_version TEXT
  CONSTRAINT registry_version_is_named CHECK (
    (registry_version IS NULL) = (host IS NULL) AND length(registry_version) BETWEEN 1 AND 64);
ALTER TABLE tunix_runs ADD COLUMN git_commit TEXT
  CONSTRAINT git_commit_is_hash CHECK (
    git_commit IS NULL OR (length(git_commit) IN (40, 64) AND git_commit NOT GLOB '*[^0-9a-f]*' AND host IS NOT NULL));
ALTER TABLE tunix_runs ADD COLUMN git_dirty INTEGER
  CONSTRAINT git_dirty_has_commit CHECK (
    git_dirty IS NULL OR (git_dirty IN (0, 1) AND git_commit IS NOT NULL));
ALTER TABLE tunix_runs ADD COLUMN environment TEXT
  CONSTRAINT environment_is_object CHECK (
    (environment IS NULL) = (host IS NULL)
    AND (environment IS NULL OR (json_valid(environment) AND json_type(environment) = 'object')))
  -- PostgreSQL cannot hold NUL at all
  CONSTRAINT no_provenance_contains_nul CHECK (
    instr(coalesce(host, '') || coalesce(user_name, '') || coalesce(working_dir, '')
      || coalesce(registry_version, '') || coalesce(environment, ''), char(0)) = 0);

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
           NEW.learning_rate, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length, NEW.command, NEW.time_limit_ms)
       IS NOT (OLD.rowid, OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir,
           OLD.learning_rate, OLD.num_epochs, OLD.batch_size, OLD.max_seq_length, OLD.command, OLD.time_limit_ms);
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
          NEW.learning_rate, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length, NEW.command, NEW.time_limit_ms)
      IS NOT (old.dataset_key, old.model_id, old.mode, old.created_at, old.output_dir,
          old.learning_rate, old.num_epochs, old.batch_size, old.max_seq_length, old.command, old.time_limit_ms);
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
