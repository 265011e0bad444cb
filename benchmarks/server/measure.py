#!/usr/bin/env python3
"""Measures the HTTP server on PostgreSQL beside the same SQL run by pgbench, and prints Markdown.

    benchmarks/server/measure.py [--short] [--only NAMES] [--rounds 3] [--seconds 5] [--url postgresql://…]

Starts a PostgreSQL of its own with default settings in a temporary folder (or uses the server behind
--url, in databases of its own), fills tables of three sizes, starts one bin/registry serve for each,
warms up, and measures in turns: server, pgbench -M prepared, pgbench -M simple, server, …, with the table read
into the system's memory before each. Every answer has to be a 200 and of the right size, every run that was
posted has to be on record as completed. Needs a built checkout (bin/registry --version builds it), wrk, pgbench
and psql; README.md says how to get them. With --url the user may have to be a superuser (for pg_prewarm).
"""

import argparse
import base64
import json
import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import uuid
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REGISTRY = os.path.join(ROOT, "bin", "registry")
EXTRA = 100  # rows more than said, so that there is a page after the deepest one
SIZES = (1_000, 100_000, 1_000_000)
CONNECTIONS = (1, 16)
# prepared is the limit: parsed and planned once. simple is what pgbench does unless it is told, and sends all as text
MODES = ("prepared", "simple")
TICKS = os.sysconf("SC_CLK_TCK")
# what the issue asks for, with 16 connections
TARGETS = {"list": 2500, "detail": 3500, "dry_run": 850}


def fail(message):
    raise SystemExit("measure.py: " + message)


