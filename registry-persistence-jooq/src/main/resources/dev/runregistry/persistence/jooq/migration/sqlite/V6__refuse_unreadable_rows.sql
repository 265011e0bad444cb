-- What no registry could read is no longer stored, and refusals give their true reason.
--
--   times                  exist: no 31st of February, no hour 24; julianday() takes both.
--   command, environment   consist of texts; before, only the first word of a command was looked at.
--
-- Triggers, because a CHECK cannot look into JSON: rows that are there already stay as they are. Lists leave them out, and
-- `registry verify` names them. They run after the CHECKs, so JSON is JSON and a time has its shape. Not looked at is whether
-- a text is UTF-8, for which SQLite has no function.

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

CREATE TRIGGER run_chain_refuse_unreadable AFTER INSERT ON run_chain
WHEN date(substr(NEW.recorded_at, 1, 10), '+0 days') IS NOT substr(NEW.recorded_at, 1, 10)
  OR substr(NEW.recorded_at, 12, 2) > '23'
BEGIN
  SELECT RAISE(ABORT, 'a link cannot have a time that does not exist');
END;

DROP TRIGGER tunix_runs_require_link_of_update;
DROP TRIGGER tunix_runs_require_link_of_insert;

-- The link is written first. An older version of the registry keeps the run on its host, and a newer one records it.
CREATE TRIGGER tunix_runs_require_link_of_update AFTER UPDATE ON tunix_runs
WHEN NEW.status IN ('completed', 'failed', 'timeout')
BEGIN
  SELECT RAISE(ABORT, 'a run cannot end without a link in run_chain, which only the registry makes, since version 4 of the tables')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;

CREATE TRIGGER tunix_runs_require_link_of_insert AFTER INSERT ON tunix_runs
WHEN NEW.status IN ('completed', 'failed', 'timeout')
BEGIN
  SELECT RAISE(ABORT, 'a finished run cannot be inserted without a link in run_chain, which only the registry makes, since version 4 of the tables')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;
