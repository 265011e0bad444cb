-- Undoes V8: forgets the hosts and the homes of runs. Refused while there is a run that an engine ended, or a retirement
-- of a host: version 7 has no reason and no table for it, and a record is never changed to fit. By hand, in one
-- transaction:
--   sqlite3 -bail registry.db 'BEGIN IMMEDIATE' '.read U8__add_hosts.sql' COMMIT
-- The next start of the registry, or `registry migrate`, adds all this again.

CREATE TEMP TABLE undo_guard (
  version INTEGER CONSTRAINT "the newest version is undone first, and it is not 8" CHECK (version = 8));
INSERT INTO undo_guard SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM run_registry_schema_history;
DROP TABLE undo_guard;

CREATE TEMP TABLE undo_guard (
  runs INTEGER CONSTRAINT "there are runs that an engine ended, which version 7 cannot record" CHECK (runs = 0));
INSERT INTO undo_guard SELECT count(*) FROM tunix_runs WHERE reason IN ('node-failed', 'out-of-memory', 'ended-by-engine');
DROP TABLE undo_guard;

CREATE TEMP TABLE undo_guard (
  hosts INTEGER CONSTRAINT "there are retirements of hosts, which version 7 cannot record" CHECK (hosts = 0));
INSERT INTO undo_guard SELECT count(*) FROM host_retirements;
DROP TABLE undo_guard;

DROP TABLE run_homes;
DROP TABLE host_retirements;
DROP TABLE hosts;

-- Without the ALTER TABLE of V8: the shell may have an older SQLite.
CREATE TABLE tunix_runs_before_8 (
  run_id TEXT NOT NULL PRIMARY KEY,
  dataset_key TEXT NOT NULL,
  model_id TEXT NOT NULL,
  mode TEXT NOT NULL,
  status TEXT NOT NULL,
  executor TEXT,
  external_id TEXT,
  exit_code INTEGER,
  created_at TEXT NOT NULL,
  started_at TEXT NOT NULL,
  completed_at TEXT,
  duration_seconds REAL,
  message TEXT NOT NULL,
  output_dir TEXT,
  learning_rate REAL,
  num_epochs INTEGER,
  batch_size INTEGER,
  max_seq_length INTEGER,
  command TEXT,
  time_limit_ms INTEGER,
  stdout TEXT NOT NULL,
  stderr TEXT NOT NULL,

  CONSTRAINT run_id_is_canonical CHECK (
    length(run_id) = 36 AND run_id NOT GLOB '*[^0-9a-f-]*' AND run_id LIKE '________-____-____-____-____________'
    AND length(replace(run_id, '-', '')) = 32),
  CONSTRAINT mode_is_known CHECK (mode IN ('dry-run', 'local')),
  CONSTRAINT status_is_known CHECK (
    status IN ('pending', 'running', 'completed', 'failed', 'timeout', 'cancelled')),
  CONSTRAINT dry_run_has_no_timeout CHECK (mode <> 'dry-run' OR status <> 'timeout'),

  -- a time that julianday() understands, of one fixed shape, in the years 1970 to 9999
  CONSTRAINT created_at_is_a_time CHECK (
    created_at GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'
    AND julianday(created_at) IS NOT NULL),
  CONSTRAINT started_at_is_a_time CHECK (
    started_at GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'
    AND julianday(started_at) IS NOT NULL),
  CONSTRAINT completed_at_is_a_time CHECK (
    completed_at GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'
    AND (completed_at IS NULL OR julianday(completed_at) IS NOT NULL)),
  CONSTRAINT times_are_of_this_era CHECK (created_at >= '1970'),
  CONSTRAINT starts_after_creation CHECK (started_at >= created_at),
  CONSTRAINT completes_after_start CHECK (completed_at >= started_at),
  -- only a run that failed can have ended without a time: nobody saw it end
  CONSTRAINT completed_at_fits_status CHECK (
    CASE status WHEN 'failed' THEN true
                ELSE (status IN ('completed', 'timeout', 'cancelled')) = (completed_at IS NOT NULL) END),
  -- julianday() is exact to the millisecond only
  CONSTRAINT duration_fits_times CHECK (
    (duration_seconds IS NULL) = (completed_at IS NULL)
    AND abs(duration_seconds - (julianday(completed_at) - julianday(started_at)) * 86400) < 0.01),
  CONSTRAINT exit_code_fits_ending CHECK (
    CASE WHEN mode = 'dry-run' OR completed_at IS NULL OR status IN ('timeout', 'cancelled') THEN exit_code IS NULL
         WHEN status = 'completed' THEN exit_code IS NOT NULL AND exit_code = 0
         ELSE exit_code IS NULL OR exit_code BETWEEN 1 AND 255 END),

  CONSTRAINT executor_fits_mode CHECK (
    CASE WHEN mode = 'dry-run' OR status = 'pending' THEN executor IS NULL
         ELSE executor IS NOT NULL OR status IN ('failed', 'cancelled') END),
  CONSTRAINT executor_is_named CHECK (length(executor) BETWEEN 1 AND 64),
  CONSTRAINT external_id_has_executor CHECK (
    external_id IS NULL OR (length(external_id) BETWEEN 1 AND 256 AND executor IS NOT NULL)),

  CONSTRAINT dataset_key_is_one_path_segment CHECK (
    length(CAST(dataset_key AS BLOB)) BETWEEN 1 AND 255 AND dataset_key NOT IN ('.', '..')
    AND dataset_key NOT GLOB ('*[/\' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*')),
  CONSTRAINT model_id_is_named CHECK (length(model_id) BETWEEN 1 AND 256),
  CONSTRAINT output_dir_is_named CHECK (length(output_dir) BETWEEN 1 AND 512),
  CONSTRAINT learning_rate_in_range CHECK (learning_rate > 0 AND learning_rate <= 1),
  CONSTRAINT num_epochs_in_range CHECK (num_epochs BETWEEN 1 AND 100),
  CONSTRAINT batch_size_in_range CHECK (batch_size BETWEEN 1 AND 512),
  CONSTRAINT max_seq_length_in_range CHECK (max_seq_length BETWEEN 128 AND 32768),
  CONSTRAINT command_fits_mode CHECK ((command IS NULL) = (mode = 'dry-run')),
  CONSTRAINT command_is_argument_vector CHECK (
    command IS NULL OR (json_valid(command) AND json_type(command) = 'array'
    AND coalesce(json_type(command, '$[0]'), '') = 'text' AND json_extract(command, '$[0]') <> '')),
  CONSTRAINT time_limit_is_positive CHECK (time_limit_ms >= 1),

  CONSTRAINT message_is_short CHECK (length(message) BETWEEN 1 AND 1000),
  CONSTRAINT output_comes_at_the_end CHECK (
    status IN ('completed', 'failed', 'timeout', 'cancelled') OR (stdout = '' AND stderr = '')),
  -- 10 240 bytes of a stream and the notice that there was more
  CONSTRAINT output_is_bounded CHECK (
    length(CAST(stdout AS BLOB)) <= 10368 AND length(CAST(stderr AS BLOB)) <= 10368),
  -- PostgreSQL cannot hold NUL at all
  CONSTRAINT no_text_contains_nul CHECK (
    instr(run_id || dataset_key || model_id || message || coalesce(output_dir, '') || stdout || stderr
      || coalesce(executor, '') || coalesce(external_id, '') || coalesce(command, ''), char(0)) = 0),
  CONSTRAINT training_is_whole CHECK (
    (output_dir IS NULL) = (learning_rate IS NULL) AND (num_epochs IS NULL) = (learning_rate IS NULL)
    AND (batch_size IS NULL) = (learning_rate IS NULL) AND (max_seq_length IS NULL) = (learning_rate IS NULL)
    AND (mode <> 'dry-run' OR learning_rate IS NOT NULL))
) STRICT;

