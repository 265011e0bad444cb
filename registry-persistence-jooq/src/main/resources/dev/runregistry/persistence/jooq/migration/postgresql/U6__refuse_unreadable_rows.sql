-- Undoes V6: rows that no registry could read can be stored again, and a dump is restored without triggers only. No row
-- changes. By hand, in one transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U6__refuse_unreadable_rows.sql "$DATABASE"
-- The next start of the registry, or `registry migrate`, adds all this again.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 6 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 6';
  END IF;
END $$;

ALTER TABLE tunix_runs
  DROP CONSTRAINT command_words_are_texts, DROP CONSTRAINT environment_values_are_texts;

ALTER FUNCTION tunix_runs_refuse_removal() RESET search_path;
ALTER FUNCTION tunix_runs_refuse_rewriting() RESET search_path;
ALTER FUNCTION run_chain_refuse_change() RESET search_path;
ALTER FUNCTION database_identity_refuse_change() RESET search_path;

-- As V4 made them; that takes away the search path, too.
CREATE OR REPLACE FUNCTION run_chain_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last run_chain%ROWTYPE;
BEGIN
  PERFORM pg_advisory_xact_lock(8391172637184421); -- any number, but always this one
  SELECT * INTO last FROM run_chain ORDER BY link_number DESC LIMIT 1; -- sees what was committed before the lock was had
  NEW.link_number := coalesce(last.link_number, 0) + 1;
  NEW.previous_digest := coalesce(last.link_digest, decode(repeat('00', 32), 'hex'));
  NEW.recorded_at := clock_timestamp();
  NEW.link_digest := sha256(
    convert_to('run-registry link 1' || chr(10), 'UTF8') || NEW.previous_digest || uuid_send(NEW.run_id)
    || int4send(NEW.form) || NEW.run_digest || int8send((extract(epoch FROM NEW.recorded_at) * 1000000)::bigint)
    || CASE WHEN NEW.sealed THEN '\x01'::bytea ELSE '\x00'::bytea END);
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION tunix_runs_require_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM run_chain WHERE run_id = NEW.run_id) THEN
    -- an older version of the registry keeps the run on its host then, and a newer one records it
    RAISE EXCEPTION 'run % cannot end without a link in run_chain, which needs a newer version of the registry', NEW.run_id
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$;

DELETE FROM run_registry_schema_history WHERE version = '6';
