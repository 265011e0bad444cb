-- What wrk sends, and one line of JSON about what came back. Set by measure.py: BENCH_CASE, BENCH_ROWS.
local case = os.getenv("BENCH_CASE")
local rows = tonumber(os.getenv("BENCH_ROWS"))

if case == "dry_run" then
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = '{"dataset_key":"arithmetic-traces","model_id":"google/gemma-2b-it","dry_run":true}'
elseif case == "detail" then
  math.randomseed(os.time())
  function request() -- the ids of fill.sql
    local digits = string.format("%08d", math.random(1, rows))
    local id = "0194" .. digits:sub(1, 4) .. "-" .. digits:sub(5) .. "-7000-8000-000000000000"
    return wrk.format("GET", "/api/tunix/runs/" .. id)
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "micros": %d, "bytes": %d, "failed": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
