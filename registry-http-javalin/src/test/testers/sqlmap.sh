#!/bin/sh
# shellcheck disable=SC1091,SC2034,SC2154 # variables are shared with serve.sh
# Lets sqlmap look for SQL injection in everything that a client can say. Fails if it finds one, or if the server has
# answered with a 5xx or has logged a failure of the database. Wants sqlmap (Debian has it). Takes minutes.
# usage: sqlmap.sh CLASS_PATH_FILE [sqlite|postgres]; serve.sh says what the file is
class_path_file=$1 database=${2:-sqlite}
. "$(dirname "$0")/serve.sh"
case $database in sqlite) dbms=SQLite ;; *) dbms=PostgreSQL ;; esac
api=http://127.0.0.1:$port/api/tunix
found=0

# usage: look WHAT SQLMAP-OPTION…
look() {
  what=$1
  shift
  sqlmap --batch --level 3 --risk 2 --dbms "$dbms" --threads 4 --flush-session --disable-coloring \
    --output-dir "$work/sqlmap" "$@" >"$work/said" 2>&1 || true
  if grep -q 'do not appear to be injectable' "$work/said" && ! grep -q 'is vulnerable\|Payload:' "$work/said"; then
    echo "$what: nothing injectable"
  else
    echo "$what: look at this"
    cat "$work/said"
    found=1
  fi
  grep -E '^[0-9]{3} \(|^\[.*HTTP error codes' "$work/said" || true
}

look 'the list' -u "$api/runs?limit=5&offset=0&status=completed&mode=dry-run&dataset_key=arithmetic-traces&cursor=$cursor" \
  -p limit,offset,status,mode,dataset_key,cursor
look 'the id of a run' -u "$api/runs/$run*"
look 'the id of a log' -u "$api/runs/$run*/logs/stdout"
look 'the stream of a log' -u "$api/runs/$run/logs/stdout*"
look 'the tail of a log' -u "$api/runs/$run/logs/stdout?tail=1" -p tail
look 'the body of a run' -u "$api/run" --headers 'Content-Type: application/json' --data "{\"dataset_key\":\
\"arithmetic-traces\",\"model_id\":\"m\",\"output_dir\":\"o\",\"dry_run\":true,\"learning_rate\":0.1,\"num_epochs\":3,\
\"batch_size\":8,\"max_seq_length\":2048}"
look 'the name of a request' -u "$api/runs?limit=1" --headers 'X-Request-Id: a*'
look 'the key of a request' -u "$api/run" --headers 'Content-Type: application/json
Idempotency-Key: k*' --data '{"dataset_key":"arithmetic-traces","model_id":"m"}'

metrics=$(python3 -c 'import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())' \
  "http://127.0.0.1:$port/metrics")
echo "$metrics" | sed -n 's/^http_server_requests_seconds_count\(.*\)/\1/p'
if echo "$metrics" | grep -q '_count{.*\(status="5\|outcome="failed"\)'; then
  echo 'the server failed' >&2
  tail "$work/log" >&2
  found=1
fi
exit "$found"
