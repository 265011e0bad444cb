-- Lists with one filter, and in each order, are read from an index, however many runs there are.
--
--   tunix_runs_duration, tunix_runs_started_at   orders; the runs without a value are at one end
--   the others                                   filters, in the order of creation

CREATE INDEX tunix_runs_duration ON tunix_runs (duration_seconds, created_at, run_id);
CREATE INDEX tunix_runs_started_at ON tunix_runs (started_at, created_at, run_id);
CREATE INDEX tunix_runs_model_id ON tunix_runs (model_id, created_at, run_id);
CREATE INDEX tunix_runs_executor ON tunix_runs (executor, created_at, run_id) WHERE executor IS NOT NULL;
CREATE INDEX tunix_runs_reason ON tunix_runs (reason, created_at, run_id) WHERE reason IS NOT NULL;
CREATE INDEX tunix_runs_exit_code ON tunix_runs (exit_code, created_at, run_id) WHERE exit_code IS NOT NULL;