ALTER TABLE tunix_runs_before_8 ADD COLUMN host TEXT
  CONSTRAINT host_is_named CHECK (length(host) BETWEEN 1 AND 255);
ALTER TABLE tunix_runs_before_8 ADD COLUMN user_name TEXT
  CONSTRAINT user_name_is_named CHECK (
    user_name IS NULL OR (length(user_name) BETWEEN 1 AND 255 AND host IS NOT NULL));
ALTER TABLE tunix_runs_before_8 ADD COLUMN working_dir TEXT
  CONSTRAINT working_dir_is_named CHECK (
    (working_dir IS NULL) = (host IS NULL) AND length(working_dir) BETWEEN 1 AND 4096);
ALTER TABLE tunix_runs_before_8 ADD COLUMN registry_version TEXT
  CONSTRAINT registry_version_is_named CHECK (
    (registry_version IS NULL) = (host IS NULL) AND length(registry_version) BETWEEN 1 AND 64);
ALTER TABLE tunix_runs_before_8 ADD COLUMN git_commit TEXT
  CONSTRAINT git_commit_is_hash CHECK (
    git_commit IS NULL OR (length(git_commit) IN (40, 64) AND git_commit NOT GLOB '*[^0-9a-f]*' AND host IS NOT NULL));
ALTER TABLE tunix_runs_before_8 ADD COLUMN git_dirty INTEGER
  CONSTRAINT git_dirty_has_commit CHECK (
    git_dirty IS NULL OR (git_dirty IN (0, 1) AND git_commit IS NOT NULL));
ALTER TABLE tunix_runs_before_8 ADD COLUMN environment TEXT
  CONSTRAINT environment_is_object CHECK (
    (environment IS NULL) = (host IS NULL)
    AND (environment IS NULL OR (json_valid(environment) AND json_type(environment) = 'object')))
  -- PostgreSQL cannot hold NUL at all
  CONSTRAINT no_provenance_contains_nul CHECK (
    instr(coalesce(host, '') || coalesce(user_name, '') || coalesce(working_dir, '')
      || coalesce(registry_version, '') || coalesce(environment, ''), char(0)) = 0);
ALTER TABLE tunix_runs_before_8 ADD COLUMN weight_decay REAL
  CONSTRAINT weight_decay_in_range CHECK (
    weight_decay IS NULL OR (weight_decay >= 0 AND weight_decay <= 1 AND learning_rate IS NOT NULL));
