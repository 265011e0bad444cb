-- Which requests have been taken up, so that a repeated one is not carried out twice.
-- Not part of the record of runs: a key is forgotten a day after it was claimed. The run it names may not be in
-- tunix_runs yet, so nothing refers to it.

CREATE TABLE idempotency_keys (
  idempotency_key TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  run_id TEXT NOT NULL,
  claimed_at TEXT NOT NULL
);

-- Finds those to forget.
CREATE INDEX idempotency_keys_claimed_at ON idempotency_keys (claimed_at);
