-- Runs can be ended by an engine, and the hosts of the runs are known.
--
--   reason             'node-failed', 'out-of-memory', 'ended-by-engine': the engine that had the run, such as Slurm,
--                      ended it; exit_code is null then, completed_at and duration_seconds are set.
--   hosts              one row for each home: the directory in which a registry keeps its runs. Its registry updates
--                      last_seen every ten seconds. Not part of the record of runs.
--   host_retirements   the statements that a host is gone for good: part of the record, so a row never changes and has
--                      a link in run_chain, with its retirement_id in run_id. The form 1001 of that link is the way in
--                      which a retirement is written to take its digest.
--   run_homes          the home that has a run, for runs whose record does not say so: runs that wait, and the runs of
--                      an engine, which another home may take over. Not part of the record of runs.
--
-- No row is written: SQLite 3.53 and newer changes constraints in the schema alone.

ALTER TABLE tunix_runs DROP CONSTRAINT reason_fits_ending;
ALTER TABLE tunix_runs ADD CONSTRAINT reason_fits_ending CHECK (
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

CREATE INDEX tunix_runs_host ON tunix_runs (host, created_at, run_id);

CREATE TABLE hosts (
  home_id TEXT NOT NULL PRIMARY KEY,
  host TEXT NOT NULL,
  registry_version TEXT NOT NULL,
  last_seen TEXT NOT NULL,

  CONSTRAINT home_id_is_canonical CHECK (
    length(home_id) = 36 AND home_id NOT GLOB '*[^0-9a-f-]*' AND home_id LIKE '________-____-____-____-____________'
    AND length(replace(home_id, '-', '')) = 32),
  CONSTRAINT host_is_named CHECK (length(host) BETWEEN 1 AND 255 AND instr(host, char(0)) = 0),
  CONSTRAINT registry_version_is_named CHECK (
    length(registry_version) BETWEEN 1 AND 64 AND instr(registry_version, char(0)) = 0),
  CONSTRAINT last_seen_is_a_time CHECK (
    last_seen GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'
    AND last_seen >= '1970' AND date(substr(last_seen, 1, 10), '+0 days') IS substr(last_seen, 1, 10)
    AND substr(last_seen, 12, 2) <= '23')
) STRICT;

CREATE TABLE host_retirements (
  retirement_id TEXT NOT NULL PRIMARY KEY,
  host TEXT NOT NULL,
  user_name TEXT NOT NULL,
  retired_at TEXT NOT NULL,
  reason TEXT NOT NULL,

  CONSTRAINT retirement_id_is_canonical CHECK (
    length(retirement_id) = 36 AND retirement_id NOT GLOB '*[^0-9a-f-]*'
    AND retirement_id LIKE '________-____-____-____-____________' AND length(replace(retirement_id, '-', '')) = 32),
  CONSTRAINT host_is_named CHECK (length(host) BETWEEN 1 AND 255 AND instr(host, char(0)) = 0),
  CONSTRAINT user_name_is_named CHECK (length(user_name) BETWEEN 1 AND 256 AND instr(user_name, char(0)) = 0),
  CONSTRAINT reason_is_given CHECK (length(reason) BETWEEN 1 AND 500 AND instr(reason, char(0)) = 0),
  CONSTRAINT retired_at_is_a_time CHECK (
    retired_at GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'
    AND retired_at >= '1970' AND date(substr(retired_at, 1, 10), '+0 days') IS substr(retired_at, 1, 10)
    AND substr(retired_at, 12, 2) <= '23')
) STRICT;

CREATE TABLE run_homes (
  run_id TEXT NOT NULL PRIMARY KEY,
  home_id TEXT NOT NULL,
  executor TEXT,

  CONSTRAINT run_id_is_canonical CHECK (
    length(run_id) = 36 AND run_id NOT GLOB '*[^0-9a-f-]*' AND run_id LIKE '________-____-____-____-____________'
    AND length(replace(run_id, '-', '')) = 32),
  CONSTRAINT home_id_is_canonical CHECK (
    length(home_id) = 36 AND home_id NOT GLOB '*[^0-9a-f-]*' AND home_id LIKE '________-____-____-____-____________'
    AND length(replace(home_id, '-', '')) = 32),
  CONSTRAINT executor_is_named CHECK (
    executor IS NULL OR (length(executor) BETWEEN 1 AND 64 AND instr(executor, char(0)) = 0))
) STRICT;

CREATE INDEX hosts_host ON hosts (host, last_seen);
CREATE INDEX host_retirements_host ON host_retirements (host, retired_at);
CREATE INDEX run_homes_home ON run_homes (home_id);

CREATE TRIGGER host_retirements_refuse_update BEFORE UPDATE ON host_retirements
BEGIN
  SELECT RAISE(ABORT, 'the retirement of a host is an audit record: UPDATE is refused');
END;

CREATE TRIGGER host_retirements_refuse_delete BEFORE DELETE ON host_retirements
BEGIN
  SELECT RAISE(ABORT, 'the retirement of a host is an audit record: DELETE is refused');
END;

-- INSERT OR REPLACE asks no trigger for DELETE; a second row could take the rowid of another, too
CREATE TRIGGER host_retirements_refuse_replacing BEFORE INSERT ON host_retirements
WHEN EXISTS (SELECT 1 FROM host_retirements WHERE retirement_id = NEW.retirement_id OR rowid = NEW.rowid)
BEGIN
  SELECT RAISE(ABORT, 'the retirement of a host is an audit record: REPLACE is refused');
END;

-- The link is written first.
CREATE TRIGGER host_retirements_require_link AFTER INSERT ON host_retirements
BEGIN
  SELECT RAISE(ABORT, 'the retirement of a host cannot be recorded without a link in run_chain, which only the registry makes')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.retirement_id);
END;
