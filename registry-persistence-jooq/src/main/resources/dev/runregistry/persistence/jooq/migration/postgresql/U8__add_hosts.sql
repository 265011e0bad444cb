-- Undoes V8: forgets the hosts and the homes of runs. Refused while there is a run that an engine ended, or a retirement
-- of a host: version 7 has no reason and no table for it, and a record is never changed to fit. By hand, in one
-- transaction:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file U8__add_hosts.sql "$DATABASE"
-- The next start of the registry, or `registry migrate`, adds all this again.

DO $$
BEGIN
  IF (SELECT coalesce(max(version::int), 0) FROM run_registry_schema_history WHERE version ~ '^[0-9]+$') <> 8 THEN
    RAISE EXCEPTION 'the newest version is undone first, and it is not 8';
  END IF;
END $$;

LOCK TABLE tunix_runs, host_retirements; -- no run is ended and no host is retired from here on
DO $$
BEGIN
  IF EXISTS (SELECT FROM tunix_runs WHERE reason IN ('node-failed', 'out-of-memory', 'ended-by-engine')) THEN
    RAISE EXCEPTION 'there are runs that an engine ended, which version 7 cannot record';
  END IF;
  IF EXISTS (SELECT FROM host_retirements) THEN
    RAISE EXCEPTION 'there are retirements of hosts, which version 7 cannot record';
  END IF;
END $$;

DROP TABLE run_homes;
DROP TABLE host_retirements;
DROP TABLE hosts;
DROP FUNCTION host_retirements_refuse_change();
DROP FUNCTION host_retirements_require_link();
DROP INDEX tunix_runs_host;

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
      WHEN 'lost' THEN status = 'failed' AND completed_at IS NULL
      ELSE reason IS NULL END);

COMMENT ON COLUMN tunix_runs.reason IS
  'Why it ended so: exited, signaled, timed-out, cancelled, not-started, rejected, lost; null until the end, and for what had ended before version 5';
COMMENT ON TABLE run_chain IS 'One row a finished run: its digest, chained; only ever appended to';
DELETE FROM run_registry_schema_history WHERE version = '8';
