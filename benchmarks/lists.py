#!/usr/bin/env python3
"""Measures the filters and orders of the list of runs, over HTTP, and prints the tables of docs/performance.md.

    benchmarks/lists.py [--postgres 5000000] [--sqlite 1000000] [--rounds 200] [--bin FOLDER]

For each database: two tables with 1 000 runs and with that many (0: not this database), one bin/registry serve
for each, and one connection, over which all kinds of list are requested in turns. Prints the median in
milliseconds of each kind, at both sizes, and how many times the first page it is. Each filter is measured with a
value that each run has, one that each hundred thousandth has, and one that none has. Starts a PostgreSQL of its
own with default settings. Needs psql, as server/measure.py does, and a built checkout (bin/registry --version
builds it); five million runs take 8 GB of disk in the temporary folder, and a quarter of an hour.
"""

import argparse
import http.client
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "server"))
import measure  # noqa: E402

SMALL = 1_000
WARM_UP = 60

# Each run has the first values of everything; each hundred thousandth has others. They are in no chain of digests.
COLUMNS = """
INSERT INTO tunix_runs (run_id, dataset_key, model_id, mode, status, reason, executor, exit_code, created_at, started_at,
  completed_at, duration_seconds, message, output_dir, learning_rate, num_epochs, batch_size, max_seq_length,
  command, time_limit_ms, stdout, stderr, host, user_name, working_dir, registry_version, environment, name, tags)
SELECT id, CASE WHEN rare THEN 'rare' ELSE 'all' END, CASE WHEN rare THEN 'rare' ELSE 'all' END, 'local',
  CASE WHEN rare THEN 'failed' ELSE 'completed' END, CASE WHEN rare THEN 'signaled' ELSE 'exited' END,
  CASE WHEN rare THEN 'rare' ELSE 'process' END, CASE WHEN rare THEN 137 ELSE 0 END, at, at, ended, lasted,
  'Completed', './output/tunix_run_' || id, 2e-5, 3, 8, 2048, '["python","train.py","--seed","' || i || '"]', 30000,
  'step 100 of 300, loss 0.6931, 12.5 examples a second; step 200 of 300, loss 0.6142, 12.4 examples a second', '',
  CASE WHEN rare THEN 'rare' ELSE 'all' END, 'ann', '/home/ann/project', '0.1.0', '{}',
  CASE WHEN rare THEN 'rare' ELSE 'all' END, CASE WHEN rare THEN '{"rare":"1"}' ELSE '{"all":"1"}' END
FROM (SELECT i, i % 100000 = 500 AS rare, ID AS id, AT AS at, ENDED AS ended, i % 20000 AS lasted FROM NUMBERS) AS runs
"""

SQLITE = (COLUMNS
          .replace("ID AS id", "printf('0194%04d-%04d-7000-8000-000000000000', i / 10000, i % 10000) AS id")
          .replace("AT AS at", "strftime('%Y-%m-%dT%H:%M:%S.000123Z', 1735689600 + i * 10, 'unixepoch') AS at")
          .replace("ENDED AS ended", "strftime('%Y-%m-%dT%H:%M:%S.000123Z', 1735689600 + i * 10 + i % 20000, 'unixepoch')"
                                     " AS ended")
          .replace("FROM NUMBERS", "FROM (WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers"
                                   " WHERE i < ?) SELECT i FROM numbers)"))
POSTGRES = (COLUMNS
            .replace("ID AS id", "('0194' || lpad(i::text, 8, '0') || '70008000000000000000')::uuid AS id")
            .replace("AT AS at", "timestamptz '2025-01-01 00:00:00.000123+00' + i * interval '10 s' AS at")
            .replace("ENDED AS ended", "timestamptz '2025-01-01 00:00:00.000123+00' + (i * 10 + i % 20000) * interval '1 s'"
                                       " AS ended")
            .replace("FROM NUMBERS", "FROM generate_series(1, :rows) AS i"))


def fill_sqlite(file, rows):
    database = sqlite3.connect(file)
    database.execute("PRAGMA synchronous = off")
    kept = database.execute(
        "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN ('tunix_runs', 'run_tags') AND"
        " (type = 'index' OR name = 'tunix_runs_require_link_of_insert') ORDER BY type").fetchall()
    for name, kind, _ in kept:
        database.execute("DROP %s %s" % (kind, name))
    database.execute(SQLITE, (rows,))
    for _, _, sql in kept:
        database.execute(sql)
    database.commit()
    database.execute("ANALYZE")
    database.commit()
    database.close()


def fill_postgres(sql, database, rows):
    indexes = sql.run(
        database, "-c", "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('tunix_runs', 'run_tags')"
        " AND indexname NOT LIKE '%pkey'").strip().splitlines()
    for index in indexes:
        sql.run(database, "-c", "DROP INDEX " + index.split("|", 1)[0])
    sql.run(database, "-c", "ALTER TABLE tunix_runs DISABLE TRIGGER require_link")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(POSTGRES + ";\n")
        script.flush()
        os.chmod(script.name, 0o644)
        sql.run(database, "-v", "rows=%d" % rows, "-f", script.name)
    sql.run(database, "-c", "ALTER TABLE tunix_runs ENABLE TRIGGER require_link")
    for index in indexes:
        sql.run(database, "-c", index.split("|", 1)[1])
    sql.run(database, "-c", "VACUUM (ANALYZE)")


