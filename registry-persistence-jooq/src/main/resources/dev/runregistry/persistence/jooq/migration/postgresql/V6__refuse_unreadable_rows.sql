-- What no registry could read is no longer stored, refusals give their true reason, and the triggers find their tables
-- whatever the search path.
--
--   command, environment   consist of texts; before, only the first word of a command was looked at. Rows that are there
--                          already stay as they are: lists leave them out, and `registry verify` names them.
--   run_chain              takes a link that is given whole, as a dump has it, if it is the next one; before, it got
--                          another number, time and digest without a word.
--   functions              look for tables in the schema of tunix_runs only: a dump is restored with an empty search
--                          path, and a temporary table cannot take the place of the chain.

-- [jooq ignore start]
ALTER TABLE tunix_runs
  ADD CONSTRAINT command_words_are_texts CHECK (
    NOT jsonb_path_exists(command::jsonb, 'strict $[*] ? (@.type() <> "string")', '{}', true)) NOT VALID,
  -- without its texts; jsonb would forget the first of two values of one name
  ADD CONSTRAINT environment_values_are_texts CHECK (
    regexp_replace(environment, '"(\\.|[^"\\])*"', '', 'g') ~ '^\s*\{[\s:,]*\}\s*$') NOT VALID;

-- Who inserts says run_id, form, run_digest and sealed, and the rest is made here; or says all, and it has to fit. One
-- transaction at a time can append, and the lock is held until its commit: it is taken as late as can be, after the runs
-- themselves have been written.
CREATE OR REPLACE FUNCTION run_chain_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last run_chain%ROWTYPE;
  whole boolean := NEW.link_number IS NOT NULL;
  digest bytea;
BEGIN
  PERFORM pg_advisory_xact_lock(8391172637184421); -- any number, but always this one
  SELECT * INTO last FROM run_chain ORDER BY link_number DESC LIMIT 1; -- sees what was committed before the lock was had
  last.link_number := coalesce(last.link_number, 0);
  last.link_digest := coalesce(last.link_digest, decode(repeat('00', 32), 'hex'));
  IF NOT whole THEN
    NEW.link_number := last.link_number + 1;
    NEW.previous_digest := last.link_digest;
    NEW.recorded_at := clock_timestamp();
  ELSIF NEW.link_number <> last.link_number + 1 OR NEW.previous_digest IS DISTINCT FROM last.link_digest THEN
    RAISE EXCEPTION 'the chain of runs is only ever appended to: link % does not follow link %',
      NEW.link_number, last.link_number USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  digest := sha256(
    convert_to('run-registry link 1' || chr(10), 'UTF8') || NEW.previous_digest || uuid_send(NEW.run_id)
    || int4send(NEW.form) || NEW.run_digest || int8send((extract(epoch FROM NEW.recorded_at) * 1000000)::bigint)
    || CASE WHEN NEW.sealed THEN '\x01'::bytea ELSE '\x00'::bytea END);
  IF whole AND NEW.link_digest IS DISTINCT FROM digest THEN
    RAISE EXCEPTION 'the digest of link % is not that of its fields', NEW.link_number
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  NEW.link_digest := digest;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION tunix_runs_require_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM run_chain WHERE run_id = NEW.run_id) THEN
    -- an older version of the registry keeps the run on its host then, and a newer one records it
    RAISE EXCEPTION 'run % cannot be % as % without a link in run_chain, which only the registry makes',
      NEW.run_id, CASE TG_OP WHEN 'INSERT' THEN 'inserted' ELSE 'recorded' END, NEW.status
      USING ERRCODE = 'object_not_in_prerequisite_state',
        HINT = 'A registry that knows no version 4 of the tables makes none: use a newer one.';
  END IF;
  RETURN NULL;
END $$;

DO $$
DECLARE
  place text := (
    SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = 'tunix_runs'::regclass);
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tunix_runs_refuse_removal', 'tunix_runs_refuse_rewriting', 'tunix_runs_require_link',
      'run_chain_append', 'run_chain_refuse_change', 'database_identity_refuse_change'] LOOP
    EXECUTE format('ALTER FUNCTION %I.%I() SET search_path = %I, pg_temp', place, name, place);
  END LOOP;
END $$;
-- [jooq ignore stop]