ALTER TABLE tunix_runs_before_8 ADD COLUMN device TEXT
  CONSTRAINT device_is_known CHECK (
    (device IS NULL) = (weight_decay IS NULL) AND device IN ('auto', 'cpu', 'cuda'));
ALTER TABLE tunix_runs_before_8 ADD COLUMN reason TEXT
  CONSTRAINT reason_fits_ending CHECK (
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
ALTER TABLE tunix_runs_before_8 ADD COLUMN parent_run_id TEXT
  CONSTRAINT parent_run_id_is_canonical CHECK (
    parent_run_id IS NULL OR (
      length(parent_run_id) = 36 AND parent_run_id NOT GLOB '*[^0-9a-f-]*'
      AND parent_run_id LIKE '________-____-____-____-____________' AND length(replace(parent_run_id, '-', '')) = 32));

INSERT INTO tunix_runs_before_8 (
  rowid, run_id, dataset_key, model_id, mode, status, executor, external_id, exit_code, created_at, started_at,
  completed_at, duration_seconds, message, output_dir, learning_rate, num_epochs, batch_size, max_seq_length,
  command, time_limit_ms, stdout, stderr, host, user_name, working_dir, registry_version, git_commit, git_dirty,
  environment, weight_decay, device, reason, parent_run_id)
  SELECT
    rowid, run_id, dataset_key, model_id, mode, status, executor, external_id, exit_code, created_at, started_at,
    completed_at, duration_seconds, message, output_dir, learning_rate, num_epochs, batch_size, max_seq_length,
    command, time_limit_ms, stdout, stderr, host, user_name, working_dir, registry_version, git_commit, git_dirty,
    environment, weight_decay, device, reason, parent_run_id
  FROM tunix_runs;

DROP TABLE tunix_runs;
ALTER TABLE tunix_runs_before_8 RENAME TO tunix_runs;

CREATE INDEX tunix_runs_created_at ON tunix_runs (created_at, run_id);
CREATE INDEX tunix_runs_dataset_key ON tunix_runs (dataset_key, created_at, run_id);
CREATE INDEX tunix_runs_status ON tunix_runs (status, created_at, run_id);
CREATE INDEX tunix_runs_mode ON tunix_runs (mode, created_at, run_id);

CREATE TRIGGER tunix_runs_refuse_delete BEFORE DELETE ON tunix_runs
BEGIN
  SELECT RAISE(ABORT, 'runs are an audit record: DELETE is refused');
END;

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

CREATE TRIGGER tunix_runs_refuse_replacing_rowid BEFORE INSERT ON tunix_runs
WHEN EXISTS (SELECT 1 FROM tunix_runs WHERE rowid = NEW.rowid)
BEGIN
  SELECT RAISE(ABORT, 'a run cannot take the place of another');
END;

CREATE TRIGGER tunix_runs_refuse_rowid AFTER INSERT ON tunix_runs
WHEN NEW.rowid < 1
BEGIN
  SELECT RAISE(ABORT, 'a run cannot take that rowid');
END;

CREATE TRIGGER tunix_runs_refuse_unreadable_insert AFTER INSERT ON tunix_runs
BEGIN
  SELECT RAISE(ABORT, 'a run cannot have a time that does not exist')
    FROM (SELECT NEW.created_at AS time UNION ALL SELECT NEW.started_at UNION ALL SELECT NEW.completed_at)
    WHERE date(substr(time, 1, 10), '+0 days') IS NOT substr(time, 1, 10) OR substr(time, 12, 2) > '23';
  SELECT RAISE(ABORT, 'the command of a run has only texts')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.command) WHERE type <> 'text')
       -- surrogates and NUL as escapes, which may be no characters; a pair of backslashes begins no escape
       OR replace(NEW.command, '\\', '') GLOB '*\u[dD][89a-fA-F]*'
       OR replace(NEW.command, '\\', '') GLOB '*\u0000*';
  SELECT RAISE(ABORT, 'the environment of a run has only texts')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.environment) WHERE type <> 'text');
END;

CREATE TRIGGER tunix_runs_refuse_unreadable_update AFTER UPDATE ON tunix_runs
BEGIN
  SELECT RAISE(ABORT, 'a run cannot have a time that does not exist')
    FROM (SELECT NEW.created_at AS time UNION ALL SELECT NEW.started_at UNION ALL SELECT NEW.completed_at)
    WHERE date(substr(time, 1, 10), '+0 days') IS NOT substr(time, 1, 10) OR substr(time, 12, 2) > '23';
  SELECT RAISE(ABORT, 'the command of a run has only texts')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.command) WHERE type <> 'text')
       OR replace(NEW.command, '\\', '') GLOB '*\u[dD][89a-fA-F]*'
       OR replace(NEW.command, '\\', '') GLOB '*\u0000*';
  SELECT RAISE(ABORT, 'the environment of a run has only texts')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.environment) WHERE type <> 'text');
END;

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

DELETE FROM run_registry_schema_history WHERE version = '8';
