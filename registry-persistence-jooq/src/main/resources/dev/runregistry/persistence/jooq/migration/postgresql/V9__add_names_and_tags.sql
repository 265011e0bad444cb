-- Runs can have a name, tags and a note, which their user gave them.
--
--   name               null for none; several runs may have the same.
--   tags               a JSON object of texts, ordered by key, without white space; null if there are none.
--   note               null for none; it may have several lines.
--   run_tags           one row a tag: the index by which lists find the runs with a tag. A trigger adds its rows, from the
--                      column tags; they are not part of the record, and are not in the chain.

ALTER TABLE tunix_runs ADD COLUMN name varchar(128);
ALTER TABLE tunix_runs ADD COLUMN tags text;
ALTER TABLE tunix_runs ADD COLUMN note varchar(4000);

CREATE TABLE run_tags (
  run_id uuid NOT NULL,
  tag_key varchar(64) NOT NULL,
  tag_value varchar(256) NOT NULL,
  created_at timestamp with time zone NOT NULL,

  PRIMARY KEY (run_id, tag_key)
);

CREATE INDEX run_tags_value ON run_tags (tag_key, tag_value, created_at, run_id);
CREATE INDEX run_tags_key ON run_tags (tag_key, created_at, run_id);

-- [jooq ignore start]
CREATE INDEX tunix_runs_name ON tunix_runs (name, created_at, run_id) WHERE name IS NOT NULL;

ALTER TABLE tunix_runs
  ADD CONSTRAINT name_is_named CHECK (name <> '' AND name !~ E'[\\u0001-\\u001F\\u007F-\\u009F]'),
  ADD CONSTRAINT tags_are_an_object CHECK (json_typeof(tags::json) = 'object' AND tags <> '{}'),
  -- without its texts; jsonb would forget the first of two values of one key
  ADD CONSTRAINT tag_values_are_texts CHECK (
    regexp_replace(tags, '"(\\.|[^"\\])*"', '', 'g') ~ '^\s*\{[\s:,]*\}\s*$'),
  ADD CONSTRAINT note_is_bounded CHECK (
    note <> '' AND note !~ E'[\\u0001-\\u0008\\u000B-\\u001F\\u007F-\\u009F]');

ALTER TABLE run_tags
  ADD CONSTRAINT tag_key_is_a_key CHECK (tag_key ~ '^[A-Za-z0-9][A-Za-z0-9._/-]*$'),
  ADD CONSTRAINT tag_value_is_bounded CHECK (tag_value !~ E'[\\u0001-\\u001F\\u007F-\\u009F]');

COMMENT ON COLUMN tunix_runs.name IS 'The name that its user gave the run; several runs may have the same';
COMMENT ON COLUMN tunix_runs.tags IS 'The tags of the run, a JSON object of texts ordered by key; null if there are none';
COMMENT ON COLUMN tunix_runs.note IS 'What its user wrote about the run';
COMMENT ON TABLE run_tags IS 'One row a tag of a run, by which lists find it; made from the column tags, not part of the record';

CREATE FUNCTION tunix_runs_index_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) > 32 OR count(DISTINCT key) < count(*) FROM json_each(NEW.tags::json)) THEN
    RAISE EXCEPTION 'run %: its tags are at most 32 texts with different keys', NEW.run_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  INSERT INTO run_tags (run_id, tag_key, tag_value, created_at)
    SELECT NEW.run_id, key, value, NEW.created_at FROM json_each_text(NEW.tags::json)
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

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
      NEW.parent_run_id, NEW.name, NEW.tags, NEW.note)
     IS DISTINCT FROM
     (OLD.run_id, OLD.dataset_key, OLD.model_id, OLD.mode, OLD.created_at, OLD.output_dir, OLD.learning_rate,
      OLD.weight_decay, OLD.num_epochs, OLD.batch_size, OLD.max_seq_length, OLD.device, OLD.command, OLD.time_limit_ms,
      OLD.parent_run_id, OLD.name, OLD.tags, OLD.note) THEN
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
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tunix_runs_refuse_rewriting', 'tunix_runs_index_tags'] LOOP
    EXECUTE format('ALTER FUNCTION %I.%I() SET search_path = %I, pg_temp', place, name, place);
  END LOOP;
END $$;

CREATE TRIGGER index_tags AFTER INSERT ON tunix_runs
  FOR EACH ROW WHEN (NEW.tags IS NOT NULL) EXECUTE FUNCTION tunix_runs_index_tags();
-- [jooq ignore stop]
