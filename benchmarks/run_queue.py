#!/usr/bin/env python3
"""Measures the queue of registry serve, and prints the tables of docs/performance.md.

    benchmarks/run_queue.py [--only accept,start,depth,follow,migrate] [--rounds 3] [--seconds 5] [--bin FOLDER]

accept   asynchronous POSTs of 16 clients to a paused queue, on PostgreSQL and on SQLite, in turns with
         those of a FastAPI service (run_queue_fastapi.py) on the same PostgreSQL, by the same wrk
start    milliseconds from the end of a run to the start of the next one, with one slot and a full queue,
         both written down by the runs themselves
depth    the same, and processor time of the server for a run, with 10 000 waiting runs and with 10, in turns
follow   milliseconds from a line's being printed to its event; then 200 followers of 20 runs: processor time
         of the server, and transactions of its database
migrate  seconds of migration 7 on SQLite with a million finished runs

Starts a PostgreSQL of its own with default settings. Needs psql and pgbench, as server/measure.py does, and
wrk, a JDK, and a built checkout (bin/registry --version builds it); accept also needs uvicorn, FastAPI,
SQLAlchemy and psycopg2 for the interpreter of --fastapi-python. (No module may be named queue.py here: the
standard library has one, which scripts of this folder import.)
"""

import argparse
import collections
import concurrent.futures
import glob
import http.client
import json
import os
import re
import selectors
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.join(HERE, "server"))

import measure  # noqa: E402

