-- Fills tunix_runs with :rows finished runs, one every ten seconds; run i has the time and the id of i.
-- They are in no chain of digests, which the database wants of a finished run, so its trigger sleeps meanwhile.
-- An id is made of decimal digits, so that pgbench and wrk can name one; they ascend, as UUIDv7 do.
ALTER TABLE tunix_runs DISABLE TRIGGER require_link;
INSERT INTO tunix_runs (run_id, dataset_key, model_id, mode, status, executor, exit_code, created_at, started_at,
  completed_at, duration_seconds, message, output_dir, learning_rate, num_epochs, batch_size, max_seq_length,
  command, time_limit_ms, stdout, stderr)
SELECT id, 'reasoning-traces-' || i % 40, 'google/gemma-2b-it', mode, status,
  CASE mode WHEN 'local' THEN 'process' END,
  CASE WHEN mode = 'dry-run' OR status = 'timeout' THEN NULL WHEN status = 'completed' THEN 0 ELSE 1 END,
  at, at, at + lasted, extract(epoch FROM lasted),
  CASE status WHEN 'completed' THEN 'Completed' WHEN 'failed' THEN 'Failed' ELSE 'Over the time limit of 30 s' END,
  './output/tunix_run_' || left(id::text, 8), 2e-5, 3, 8, 2048,
  CASE mode WHEN 'local' THEN '["tunix","train","--config","config.yaml"]' END,
  CASE mode WHEN 'local' THEN 30000 END,
  repeat('step 100 of 300, loss 0.6931, 12.5 examples a second' || E'\n', 6),
  CASE status WHEN 'completed' THEN '' ELSE 'RuntimeError: out of memory while allocating a buffer' END
FROM (
  SELECT i, ('0194' || lpad(i::text, 8, '0') || '70008000000000000000')::uuid AS id,
    timestamptz '2025-01-01 00:00:00.000123+00' + i * interval '10 seconds' AS at,
    (10 + i % 20000) * interval '1 ms' AS lasted,
    CASE WHEN i % 3 = 0 THEN 'dry-run' ELSE 'local' END AS mode,
    CASE WHEN i % 10 < 8 THEN 'completed' WHEN i % 10 = 8 OR i % 3 = 0 THEN 'failed' ELSE 'timeout' END AS status
  FROM generate_series(1, :rows) AS i
) AS runs;
ALTER TABLE tunix_runs ENABLE TRIGGER require_link;
VACUUM (ANALYZE) tunix_runs;
