-- The chain of the finished runs: one row for each, in the order in which their endings were recorded, made in the
-- transaction that records the ending. Each has the digest of the row before in its own, so that a run that is changed,
-- removed or put in later is found by `registry verify`.
--
--   link_number      1, 2, 3, … without a gap.
--   form             in which way the run was written to take its digest.
--   run_digest       SHA-256 of the run; the registry computes it.
--   recorded_at      when the ending was recorded, by the clock of the database.
--   sealed           true for a run that had ended before there was a chain: what it was when the chain was made.
--   previous_digest  link_digest of the row before; 32 zero bytes in the first.
--   link_digest      SHA-256 of: 'run-registry link 1' and a line feed, previous_digest, run_id, form (4 bytes),
--                    run_digest, recorded_at (8 bytes, microseconds since 1970), sealed (1 byte).

CREATE TABLE run_chain (
  link_number bigint NOT NULL PRIMARY KEY,
  run_id uuid NOT NULL UNIQUE,
  form int NOT NULL,
  run_digest bytea NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  sealed boolean NOT NULL,
  previous_digest bytea NOT NULL,
  link_digest bytea NOT NULL
);

-- [jooq ignore start]
ALTER TABLE run_chain
  ADD CONSTRAINT digests_are_sha_256 CHECK (
    octet_length(run_digest) = 32 AND octet_length(previous_digest) = 32 AND octet_length(link_digest) = 32);

COMMENT ON TABLE run_chain IS 'One row a finished run: its digest, chained; only ever appended to';

-- Who inserts says run_id, form, run_digest and sealed; the rest is made here. One transaction at a time can append,
-- and the lock is held until its commit: it is taken as late as can be, after the runs themselves have been written.
CREATE FUNCTION run_chain_append() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION run_chain_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the chain of runs is only ever appended to: % is refused', TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION tunix_runs_require_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM run_chain WHERE run_id = NEW.run_id) THEN
    -- an older version of the registry keeps the run on its host then, and a newer one records it
    RAISE EXCEPTION 'run % cannot end without a link in run_chain, which needs a newer version of the registry', NEW.run_id
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER append BEFORE INSERT ON run_chain
  FOR EACH ROW EXECUTE FUNCTION run_chain_append();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON run_chain
  FOR EACH STATEMENT EXECUTE FUNCTION run_chain_refuse_change();
-- at the end of the transaction: the run is written first
CREATE CONSTRAINT TRIGGER require_link AFTER INSERT OR UPDATE ON tunix_runs
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('completed', 'failed', 'timeout'))
  EXECUTE FUNCTION tunix_runs_require_link();
-- [jooq ignore stop]
