-- Which requests have been taken up, so that a repeated one is not carried out twice.
-- Not part of the record of runs: a key is forgotten a day after it was claimed. The run it names may not be in
-- tunix_runs yet, so nothing refers to it.

CREATE TABLE idempotency_keys (
  idempotency_key varchar(255) NOT NULL PRIMARY KEY,
  fingerprint varchar(64) NOT NULL,
  run_id uuid NOT NULL,
  claimed_at timestamp with time zone NOT NULL
);

-- Finds those to forget.
CREATE INDEX idempotency_keys_claimed_at ON idempotency_keys (claimed_at);

-- [jooq ignore start]
COMMENT ON TABLE idempotency_keys IS 'Which requests have been taken up; forgotten a day later';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'Tells the request from others under the same key';
COMMENT ON COLUMN idempotency_keys.run_id IS 'The run that carries the request out; it may not be on record yet';
-- [jooq ignore stop]