def kinds():
    """Kinds of list: name and parameters of the address, the first page first."""
    yield "first page", {}
    yield "first page, oldest first", {"sort": "created_at"}
    for name, every, rare, none in (
            ("status", "completed", "failed", "timeout"), ("mode", "local", None, "dry-run"),
            ("dataset_key", "all", "rare", "none"), ("model_id", "all", "rare", "none"),
            ("executor", "process", "rare", "none"), ("host", "all", "rare", "none"), ("name", "all", "rare", "none"),
            ("reason", "exited", "signaled", "lost"), ("exit_code", "0", "137", "7"),
            ("tag", "all=1", "rare=1", "all=2")):
        yield name + ": each run", {name: every}
        if rare:
            yield name + ": each 100 000th", {name: rare}
        yield name + ": none", {name: none}
    yield "status: three values", {"status": ["completed", "failed", "timeout"]}
    yield "since, until: a day", {"since": "2025-01-01T00:00:00Z", "until": "2025-01-02T00:00:00Z"}
    yield "since, until, dataset_key", {"since": "2025-01-01T00:00:00Z", "until": "2025-01-02T00:00:00Z",
                                        "dataset_key": "all"}
    for order in ("-started_at", "started_at", "-duration", "duration"):
        yield "sort=" + order, {"sort": order}
    yield "two filters: each run", {"status": "completed", "model_id": "all"}
    yield "two filters: none", {"status": "completed", "exit_code": "137"}
    yield "sort=-duration, a filter: each run", {"sort": "-duration", "status": "completed"}
    yield "sort=-duration, a filter: each 100 000th", {"sort": "-duration", "status": "failed"}
    yield "q: each run", {"q": "train.py"}
    yield "q: none", {"q": "no such text"}


class Lists:
    """The lists of one server."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection(server.url.split("//", 1)[1].rstrip("/"), timeout=60)

    def milliseconds(self, parameters):
        path = "/api/tunix/runs?" + urllib.parse.urlencode(parameters, doseq=True)
        begin = time.perf_counter()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - begin
        if answer.status != 200:
            measure.fail("%s: %d %s" % (path, answer.status, body[:200]))
        return took * 1000, len(json.loads(body)["data"])


def print_table(servers, rounds):
    names = dict(kinds())
    times = {server: {name: [] for name in names} for server in servers}
    found = {}
    for number in range(WARM_UP + rounds):
        for name, parameters in names.items():
            for server in servers:
                took, rows = server.milliseconds(parameters)
                found[server, name] = rows
                if number >= WARM_UP:
                    times[server][name].append(took)
    print("| list | runs on the page | p50 ms, %s runs | p50 ms, %s runs | x first page |" % tuple(
        measure.label(server.rows) for server in servers))
    print("|---|---|---|---|---|")
    small, large = servers
    first = statistics.median(times[large]["first page"])
    for name in names:
        p50 = statistics.median(times[large][name])
        print("| %s | %d | %.2f | %.2f | %.1f |" % (
            name, found[large, name], statistics.median(times[small][name]), p50, p50 / first), flush=True)


def served(folder, address, user, fill, rows):
    home = os.path.join(folder, str(rows))
    os.makedirs(os.path.join(home, "home"))
    environment = dict(os.environ, REGISTRY_DB=address % rows)
    if user:
        environment["REGISTRY_DB_USER"] = user
    subprocess.run([measure.REGISTRY, "migrate"], env=dict(environment, REGISTRY_HOME=os.path.join(home, "home")),
                   check=True, stdout=subprocess.DEVNULL)
    begin = time.monotonic()
    fill(rows)
    print("%s: filled in %.0f s" % (measure.label(rows), time.monotonic() - begin), file=sys.stderr, flush=True)
    lists = Lists(measure.Server(home, str(rows), environment, None))
    lists.rows = rows
    return lists


def measure_at(folder, address, user, fill, rows, rounds):
    servers = []
    try:
        for size in (SMALL, rows):
            servers.append(served(folder, address, user, fill, size))
        print_table(servers, rounds)
    finally:
        for lists in servers:
            lists.server.stop()


def on_postgres(folder, options):
    postgres = measure.Postgres(folder, options.bin)
    sql = measure.Sql(postgres, options.bin, [])
    try:
        sql.wait()

        def fill(rows):
            fill_postgres(sql, "lists_%d" % rows, rows)

        for rows in (SMALL, options.postgres):
            sql.run("postgres", "-c", "CREATE DATABASE lists_%d" % rows)
        print("\nPostgreSQL\n")
        measure_at(folder, "jdbc:postgresql://127.0.0.1:%d/lists_%%d" % postgres.port, postgres.user, fill,
                   options.postgres, options.rounds)
    finally:
        postgres.stop()


def on_sqlite(folder, options):
    def fill(rows):
        fill_sqlite(os.path.join(folder, "lists_%d.db" % rows), rows)

    print("\nSQLite\n")
    measure_at(folder, "jdbc:sqlite:" + os.path.join(folder, "lists_%d.db"), None, fill, options.sqlite,
               options.rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", type=int, default=5_000_000, metavar="RUNS")
    parser.add_argument("--sqlite", type=int, default=1_000_000, metavar="RUNS")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--bin", help="the folder of initdb and postgres, where they are not in PATH")
    options = parser.parse_args()
    for rows, run in ((options.sqlite, on_sqlite), (options.postgres, on_postgres)):
        if rows:
            with tempfile.TemporaryDirectory(prefix="registry-lists-") as folder:
                run(folder, options)


if __name__ == "__main__":
    main()