def tool(name, folder):
    """A program in that folder, else in PATH, else where Debian has those of PostgreSQL."""
    debian = sorted(
        (os.path.join("/usr/lib/postgresql", version, "bin")
         for version in (os.listdir("/usr/lib/postgresql")
                         if os.path.isdir("/usr/lib/postgresql") else [])),
        reverse=True)
    path = os.pathsep.join(([folder] if folder else []) + [os.environ["PATH"]] + debian)
    found = shutil.which(name, path=path)
    return found or fail(name + " is not to be found; see benchmarks/README.md")


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def process_seconds(pid):
    """Processor time that a process has used; 0 if it is gone."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def client_seconds():
    """Processor time of the children of this process that have ended."""
    times = os.times()
    return times.children_user + times.children_system


class Postgres:
    """A server of our own, with default settings, that ends with us."""

    def __init__(self, folder, bin_folder):
        self.port, self.user = free_port(), "postgres"
        home = os.path.join(folder, "postgresql")
        os.mkdir(home)
        self.become = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam("postgres")
            os.chown(home, account.pw_uid, account.pw_gid)
            os.chmod(folder, 0o711)
            self.become = lambda: (os.setgid(account.pw_gid), os.setuid(account.pw_uid))
        data = os.path.join(home, "data")
        subprocess.run([tool("initdb", bin_folder), "-D", data, "-A", "trust", "-U", self.user,
                        "-E", "UTF8", "--locale=C.UTF-8"], cwd=home, check=True,
                       preexec_fn=self.become, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "postgresql.log"), "wb") as log:
            self.process = subprocess.Popen(
                [tool("postgres", bin_folder), "-D", data, "-p", str(self.port),
                 "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
                cwd=home, preexec_fn=self.become, stdout=log, stderr=log)
        self.host, self.password = "127.0.0.1", None

    def cpu_seconds(self):
        """Of all its processes, those that have ended included."""
        pid = self.process.pid
        with open("/proc/%d/stat" % pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        ended = (int(fields[13]) + int(fields[14])) / TICKS
        with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
            return ended + sum(process_seconds(int(child)) for child in children.read().split())

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


class ForeignPostgres:
    """One that is there already."""

    def __init__(self, url):
        parts = urllib.parse.urlparse(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 5432
        self.user, self.password = parts.username or "postgres", parts.password

    def cpu_seconds(self):
        return float("nan")  # it may be on another host

    def stop(self):
        pass


class Sql:
    """psql and pgbench on that server."""

    def __init__(self, postgres, bin_folder, prefix):
        self.postgres, self.prefix = postgres, prefix
        self.psql, self.pgbench = tool("psql", bin_folder), tool("pgbench", bin_folder)
        self.environment = dict(os.environ, PGHOST=postgres.host, PGPORT=str(postgres.port),
                                PGUSER=postgres.user)
        if postgres.password:
            self.environment["PGPASSWORD"] = postgres.password

    def run(self, database, *arguments):
        return subprocess.run(
            [self.psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments],
            env=self.environment, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout

    def wait(self):
        for _ in range(300):
            if subprocess.run([self.psql, "-X", "-q", "-d", "postgres", "-c", "select 1"],
                              env=self.environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.1)
        fail("PostgreSQL does not answer")

    def read_all(self, database):
        """Has all of the runs in the system's memory: some hosts take pages back that nobody needed for
        a minute, and who comes first after that would pay for it."""
        self.run(database, "-c",
                 "select pg_prewarm(t, 'read') from (select 'tunix_runs'::regclass as t union all"
                 " select indexrelid from pg_index where indrelid = 'tunix_runs'::regclass) as all_of_it")

    def rate(self, database, script, mode, clients, seconds, variables):
        """Transactions a second of a script in server/, as pgbench measures them."""
        options = [o for name, value in variables.items() for o in ("-D", "%s=%d" % (name, value))]
        said = subprocess.run(
            [*self.prefix, self.pgbench, "-n", "-M", mode, "-c", str(clients), "-j", "1",
             "-T", str(seconds), "-f", os.path.join(HERE, script + ".sql"), *options, database],
            env=self.environment, check=True, stdout=subprocess.PIPE,
            universal_newlines=True).stdout
        return pgbench_rate(said)


def pgbench_rate(said):
    if not re.search(r"number of failed transactions: 0 ", said):
        fail("pgbench had failures:\n" + said)
    return float(re.search(r"^tps = ([0-9.]+)", said, re.MULTILINE).group(1))


class Server:
    """One bin/registry serve, as it is shipped."""

    def __init__(self, folder, database, environment, java_home):
        self.database = database
        self.log = os.path.join(folder, "server.log")
        environment = dict(environment, REGISTRY_HOME=os.path.join(folder, "home"),
                           REGISTRY_DATASETS=os.path.join(ROOT, "examples", "datasets"))
        if java_home:
            environment["JAVA_HOME"] = java_home
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([REGISTRY, "serve", "--port", "0"], env=environment,
                                            cwd=folder,  # no git repository
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=log, universal_newlines=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            fail("the server did not start; see " + self.log)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer), answer.headers

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def cpu_seconds(self):
        return process_seconds(self.process.pid)

    def resident(self, what):
        """VmRSS, at the moment, or VmHWM, at most so far, in MiB."""
        with open("/proc/%d/status" % self.process.pid) as status:
            return int(re.search(what + r":\s+(\d+) kB", status.read()).group(1)) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()


class Window:
    """What was seen in one turn."""

    def __init__(self, rate, p50, p99, cpu, all_cpu):
        self.rate, self.p50, self.p99, self.cpu, self.all_cpu = rate, p50, p99, cpu, all_cpu


class Case:
    """One kind of request: how it is sent, what it must answer, and the SQL behind it."""

    def __init__(self, name, label, kind, rows, server, path, script):
        self.name, self.label, self.kind, self.rows = name, label, kind, rows
        self.server, self.path, self.script = server, path, script
        self.windows = {n: [] for n in CONNECTIONS}
        self.limits = {(n, mode): [] for n in CONNECTIONS for mode in MODES}
        self.posted = 0

    def load(self, wrk, postgres, connections, seconds):
        environment = dict(os.environ, BENCH_CASE=self.kind, BENCH_ROWS=str(self.rows))
        before = self.server.cpu_seconds()
        others = postgres.cpu_seconds() + client_seconds()
        said = subprocess.run(
            [*wrk, "-t", "1", "-c", str(connections), "-d", "%ds" % seconds, "--latency",
             "--timeout", "10s", "-s", os.path.join(HERE, "requests.lua"),
             self.server.url + self.path],
            env=environment, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
        used = self.server.cpu_seconds() - before
        others = postgres.cpu_seconds() + client_seconds() - others
        counted = json.loads(said.strip().splitlines()[-1])
        self.check(counted)
        requests = counted["requests"]
        self.posted += requests if self.kind == "dry_run" else 0
        return Window(requests / (counted["micros"] / 1e6), counted["p50"] / 1e3,
                      counted["p99"] / 1e3, used / requests * 1e6,
                      (used + others) / requests * 1e6)

    def check(self, counted):
        """A benchmark of errors is worth nothing."""
        if counted["failed"] or not counted["requests"]:
            fail("%s: %s; see %s" % (self.label, counted, self.server.log))
        size = counted["bytes"] / counted["requests"]
        least = {"list": 20 * 180, "detail": 500, "dry_run": 500}[self.kind]
        if size < least:
            fail("%s: answers of %d bytes are too small" % (self.label, size))


def encoded_cursor(row):
    """The place of run ``row`` of fill.sql, as PageCursor writes it."""
    micros = 1_735_689_600_000_123 + row * 10_000_000
    identity = uuid.UUID("0194%08d70008000000000000000" % row)
    checksum = struct.pack(">I", zlib.crc32(b""))  # of a list without filters
    place = struct.pack(">q", micros) + identity.bytes + checksum
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def check_answers(server, rows):
    """Looks into one answer of each kind."""
    page, _ = server.get("/api/tunix/runs")
    assert len(page["data"]) == 20 and page["pagination"]["next_offset"] == 20, page
    assert page["data"][0]["run_id"] == str(uuid.UUID("0194%08d70008000000000000000" % rows)), page
    deepest, headers = server.get("/api/tunix/runs?cursor=" + encoded_cursor(EXTRA))
    assert len(deepest["data"]) == 20 and headers["Link"], deepest
    assert deepest["data"][0]["run_id"] == "01940000-0099-7000-8000-000000000000", deepest
    detail, _ = server.get("/api/tunix/runs/01940000-0001-7000-8000-000000000000")
    assert detail["dataset_key"] == "reasoning-traces-1" and len(detail["stdout"]) > 100, detail


def check_sql(sql, server, script):
    """What pgbench runs is what the server sends, but for its values."""
    with open(os.path.join(HERE, script + ".sql")) as text:
        statements = [line for line in text.read().splitlines()
                      if line and not line.startswith("\\")]
    sent = sql.run(server.database, "-c",
                   "select query from pg_stat_activity where application_name = 'run-registry'"
                   " order by state_change desc limit 1").strip()
    ours = statements[-1]
    length = min(len(sent), 1000)  # PostgreSQL shows no more than 1023 bytes of one
    if without_values(sent)[:length] not in without_values(ours):
        fail("%s.sql is not what the server sends:\n%s\n%s" % (script, sent, ours))


def without_values(statement):
    """Columns, tables and conditions of a statement without its values."""
    return re.sub(r"values \(.*|where .*|fetch .*", "", " ".join(statement.split()))


def ready_after(environment, folder):
    """Milliseconds from exec to the first good answer of /api/health/ready on SQLite."""
    port = free_port()
    url = "http://127.0.0.1:%d/api/health/ready" % port
    begin = time.monotonic()
    with open(os.path.join(folder, "ready.log"), "ab") as log:
        process = subprocess.Popen([REGISTRY, "serve", "--port", str(port)], env=environment,
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        while True:
            try:
                with urllib.request.urlopen(url, timeout=60):
                    return (time.monotonic() - begin) * 1e3
            except OSError:  # nobody listens yet; a 503 is one too
                if process.poll() is not None or time.monotonic() - begin > 60:
                    fail("not ready; see " + log.name)
                time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def build_archive(environment):
    """The first start has the class-data archive built beside it; measure what comes afterwards."""
    subprocess.run([REGISTRY, "serve"], env=dict(environment, REGISTRY_CDS="build"), check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not any(name.endswith((".jsa", ".aot"))
               for _, _, names in os.walk(environment["XDG_CACHE_HOME"]) for name in names):
        fail("no class-data archive appeared in " + environment["XDG_CACHE_HOME"])


def filled_server(sql, folder, rows, environment, java_home):
    """A database of that size and the server on it."""
    database = "registry_benchmark_%d" % rows
    sql.run("postgres", "-c", "drop database if exists " + database, "-c",
            "create database " + database)
    home = os.path.join(folder, database)
    os.mkdir(home)
    environment = dict(environment, REGISTRY_DB="jdbc:postgresql://%s:%d/%s" % (
        sql.postgres.host, sql.postgres.port, database), REGISTRY_DB_USER=sql.postgres.user)
    if sql.postgres.password:
        environment["REGISTRY_DB_PASSWORD"] = sql.postgres.password
    subprocess.run([REGISTRY, "migrate"], env=dict(environment, REGISTRY_HOME=home), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    sql.run(database, "-v", "rows=%d" % (rows + EXTRA), "-f", os.path.join(HERE, "fill.sql"))
    sql.run(database, "-c", "create extension pg_prewarm")
    server = Server(home, database, environment, java_home)
    check_answers(server, rows + EXTRA)
    return server


def label(rows):
    return "{:,}".format(rows).replace(",", " ")


def cases_for(servers):
    """Lists of every size, the rest on the largest table."""
    largest = max(servers)
    cases = [Case("list_%d" % rows, "list, %s rows" % label(rows), "list", rows + EXTRA,
                  servers[rows], "/api/tunix/runs", "list") for rows in sorted(servers)]
    server, rows = servers[largest], largest + EXTRA
    cases.append(Case("deep", "list, after a cursor %s rows deep" % label(largest), "list", rows,
                      server, "/api/tunix/runs?cursor=" + encoded_cursor(EXTRA), "page_after"))
    cases.append(Case("detail", "detail", "detail", rows, server, "", "detail"))
    cases.append(Case("dry_run", "POST dry-run", "dry_run", rows, server, "/api/tunix/run",
                      "dry_run"))
    return cases


class Measuring:
    """The turns, and what they add up to."""

    def __init__(self, sql, wrk, seconds, rounds):
        self.sql, self.wrk, self.seconds, self.rounds = sql, wrk, seconds, rounds
        self.scripts = 0

    def warm_up(self, case, seconds):
        case.load(self.wrk[-1:], self.sql.postgres, max(CONNECTIONS), seconds)
        check_sql(self.sql, case.server, case.script)

    def seen(self, case, connections):
        self.sql.read_all(case.server.database)
        return case.load(self.wrk, self.sql.postgres, connections, self.seconds)

    def limit(self, case, connections, mode):
        self.sql.read_all(case.server.database)
        self.scripts += 1  # so that no two have the same ids
        return self.sql.rate(case.server.database, case.script, mode, connections, self.seconds,
                             {"rows": case.rows, "n": self.scripts * 1_000_000})

    def turns(self, cases):
        for number in range(self.rounds):
            for connections in CONNECTIONS:
                for case in cases:
                    seen = self.seen(case, connections)
                    print("round %d of %d, %d connections: %s: %.0f/s" % (
                        number + 1, self.rounds, connections, case.label, seen.rate),
                        file=sys.stderr)
                    case.windows[connections].append(seen)
                    for mode in MODES:
                        case.limits[connections, mode].append(self.limit(case, connections, mode))

    def require_all_on_record(self, case, before):
        """All that was answered is on record, ended; wrk gives up on those under way at its end."""
        recorded = completed_runs(self.sql, case) - before
        if not case.posted <= recorded <= case.posted + 16 * 2 * (self.rounds + 1):
            fail("%d dry-runs were answered and %d are on record" % (case.posted, recorded))


def completed_runs(sql, case):
    return int(sql.run(case.server.database, "-c", "select count(*) from tunix_runs where run_id >="
                       " '01990000-0000-8000-0000-000000000000' and status = 'completed' and"
                       " dataset_key = 'arithmetic-traces' and created_at > '2026-07-01'"))


def median(values):
    return statistics.median(values)


def print_table(cases):
    print("| request | connections | requests/s | p50 ms | p99 ms | CPU µs a request, server"
          " | with database and client | pgbench -M prepared/s | x | pgbench -M simple/s | x |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for connections in CONNECTIONS:
        for case in cases:
            seen = case.windows[connections]
            rate = median(w.rate for w in seen)
            limits = [median(case.limits[connections, mode]) for mode in MODES]
            print("| %s | %d | %.0f | %.2f | %.1f | %.0f | %.0f | %.0f | %.2f | %.0f | %.2f |" % (
                case.label, connections, rate, median(w.p50 for w in seen),
                median(w.p99 for w in seen), median(w.cpu for w in seen),
                median(w.all_cpu for w in seen), limits[0], rate / limits[0],
                limits[1], rate / limits[1]))


def p50_over(case, other, connections):
    one, base = (median(w.p50 for w in c.windows[connections]) for c in (case, other))
    return one / base


def print_targets(cases, ready, resident):
    by_name = {case.name: case for case in cases}
    lists = [case for case in cases if case.name.startswith("list_")]
    if lists:
        by_name["list"] = lists[-1]
    print("\n| target | wanted | measured |")
    print("|---|---|---|")
    for name, wanted in TARGETS.items():
        if name not in by_name:
            continue
        case = by_name[name]
        rate = median(w.rate for w in case.windows[16])
        print("| %s, 16 connections | ≥ %d/s | %.0f/s |" % (case.label, wanted, rate))
        for mode, share in zip(MODES, ("≥ 0.50", "")):
            limit = median(case.limits[16, mode])
            print("| … of the rate of pgbench -M %s | %s | %.2f |" % (mode, share, rate / limit))
    for connections in CONNECTIONS:
        s = "" if connections == 1 else "s"
        if len(lists) > 1:
            print("| p50 of the first page, %s rows over %s, %d connection%s | ≤ 1.2 | %.2f |" % (
                label(lists[-1].rows - EXTRA), label(lists[0].rows - EXTRA), connections, s,
                p50_over(lists[-1], lists[0], connections)))
        if lists and "deep" in by_name:
            print("| p50 of the deepest page over the first one, %d connection%s | ≤ 1.5 | %.2f |" % (
                connections, s, p50_over(by_name["deep"], lists[-1], connections)))
    print("| resident set under all of this, largest | < 200 MiB | %.0f MiB |" % resident)
    print("| exec to the first answer of /api/health/ready, SQLite | ≤ 1 500 ms | %.0f ms (%.0f at best) |"
          % (median(ready), min(ready)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true",
                        help="one round of a second on small tables: whether all works, no figures")
    parser.add_argument("--only", type=lambda names: names.split(","), metavar="NAMES",
                        help="these kinds of requests, with commas between them: list_1000, list_100000,"
                             " list_1000000, deep, detail, dry_run; default: all")
    parser.add_argument("--prefix", type=shlex.split, default=[], metavar="COMMAND",
                        help="stands before wrk and pgbench in each turn, but not while warming up:"
                             " taskset or chrt, or what stops everything else meanwhile")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="length of one turn")
    parser.add_argument("--warm-up", type=int, default=15, metavar="SECONDS",
                        help="for each kind of request")
    parser.add_argument("--url", help="a PostgreSQL that is there: postgresql://USER:PASSWORD@HOST:PORT")
    parser.add_argument("--bin", help="folder of wrk, or of initdb, postgres, psql and pgbench")
    parser.add_argument("--java-home", default=os.environ.get("JAVA_HOME"),
                        help="the JDK of the server; default: that of JAVA_HOME or the PATH")
    given = parser.parse_args()
    if given.short:
        given.rounds, given.seconds, given.warm_up = 1, 1, 1
    return given


def wanted_sizes(given):
    """The largest is always there: it has all kinds of requests."""
    sizes = (1_000, 2_000) if given.short else SIZES
    return [rows for rows in sizes
            if not given.only or "list_%d" % rows in given.only or rows == max(sizes)]


def wanted_cases(given, cases):
    wanted = [case for case in cases if not given.only or case.name in given.only]
    unknown = set(given.only or []) - {case.name for case in cases}
    if unknown or not wanted:
        fail("--only knows no " + ", ".join(sorted(unknown)) + "; there is "
             + ", ".join(case.name for case in cases))
    return wanted


def measure(given, scratch):
    wrk = [*given.prefix, tool("wrk", given.bin)]
    cache = os.path.join(scratch, "cache")
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("REGISTRY_")}
    environment["XDG_CACHE_HOME"] = cache
    if given.java_home:
        environment["JAVA_HOME"] = given.java_home
    sqlite = dict(environment, REGISTRY_HOME=os.path.join(scratch, "sqlite"))
    build_archive(environment)
    ready_after(sqlite, scratch)  # makes the database
    ready = [ready_after(sqlite, scratch) for _ in range(1 if given.short else 7)]
    postgres = ForeignPostgres(given.url) if given.url else Postgres(scratch, given.bin)
    servers = {}
    try:
        sql = Sql(postgres, given.bin, given.prefix)
        sql.wait()
        for rows in wanted_sizes(given):
            servers[rows] = filled_server(sql, scratch, rows, environment, given.java_home)
        measuring = Measuring(sql, wrk, given.seconds, given.rounds)
        cases = wanted_cases(given, cases_for(servers))
        before = completed_runs(sql, cases[-1])
        for case in cases:  # the servers of the smaller tables are asked for nothing but lists
            measuring.warm_up(case, given.warm_up * (3 if case.name.startswith("list_") else 1))
        measuring.turns(cases)
        if cases[-1].kind == "dry_run":
            measuring.require_all_on_record(cases[-1], before)
        print_table(cases)
        print_targets(cases, ready, max(s.resident("VmHWM") for s in servers.values()))
    finally:
        for server in servers.values():
            server.stop()
        postgres.stop()


def main():
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="registry-benchmark-") as scratch:
        measure(given, scratch)


if __name__ == "__main__":
    main()
