-- Runs can have a name, tags and a note, which their user gave them.
--
--   name               null for none; several runs may have the same.
--   tags               a JSON object of texts, ordered by key, without white space; null if there are none.
--   note               null for none; it may have several lines.
--   run_tags           one row a tag: the index by which lists find the runs with a tag. A trigger adds its rows, from the
--                      column tags; they are not part of the record, and are not in the chain.
--
-- No row is written, but all are read: to add a column to a STRICT table, SQLite checks every constraint of every row.

ALTER TABLE tunix_runs ADD COLUMN name TEXT
  CONSTRAINT name_is_named CHECK (
    name IS NULL OR (length(name) BETWEEN 1 AND 128 AND instr(name, char(0)) = 0
    AND name NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*')));
ALTER TABLE tunix_runs ADD COLUMN tags TEXT
  CONSTRAINT tags_are_an_object CHECK (
    tags IS NULL OR (json_valid(tags) AND json_type(tags) = 'object' AND tags <> '{}' AND instr(tags, char(0)) = 0));
ALTER TABLE tunix_runs ADD COLUMN note TEXT
  CONSTRAINT note_is_bounded CHECK (
    note IS NULL OR (length(note) BETWEEN 1 AND 4000 AND instr(note, char(0)) = 0
    AND note NOT GLOB ('*[' || char(1) || '-' || char(8) || char(11) || '-' || char(31) || char(127) || '-' || char(159) || ']*')));

CREATE INDEX tunix_runs_name ON tunix_runs (name, created_at, run_id) WHERE name IS NOT NULL;

CREATE TABLE run_tags (
  run_id TEXT NOT NULL,
  tag_key TEXT NOT NULL,
  tag_value TEXT NOT NULL,
  created_at TEXT NOT NULL,

  PRIMARY KEY (run_id, tag_key),
  CONSTRAINT tag_key_is_a_key CHECK (
    length(tag_key) BETWEEN 1 AND 64 AND instr(tag_key, char(0)) = 0
    AND tag_key GLOB '[A-Za-z0-9]*' AND tag_key NOT GLOB '*[^A-Za-z0-9._/-]*'),
  CONSTRAINT tag_value_is_bounded CHECK (
    length(tag_value) <= 256 AND instr(tag_value, char(0)) = 0
    AND tag_value NOT GLOB ('*[' || char(1) || '-' || char(31) || char(127) || '-' || char(159) || ']*'))
) STRICT, WITHOUT ROWID;

CREATE INDEX run_tags_value ON run_tags (tag_key, tag_value, created_at, run_id);
CREATE INDEX run_tags_key ON run_tags (tag_key, created_at, run_id);

-- After the CHECKs, so JSON is JSON. A run that replaces itself has its rows already.
CREATE TRIGGER tunix_runs_index_tags AFTER INSERT ON tunix_runs
WHEN NEW.tags IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'the tags of a run are at most 32 texts with different keys')
    WHERE EXISTS (SELECT 1 FROM json_each(NEW.tags) WHERE type <> 'text')
       OR (SELECT count(*) FROM json_each(NEW.tags)) > 32
       OR (SELECT count(DISTINCT key) FROM json_each(NEW.tags)) < (SELECT count(*) FROM json_each(NEW.tags))
       -- surrogates and NUL as escapes, which may be no characters; a pair of backslashes begins no escape
       OR replace(NEW.tags, '\\', '') GLOB '*\u[dD][89a-fA-F]*'
       OR replace(NEW.tags, '\\', '') GLOB '*\u0000*';
  INSERT INTO run_tags (run_id, tag_key, tag_value, created_at)
    SELECT NEW.run_id, key, value, NEW.created_at FROM json_each(NEW.tags) WHERE true
    ON CONFLICT DO NOTHING;
END;

DROP TRIGGER tunix_runs_refuse_rewriting;
DROP TRIGGER tunix_runs_refuse_replacing;

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
           NEW.device, NEW.command, NEW.time_limit_ms, NEW.parent_run_id, NEW.name, NEW.tags, NEW.note)
       IS NOT (OLD.rowid, OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir,
           OLD.learning_rate, OLD.weight_decay, OLD.num_epochs, OLD.batch_size, OLD.max_seq_length,
           OLD.device, OLD.command, OLD.time_limit_ms, OLD.parent_run_id, OLD.name, OLD.tags, OLD.note);
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
    FROM tunix_runs AS old WHERE run_id = NEW.run_id AND status IN ('completed', 'failed', 'timeout', 'cancelled');
  SELECT RAISE(ABORT, 'a run cannot make this move')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND NOT (old.status = 'pending' AND NEW.status IN ('running', 'failed', 'cancelled')
              OR old.status = 'running' AND NEW.status IN ('completed', 'failed', 'timeout', 'cancelled'));
  SELECT RAISE(ABORT, 'what was asked for never changes')
    FROM tunix_runs AS old WHERE run_id = NEW.run_id
     AND (NEW.dataset_key, NEW.model_id, NEW.mode, NEW.created_at, NEW.output_dir,
          NEW.learning_rate, NEW.weight_decay, NEW.num_epochs, NEW.batch_size, NEW.max_seq_length,
          NEW.device, NEW.command, NEW.time_limit_ms, NEW.parent_run_id, NEW.name, NEW.tags, NEW.note)
      IS NOT (old.dataset_key, old.model_id, old.mode, old.created_at, old.output_dir,
          old.learning_rate, old.weight_decay, old.num_epochs, old.batch_size, old.max_seq_length,
          old.device, old.command, old.time_limit_ms, old.parent_run_id, old.name, old.tags, old.note);
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