CLIENTS = 16
DEEP, SHALLOW = 10_000, 10
BATCH = 10  # runs of one turn of depth
FOLLOWERS, FOLLOWED = 200, 20
ROWS = 1_000_000
RUN = {"dataset_key": "arithmetic-traces", "model_id": "m", "dry_run": False}
STAMPED = 'exec 3>>"$STAMPS"; echo "start $EPOCHREALTIME" >&3; echo "end $EPOCHREALTIME" >&3'
# waits without a process of its own; 53 ms, so that it keeps no step with the 25 ms of the server
PRINTING = 'exec 4<> <(:); for i in {1..%d}; do echo $EPOCHREALTIME; read -t %s -u 4; done; exit 0'


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Queue:
    """A server with a home of its own, whose runs are that shell command."""

    def __init__(self, bench, name, command, slots, database=None):
        self.folder = os.path.join(bench.scratch, name)
        os.mkdir(self.folder)
        self.stamps = os.path.join(self.folder, "stamps")
        self.environment = dict(
            bench.environment, REGISTRY_QUEUE_MAX="1000000", REGISTRY_QUEUE_SLOTS=str(slots), STAMPS=self.stamps,
            REGISTRY_COMMAND=json.dumps(["bash", "-c", command]),
            REGISTRY_HOME=os.path.join(self.folder, "home"))
        if database:
            bench.sql.run("postgres", "-c", "create database " + database)
            self.environment.update(
                REGISTRY_DB="jdbc:postgresql://127.0.0.1:%d/%s" % (bench.sql.postgres.port, database),
                REGISTRY_DB_USER=bench.sql.postgres.user)
        self.server = measure.Server(self.folder, database, self.environment, None)
        self.address = self.server.url.rpartition("/")[2]

    def command(self, *words):
        # off: else an archive of these commands would be built beside what is measured
        subprocess.run([measure.REGISTRY, *words], env=dict(self.environment, REGISTRY_CDS="off"), check=True,
                       stdout=subprocess.DEVNULL)

    def pause(self):
        self.command("queue", "pause")

    def resume(self):
        self.command("queue", "resume")

    def submit(self, number):
        """Returns the ids of so many runs, submitted by some clients at once."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            shares = [number // 4 + (i < number % 4) for i in range(4)]
            return [run for runs in pool.map(self.submit_some, shares) for run in runs]

    def submit_some(self, number):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        ids = []
        for _ in range(number):
            connection.request("POST", "/api/tunix/run?mode=async", json.dumps(RUN),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                measure.fail("a submission was answered with %d: %s" % (answer.status, body))
            ids.append(json.loads(body)["run_id"])
        connection.close()
        return ids

    def seen(self):
        return seen_in(self.stamps)

    def wait_for_ends(self, number):
        deadline = time.monotonic() + 600
        while sum(what == "end" for what, _ in self.seen()) < number:
            if time.monotonic() > deadline:
                measure.fail("runs do not end; see " + self.server.log)
            time.sleep(0.05)

    def stop(self):
        self.server.stop()


def seen_in(stamps):
    """Returns the starts and ends that the runs have written down, in their order, in milliseconds."""
    if not os.path.exists(stamps):
        return []
    with open(stamps) as lines:
        return [(what, float(at) * 1e3) for what, at in (line.split() for line in lines)]


def gaps(seen):
    """Milliseconds from each end to the next start; with one slot they alternate."""
    if [what for what, _ in seen] != ["start", "end"] * (len(seen) // 2):
        measure.fail("more than one run at a time had the only slot")
    return [start - end for (_, end), (_, start) in zip(seen[1::2], seen[2::2])]


# --- accept

class FastApi:
    """uvicorn as it starts by itself: one worker."""

    def __init__(self, bench, python):
        bench.sql.run("postgres", "-c", "create database service")
        port = measure.free_port()
        self.url = "http://127.0.0.1:%d" % port
        environment = dict(os.environ, DATABASE_URL="postgresql+psycopg2://%s@127.0.0.1:%d/service" % (
            bench.sql.postgres.user, bench.sql.postgres.port))
        self.log = os.path.join(bench.scratch, "fastapi.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [python, "-m", "uvicorn", "run_queue_fastapi:app", "--app-dir", HERE, "--port", str(port),
                 "--no-access-log"], env=environment, stdout=log, stderr=log)
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        measure.fail("the FastAPI service did not start; see " + self.log)

    def cpu_seconds(self):
        return measure.process_seconds(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def load(bench, url, server, seconds):
    before = server.cpu_seconds()
    said = subprocess.run(
        [bench.wrk, "-t", "1", "-c", str(CLIENTS), "-d", "%ds" % seconds, "--latency", "--timeout", "10s", "-s",
         os.path.join(HERE, "server", "requests.lua"), url + "/api/tunix/run?mode=async"],
        env=dict(os.environ, BENCH_CASE="dry_run", BENCH_ROWS="1"), check=True, stdout=subprocess.PIPE,
        universal_newlines=True).stdout
    used = server.cpu_seconds() - before
    counted = json.loads(said.strip().splitlines()[-1])
    if counted["failed"] or not counted["requests"] or counted["bytes"] / counted["requests"] < 400:
        measure.fail("submissions failed: %s" % counted)
    requests = counted["requests"]
    return requests, requests / (counted["micros"] / 1e6), counted["p50"] / 1e3, counted["p99"] / 1e3, \
        used / requests * 1e6


def accept(bench):
    postgresql = Queue(bench, "accept-postgresql", "true", 1, "accept")
    sqlite = Queue(bench, "accept-sqlite", "true", 1)
    service = FastApi(bench, bench.options.fastapi_python)
    sides = [("PostgreSQL", postgresql.server.url, postgresql.server), ("SQLite", sqlite.server.url, sqlite.server),
             ("FastAPI service, PostgreSQL", service.url, service)]
    try:
        postgresql.pause()
        sqlite.pause()
        answered = collections.Counter()
        seen = collections.defaultdict(list)
        for name, url, server in sides:
            answered[name] += load(bench, url, server, bench.options.warm_up)[0]
        for number in range(bench.options.rounds):
            for name, url, server in sides:
                window = load(bench, url, server, bench.options.seconds)
                answered[name] += window[0]
                seen[name].append(window)
                print("round %d: %s: %.0f/s" % (number + 1, name, window[1]), file=sys.stderr)
        require_all(bench, postgresql, answered["PostgreSQL"])
    finally:
        for each in (postgresql, sqlite, service):
            each.stop()
    print("\n| 16 clients, %d rounds of %d s | accepted/s | p50 ms | p99 ms | CPU µs a request, server | x |"
          % (bench.options.rounds, bench.options.seconds))
    print("|---|---|---|---|---|---|")
    other = statistics.median(window[1] for window in seen[sides[2][0]])
    for name, _, _ in sides:
        _, rate, p50, p99, cpu = (statistics.median(column) for column in zip(*seen[name]))
        print("| %s | %.0f | %.1f | %.1f | %.0f | %.1f |" % (name, rate, p50, p99, cpu, rate / other))


def require_all(bench, queue, answered):
    """All that was answered waits in the queue and is on record."""
    waiting = len(os.listdir(os.path.join(queue.folder, "home", "runs", "queued")))
    recorded = int(bench.sql.run("accept", "-c", "select count(*) from tunix_runs where status = 'pending'"))
    most = answered + CLIENTS * (bench.options.rounds + 1)  # wrk gives up on those under way at its end
    if not answered <= waiting <= most or not answered <= recorded <= most:
        measure.fail("%d were answered, %d wait, %d are on record" % (answered, waiting, recorded))


# --- start and depth

def start(bench):
    print("\n| free slot → child started, %d runs | p50 ms | p99 ms | slowest |" % bench.options.runs)
    print("|---|---|---|---|")
    print_gaps("a loop without a registry", loop(bench))
    for name, database in (("PostgreSQL", "start"), ("SQLite", None)):
        queue = Queue(bench, "start-" + name, STAMPED, 1, database)
        try:
            queue.pause()
            queue.submit(bench.options.runs + 50)
            queue.resume()
            queue.wait_for_ends(bench.options.runs + 50)
            print_gaps(name, gaps(queue.seen())[50:])  # the first ones warm up
        finally:
            queue.stop()


def loop(bench):
    """The gaps of the same commands, started one after the other by this script."""
    stamps = os.path.join(bench.scratch, "stamps")
    for _ in range(bench.options.runs):
        subprocess.run(["bash", "-c", STAMPED], env=dict(os.environ, STAMPS=stamps), check=True,
                       start_new_session=True)
    return gaps(seen_in(stamps))


def print_gaps(name, times):
    print("| %s | %.0f | %.0f | %.0f |" % (
        name, percentile(times, 0.5), percentile(times, 0.99), max(times)), flush=True)


def depth(bench):
    queues = {waiting: Queue(bench, "depth-%d" % waiting, STAMPED, 1, "depth_%d" % waiting)
              for waiting in (SHALLOW, DEEP)}
    times, cpu = collections.defaultdict(list), collections.defaultdict(list)
    try:
        for waiting, queue in queues.items():
            queue.pause()
            queue.submit(waiting - BATCH)
        for number in range(bench.options.batches + 3):
            for waiting, queue in queues.items():
                found, used = batch(queue)
                if number >= 3:  # the first ones warm up
                    times[waiting] += found
                    cpu[waiting].append(used)
    finally:
        for queue in queues.values():
            queue.stop()
    print("\n| runs that wait | end of a run → next start, p50 ms | p99 | CPU ms a run, server |")
    print("|---|---|---|---|")
    rows = {waiting: (percentile(times[waiting], 0.5), percentile(times[waiting], 0.99),
                      statistics.median(cpu[waiting])) for waiting in queues}
    for waiting, row in rows.items():
        print("| %d | %.1f | %.1f | %.1f |" % (waiting, *row))
    print("| ratio | %s |" % " | ".join("%.2f" % (d / s) for d, s in zip(rows[DEEP], rows[SHALLOW])))


def batch(queue):
    """Returns the gaps of some runs, and the processor time in milliseconds for one."""
    queue.submit(BATCH)
    before, seen = queue.server.cpu_seconds(), len(queue.seen())
    queue.resume()
    queue.wait_for_ends(seen // 2 + BATCH)
    queue.pause()
    used = queue.server.cpu_seconds() - before
    while len(queue.seen()) % 2:  # one that was started meanwhile
        time.sleep(0.05)
    time.sleep(0.2)
    found = queue.seen()[seen:]
    return gaps(found), used / (len(found) / 2) * 1e3


# --- follow

class Followers:
    """Clients that follow runs, read by one thread."""

    def __init__(self, address, ids):
        host, _, port = address.partition(":")
        self.selector, self.ended, self.since = selectors.DefaultSelector(), 0, 0
        self.times, self.rest = [], {}  # of the lines that were printed since then
        for id in ids:
            connection = socket.create_connection((host, int(port)))
            connection.sendall(b"GET /api/tunix/runs/%s/logs HTTP/1.1\r\nHost: %s\r\n\r\n" % (
                id.encode(), address.encode()))
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ)
            self.rest[connection] = b""

    def read(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.ended < len(self.rest):
            for key, _ in self.selector.select(0.1):
                self.take(key.fileobj)

    def read_new(self, seconds):
        """Reads and keeps the times of lines that are printed from now on."""
        self.since, self.times = time.time(), []
        self.read(seconds)

    def take(self, connection):
        received = connection.recv(65536)
        now = time.time()
        events = (self.rest[connection] + received).split(b"\n\n")
        self.rest[connection] = events.pop()
        for event in events:
            stamp = re.search(rb'"chunk":"([0-9.]+)', event)
            if stamp:
                if float(stamp.group(1)) > self.since:
                    self.times.append((now - float(stamp.group(1))) * 1e3)
            elif b"event: status" in event or b"HTTP/1.1 4" in event:
                self.selector.unregister(connection)
                self.ended += 1
        if not received:
            measure.fail("a follower was disconnected")

    def close(self):
        for connection in self.rest:
            connection.close()


def follow(bench):
    queue = Queue(bench, "follow-one", PRINTING % (400, "0.053"), 1, "follow_one")
    try:
        ids = queue.submit(1)
        wait_for_running(queue, 1)
        one = Followers(queue.address, ids)
        one.read(120)
        one.close()
    finally:
        queue.stop()
    times = one.times[20:]
    print("\nevent of a line written → received, %d lines: p50 %.0f ms, p99 %.0f ms" % (
        len(times), percentile(times, 0.5), percentile(times, 0.99)))
    many(bench)


def many(bench):
    seconds = bench.options.follow_seconds
    queue = Queue(bench, "follow-many", PRINTING % (4 * seconds * 10, "0.1"), FOLLOWED, "follow_many")
    try:
        ids = queue.submit(FOLLOWED)
        wait_for_running(queue, FOLLOWED)
        time.sleep(2)
        alone = used(bench, queue, lambda: time.sleep(seconds))
        followers = Followers(queue.address, ids * (FOLLOWERS // FOLLOWED))
        together = used(bench, queue, lambda: followers.read_new(seconds))
        print("\n| %d runs, 10 lines a second each, %d s | cores of the server | transactions | lines/s"
              " | p50 ms | p99 ms |" % (FOLLOWED, seconds))
        print("|---|---|---|---|---|---|")
        print("| no followers | %.2f | %d | | | |" % alone)
        print("| %d followers | %.2f | %d | %.0f | %.0f | %.0f |" % (
            FOLLOWERS, *together, len(followers.times) / seconds, percentile(followers.times, 0.5),
            percentile(followers.times, 0.99)))
        followers.close()
        for id in ids:
            queue.server.post("/api/tunix/runs/%s/cancel" % id, None)
        while queue.server.get("/api/tunix/runs?status=running")[0]["data"]:
            time.sleep(0.2)
    finally:
        queue.stop()


def wait_for_running(queue, number):
    deadline = time.monotonic() + 120
    while len(queue.server.get("/api/tunix/runs?status=running&limit=100")[0]["data"]) < number:
        if time.monotonic() > deadline:
            measure.fail("the runs do not start; see " + queue.server.log)
        time.sleep(0.1)


def used(bench, queue, work):
    """Returns the processors that the server used during the work, and the transactions of its database."""
    transactions = "select xact_commit + xact_rollback from pg_stat_database where datname = '%s'" % (
        queue.server.database)
    time.sleep(2)  # PostgreSQL counts at most once a second
    before, begin = int(bench.sql.run("postgres", "-c", transactions)), time.monotonic()
    seconds = queue.server.cpu_seconds()
    work()
    seconds, took = queue.server.cpu_seconds() - seconds, time.monotonic() - begin
    time.sleep(2)
    return seconds / took, int(bench.sql.run("postgres", "-c", transactions)) - before


# --- migrate

FLYWAY = """
class MigrateTo {
  public static void main(String[] words) {
    org.flywaydb.core.Flyway.configure().dataSource("jdbc:sqlite:" + words[0], null, null)
        .locations("classpath:dev/runregistry/persistence/jooq/migration/sqlite")
        .placeholderReplacement(false).target(words[1]).load().migrate();
  }
}
"""

# they are in no chain of digests, which the database wants of a finished run, so its trigger is away meanwhile
FILL = """
INSERT INTO tunix_runs (run_id, dataset_key, model_id, mode, status, executor, exit_code, created_at, started_at,
  completed_at, duration_seconds, message, output_dir, learning_rate, num_epochs, batch_size, max_seq_length,
  command, time_limit_ms, stdout, stderr)
WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ?),
  runs AS (SELECT i, printf('0194%04d-%04d-7000-8000-000000000000', i / 10000, i % 10000) AS id,
    strftime('%Y-%m-%dT%H:%M:%S.000123Z', 1735689600 + i * 10, 'unixepoch') AS at,
    strftime('%Y-%m-%dT%H:%M:%S.000123Z', 1735689605 + i * 10, 'unixepoch') AS ended FROM numbers)
SELECT id, 'reasoning-traces-' || i % 40, 'google/gemma-2b-it', 'local', 'completed', 'process', 0, at, at, ended, 5.0,
  'Completed', './output/tunix_run_' || id, 2e-5, 3, 8, 2048, '["tunix","train","--config","config.yaml"]', 30000,
  replace(hex(zeroblob(3)), '00', 'step 100 of 300, loss 0.6931, 12.5 examples a second, step 101 of 300,'), ''
FROM runs
"""


def fill(file, rows):
    database = sqlite3.connect(file)
    name = "tunix_runs_require_link_of_insert"
    trigger, = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    database.execute("DROP TRIGGER " + name)
    database.execute(FILL, (rows,))
    database.execute(trigger)
    database.commit()
    database.close()


def migrate(bench):
    folder = os.path.join(bench.scratch, "migrate")
    os.makedirs(os.path.join(folder, "home"))
    file = os.path.join(folder, "home", "registry.db")
    source = os.path.join(folder, "MigrateTo.java")
    with open(source, "w") as text:
        text.write(FLYWAY)
    jars = glob.glob(os.path.join(measure.ROOT, "registry-cli", "target", "registry", "lib", "*.jar"))
    subprocess.run(["java", "-cp", os.pathsep.join(jars), source, file, "6"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    fill(file, bench.options.rows)
    environment = dict(bench.environment, REGISTRY_HOME=os.path.join(folder, "home"))
    begin = time.monotonic()
    subprocess.run([measure.REGISTRY, "migrate"], env=environment, check=True)
    print("\nmigration 7 on SQLite, %d finished runs, %.0f MiB: %.1f s" % (
        bench.options.rows, os.path.getsize(file) / 2**20, time.monotonic() - begin))
    shutil.rmtree(folder)


class Bench:
    """What all parts need."""

    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
        self.environment["XDG_CACHE_HOME"] = os.path.join(scratch, "cache")
        self.wrk, self.sql = None, None


PARTS = {"accept": accept, "start": start, "depth": depth, "follow": follow, "migrate": migrate}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=lambda names: names.split(","), default=list(PARTS), metavar="PARTS",
                        help="these parts, with commas between them")
    parser.add_argument("--rounds", type=int, default=3, help="of accept")
    parser.add_argument("--seconds", type=int, default=5, help="length of one turn of accept")
    parser.add_argument("--warm-up", type=int, default=15, metavar="SECONDS", help="of each side of accept")
    parser.add_argument("--runs", type=int, default=500, help="of start")
    parser.add_argument("--batches", type=int, default=20, help="of %d runs, of depth" % BATCH)
    parser.add_argument("--follow-seconds", type=int, default=20)
    parser.add_argument("--rows", type=int, default=ROWS, help="of migrate")
    parser.add_argument("--fastapi-python", default="/usr/bin/python3", metavar="FILE",
                        help="the interpreter of the FastAPI service; default: Debian's")
    parser.add_argument("--bin", help="folder of wrk, or of initdb, postgres, psql and pgbench")
    options = parser.parse_args()
    unknown = set(options.only) - set(PARTS)
    if unknown:
        parser.error("--only knows no " + ", ".join(sorted(unknown)))
    return options


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="registry-queue-") as scratch:
        bench = Bench(options, scratch)
        measure.build_archive(bench.environment)
        bench.wrk = measure.tool("wrk", options.bin)
        postgres = measure.Postgres(scratch, options.bin)
        try:
            bench.sql = measure.Sql(postgres, options.bin, [])
            bench.sql.wait()
            for part in options.only:
                print("\n%s, load average %.1f" % (part, os.getloadavg()[0]), flush=True)
                PARTS[part](bench)
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
