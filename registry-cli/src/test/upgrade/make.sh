#!/usr/bin/env bash
# Makes the home and the databases of an older version, which UpgradeTest hands to this one:
#
#   git worktree add /tmp/old de36bf0 && make.sh /tmp/old 0.1.0.tar.gz
#
# The archive has home-sqlite (with its database) and home-postgresql with postgresql.sql (its database), and for both
# what the older version printed. Needs root, bash, python3 and PostgreSQL (PG_BIN: directory of initdb).
set -euo pipefail
if [ "$(uname -n)" != old-host ]; then exec unshare --uts sh -c 'hostname old-host && exec "$@"' sh "$0" "$@"; fi
export LC_ALL=C.UTF-8 TZ=UTC

old=$(readlink -f "$1") archive=$(readlink -f "$2")
PG_BIN=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)}
work=$(mktemp -d /tmp/upgrade.XXXXXX)
chmod 755 "$work"
trap 'stop_postgres; rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache REGISTRY_CDS=off REGISTRY_DATASETS=$work/datasets REGISTRY_ENV_ALLOW=none
cd "$work"
cp -r "$old/examples/datasets" .

registry() { "$old/bin/registry" "$@" || echo "exit code $?"; }

as=(setpriv --reuid=65534 --regid=65534 --clear-groups) # PostgreSQL refuses to run as root
port=$((20000 + $$ % 10000))
pg_pid=''
start_postgres() {
  (cd pg && exec "${as[@]}" "$PG_BIN/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories="$work/pg" -c fsync=off) >pg.log 2>&1 &
  pg_pid=$!
  for _ in $(seq 300); do
    if grep -q 'ready to accept connections' pg.log; then return; fi
    sleep 0.2
  done
  cat pg.log >&2
  exit 1
}
stop_postgres() {
  [ -z "$pg_pid" ] || { kill -INT "$pg_pid" && wait "$pg_pid"; } || true
  pg_pid=''
}

# Waits until the file is there.
await() {
  for _ in $(seq 300); do
    if [ -e "$1" ]; then return; fi
    sleep 0.2
  done
  echo "no $1" >&2
  exit 1
}

finished_runs() {
  registry run -m model -- sh -c 'echo "grüße"; echo problem >&2'
  registry run -- sh -c 'exit 3'
  registry run -- sh -c 'kill -KILL $$'
  registry run --timeout 1s -- sleep 60
  registry run -- no-such-program
  registry run -d arithmetic-traces
  registry run -d missing
}

# Kills the registry together with its run.
kill_with_run() {
  local pid
  rm -f begun
  "$old/bin/registry" run -- sh -c 'echo $$ >begun; exec sleep 600' &
  pid=$!
  await begun
  sleep 1 # the pid is written
  kill -KILL "$pid" "$(ps -o ppid= -p "$(cat begun)" | tr -d ' ')" "$(cat begun)" || true
  wait "$pid" || true
}

# Kills the registry of a run that ends by itself then.
kill_alone() {
  local pid
  rm -f begun go
  "$old/bin/registry" run -- sh -c 'touch begun; until [ -e go ]; do sleep 0.1; done; echo orphaned; exit 4' &
  pid=$!
  await begun
  kill -KILL "$pid"
  wait "$pid" || true
  touch go
  for _ in $(seq 300); do
    if grep -rqx 4 "$REGISTRY_HOME"/runs/active/*/exit; then return; fi
    sleep 0.2
  done
  echo 'no exit file' >&2
  exit 1
}

# What is recorded by the next version only. The database is away meanwhile.
without_database() {
  registry run -- echo 'without database'
  kill_alone
}

finish() { # name
  registry runs --json >"$1.runs.json"
  registry verify >"$1.verify"
  kill_with_run
}

export REGISTRY_HOME=$work/home-sqlite
finished_runs
finish sqlite
python3 - "$REGISTRY_HOME" <<'END' &
import glob, os, sqlite3, sys, time
database = sqlite3.connect(glob.glob(sys.argv[1] + "/*.db")[0], isolation_level=None)
database.execute("begin exclusive")
open("locked", "w").close()
while not os.path.exists("unlock"):
    time.sleep(0.1)
database.execute("rollback")
database.close()
END
await locked
without_database
touch unlock
wait %% || true

mkdir pg
chown 65534:65534 pg
"${as[@]}" "$PG_BIN/initdb" -D pg/data -U registry -A trust --no-sync -E UTF8 --locale=C.UTF-8 >pg.log 2>&1
start_postgres
export REGISTRY_HOME=$work/home-postgresql REGISTRY_DB="jdbc:postgresql://127.0.0.1:$port/postgres?user=registry"
finished_runs
finish postgresql
"$PG_BIN/pg_dump" -h 127.0.0.1 -p "$port" -U registry --inserts --no-owner postgres | grep -vE '^\\(un)?restrict' >postgresql.sql
stop_postgres
without_database

# of this machine nothing remains; the test names its own
sed -i 's/"machine_id":"[^"]*"/"machine_id":"old-machine"/; s/"boot_id":"[^"]*"/"boot_id":"old-boot"/;
  s/"pid_namespace":"[^"]*"/"pid_namespace":"old-namespace"/' home-*/runs/*/*/run.json
tar --format=posix --pax-option=delete=atime,delete=ctime --sort=name --owner=0 --group=0 --numeric-owner -czf "$archive" home-* postgresql.sql ./*.json ./*.verify
