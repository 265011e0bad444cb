-- The chain of the finished runs: one row for each, in the order in which their endings were recorded, made in the
-- transaction that records the ending. Each has the digest of the row before in its own, so that a run that is changed,
-- removed or put in later is found by `registry verify`.
--
--   link_number      1, 2, 3, … without a gap.
--   form             in which way the run was written to take its digest.
--   run_digest       SHA-256 of the run.
--   recorded_at      when the ending was recorded, by the clock of who did.
--   sealed           1 for a run that had ended before there was a chain: what it was when the chain was made.
--   previous_digest  link_digest of the row before; 32 zero bytes in the first.
--   link_digest      SHA-256 of: 'run-registry link 1' and a line feed, previous_digest, run_id (16 bytes), form
--                    (4 bytes), run_digest, recorded_at (8 bytes, microseconds since 1970), sealed (1 byte).

CREATE TABLE run_chain (
  link_number INTEGER NOT NULL PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  form INTEGER NOT NULL,
  run_digest BLOB NOT NULL,
  recorded_at TEXT NOT NULL,
  sealed INTEGER NOT NULL,
  previous_digest BLOB NOT NULL,
  link_digest BLOB NOT NULL,

  CONSTRAINT digests_are_sha_256 CHECK (
    length(run_digest) = 32 AND length(previous_digest) = 32 AND length(link_digest) = 32),
  CONSTRAINT recorded_at_is_a_time CHECK (
    recorded_at GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'
    AND julianday(recorded_at) IS NOT NULL),
  CONSTRAINT sealed_is_known CHECK (sealed IN (0, 1))
) STRICT;

CREATE TRIGGER run_chain_refuse_update BEFORE UPDATE ON run_chain
BEGIN
  SELECT RAISE(ABORT, 'the chain of runs is only ever appended to: UPDATE is refused');
END;

CREATE TRIGGER run_chain_refuse_delete BEFORE DELETE ON run_chain
BEGIN
  SELECT RAISE(ABORT, 'the chain of runs is only ever appended to: DELETE is refused');
END;

-- SQLite cannot compute the digest, but it can see that the link is the next; nor can it replace another then.
CREATE TRIGGER run_chain_refuse_other_place BEFORE INSERT ON run_chain
BEGIN
  SELECT RAISE(ABORT, 'the chain of runs is only ever appended to: this link does not follow the last')
    WHERE NEW.link_number IS NOT (SELECT coalesce(max(link_number), 0) + 1 FROM run_chain)
       OR NEW.previous_digest IS NOT coalesce(
            (SELECT link_digest FROM run_chain ORDER BY link_number DESC LIMIT 1), zeroblob(32))
       OR EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;

-- The link is written first. An older version of the registry keeps the run on its host, and a newer one records it.
CREATE TRIGGER tunix_runs_require_link_of_update AFTER UPDATE ON tunix_runs
WHEN NEW.status IN ('completed', 'failed', 'timeout')
BEGIN
  SELECT RAISE(ABORT, 'a run cannot end without a link in run_chain, which needs a newer version of the registry')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;

CREATE TRIGGER tunix_runs_require_link_of_insert AFTER INSERT ON tunix_runs
WHEN NEW.status IN ('completed', 'failed', 'timeout')
BEGIN
  SELECT RAISE(ABORT, 'a run cannot end without a link in run_chain, which needs a newer version of the registry')
    WHERE NOT EXISTS (SELECT 1 FROM run_chain WHERE run_id = NEW.run_id);
END;
