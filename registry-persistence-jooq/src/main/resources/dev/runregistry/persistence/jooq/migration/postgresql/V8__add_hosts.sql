-- Runs can be ended by an engine, and the hosts of the runs are known.
--
--   reason             'node-failed', 'out-of-memory', 'ended-by-engine': the engine that had the run, such as Slurm,
--                      ended it; exit_code is null then, completed_at and duration_seconds are set.
--   hosts              one row for each home: the directory in which a registry keeps its runs. Its registry updates
--                      last_seen every ten seconds, by the clock of the database. Not part of the record of runs.
--   host_retirements   the statements that a host is gone for good: part of the record, so a row never changes and has
--                      a link in run_chain, with its retirement_id in run_id. The form 1001 of that link is the way in
--                      which a retirement is written to take its digest.
--   run_homes          the home that has a run, for runs whose record does not say so: runs that wait, and the runs of
--                      an engine, which another home may take over. Not part of the record of runs.

CREATE TABLE hosts (
  home_id uuid NOT NULL PRIMARY KEY,
  host varchar(255) NOT NULL,
  registry_version varchar(64) NOT NULL,
  last_seen timestamp with time zone NOT NULL
);

CREATE TABLE host_retirements (
  retirement_id uuid NOT NULL PRIMARY KEY,
  host varchar(255) NOT NULL,
  user_name varchar(256) NOT NULL,
  retired_at timestamp with time zone NOT NULL,
  reason varchar(500) NOT NULL
);

CREATE TABLE run_homes (
  run_id uuid NOT NULL PRIMARY KEY,
  home_id uuid NOT NULL,
  executor varchar(64)
);

CREATE INDEX tunix_runs_host ON tunix_runs (host, created_at, run_id);
CREATE INDEX hosts_host ON hosts (host, last_seen);
CREATE INDEX host_retirements_host ON host_retirements (host, retired_at);
CREATE INDEX run_homes_home ON run_homes (home_id);

-- [jooq ignore start]
ALTER TABLE tunix_runs
  DROP CONSTRAINT reason_fits_ending,
  ADD CONSTRAINT reason_fits_ending CHECK (
    CASE reason
      WHEN 'exited' THEN status IN ('completed', 'failed') AND completed_at IS NOT NULL
                         AND CASE mode WHEN 'dry-run' THEN status = 'completed' ELSE exit_code IS NOT NULL END
      WHEN 'signaled' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NOT NULL AND exit_code > 128
      WHEN 'timed-out' THEN status = 'timeout'
      WHEN 'cancelled' THEN status = 'cancelled'
      WHEN 'not-started' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL AND mode = 'local'
      WHEN 'rejected' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL
      WHEN 'node-failed' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL AND mode = 'local'
      WHEN 'out-of-memory' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL AND mode = 'local'
      WHEN 'ended-by-engine' THEN status = 'failed' AND completed_at IS NOT NULL AND exit_code IS NULL AND mode = 'local'
      WHEN 'lost' THEN status = 'failed' AND completed_at IS NULL
      ELSE reason IS NULL END);

ALTER TABLE hosts
  ADD CONSTRAINT host_is_named CHECK (host <> ''),
  ADD CONSTRAINT registry_version_is_named CHECK (registry_version <> ''),
  ADD CONSTRAINT last_seen_is_of_this_era CHECK (
    last_seen >= '1970-01-01 00:00:00+00' AND last_seen <= '9999-12-31 23:59:59.999999+00');

ALTER TABLE host_retirements
  ADD CONSTRAINT host_is_named CHECK (host <> ''),
  ADD CONSTRAINT user_name_is_named CHECK (user_name <> ''),
  ADD CONSTRAINT reason_is_given CHECK (reason <> ''),
  ADD CONSTRAINT retired_at_is_of_this_era CHECK (
    retired_at >= '1970-01-01 00:00:00+00' AND retired_at <= '9999-12-31 23:59:59.999999+00');

ALTER TABLE run_homes
  ADD CONSTRAINT executor_is_named CHECK (executor <> '');

COMMENT ON COLUMN tunix_runs.reason IS
  'Why it ended so: exited, signaled, timed-out, cancelled, not-started, rejected, node-failed, out-of-memory, ended-by-engine, lost; null until the end, and for what had ended before version 5';
COMMENT ON TABLE hosts IS 'One row a home: the host it is on, and when its registry was last seen; not part of the record';
COMMENT ON TABLE host_retirements IS 'The statements that a host is gone for good, each with a link in run_chain; only ever added to';
COMMENT ON TABLE run_homes IS 'The home that has a run, where the record does not say so; not part of the record';
COMMENT ON TABLE run_chain IS 'One row a finished run or a retirement of a host: its digest, chained; only ever appended to';

CREATE FUNCTION host_retirements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the retirement of a host is an audit record: % is refused', TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION host_retirements_require_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM run_chain WHERE run_id = NEW.retirement_id) THEN
    RAISE EXCEPTION 'the retirement of host % cannot be recorded without a link in run_chain, which only the registry makes',
      NEW.host USING ERRCODE = 'object_not_in_prerequisite_state';
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
  FOREACH name IN ARRAY ARRAY['host_retirements_refuse_change', 'host_retirements_require_link'] LOOP
    EXECUTE format('ALTER FUNCTION %I.%I() SET search_path = %I, pg_temp', place, name, place);
  END LOOP;
END $$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON host_retirements
  FOR EACH STATEMENT EXECUTE FUNCTION host_retirements_refuse_change();
CREATE CONSTRAINT TRIGGER require_link AFTER INSERT ON host_retirements
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION host_retirements_require_link();
-- [jooq ignore stop]
