#!/usr/bin/env python3
"""Moves the record of many runs from SQLite to PostgreSQL and back, with the memory that each command needs.

    benchmarks/export_import.py [--runs N …] [--bin FOLDER]

Writes an export of finished runs, with digests and links computed here, and imports it into SQLite; then exports
that, imports it into a PostgreSQL of its own, and from there into another SQLite. An import into PostgreSQL is
killed (SIGKILL) halfway, and one into SQLite gets a file that ends within a line: verify has to find an empty and
intact chain after both. In the end all heads and all exports have to be equal, and the runs are counted by
psql, sqlite3, wc and a reader of CSV. The memory is the largest resident set of the command, by getrusage; the
processor time, which other work on the machine changes little, is that of command and database.
Needs Python, PostgreSQL (see outage.py), a built checkout (bin/registry --version builds it), and for a million
runs 10 GB in the temporary folder.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import tempfile
import time
import uuid

from outage import PATIENCE, REGISTRY, Postgres

BASE = 1_735_689_600_000_123  # microseconds: 2025-01-01
VERSION = 4  # of the canonical form of a run
TICKS = os.sysconf("SC_CLK_TCK")
BLOCK = 100  # runs whose endings are recorded in the order in which they ended


def fail(message):
    raise SystemExit("export_import.py: " + message)


def instant(micros):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(micros // 1_000_000)) + ".%06dZ" % (micros % 1_000_000)


def finished_run(i):
    """Run i, as a line of an export has it but for its link; and the microseconds of its times."""
    created = BASE + i * 10_000_000
    completed = created + (10 + i % 20_000) * 1000
    local, outcome = i % 3 != 0, i % 10
    status = "completed" if outcome < 8 else "failed" if outcome == 8 or not local else "timeout"
    output = "step %d of 300, loss 0.6931, 12.5 examples a second – ok\n" % (i % 300)
    run = {
        "format": "run-registry record 1",
        "run_id": str(uuid.UUID(int=created // 1000 << 80 | 7 << 76 | 2 << 62 | i)),
        "status": status,
        "mode": "local" if local else "dry-run",
        "dataset_key": "reasoning-traces-%d" % (i % 40),
        "model_id": "google/gemma-2b-it",
        "command": ["tunix", "train", "--config", "{config}"] if local else [],
        "output_dir": "./output/tunix_run_%d" % i,
        "training": {"learning_rate": 2e-5, "weight_decay": 0.01, "num_epochs": 3, "batch_size": 8,
                     "max_seq_length": 2048, "device": "auto"},
        "time_limit_ms": 30_000 if local else None,
        "parent_run_id": None,
        "executor": "process" if local else None,
        "external_id": None,
        "created_at": instant(created),
        "started_at": instant(created),
        "completed_at": instant(completed),
        "exit_code": None if not local or status == "timeout" else 0 if status == "completed" else 1,
        "reason": "timed-out" if status == "timeout" else "exited" if local or status == "completed" else "rejected",
        "message": {"completed": "Completed", "failed": "Failed", "timeout": "Over the time limit of 30 s"}[status],
        "provenance": {"host": "host%d" % (i % 8), "user": "ada", "working_dir": "/home/ada/training",
                       "registry_version": "1.0", "git_commit": "%040x" % (i % 1000), "git_dirty": i % 7 == 0,
                       "environment": {"LANG": "C.UTF-8", "VIRTUAL_ENV": "/home/ada/venv"}},
        "stdout": output * 6,
        "stderr": "" if status == "completed" else "RuntimeError: out of memory while allocating a buffer\n",
    }
    if i % 10 == 0:
        run.update(name="sweep %d" % (i // 100), tags={"seed": str(i % 100), "team": "nlp"}, note=None)
    return run, created, completed


def field(name, value):
    return name + "\n" if value is None else "%s=%d:%s\n" % (name, len(value.encode()), value)


def texts(name, values):
    return "%s*%d\n" % (name, len(values)) + "".join("%d:%s\n" % (len(v.encode()), v) for v in values)


def number(value):
    return None if value is None else str(value)


def bits(value):
    return struct.pack(">d", value).hex()


def pairs(values):
    return [text for pair in sorted(values.items()) for text in pair]


def canonical(run, created, completed):
    """The bytes of which the digest is taken; see CanonicalRun."""
    training, origin = run["training"], run["provenance"]
    return "".join((
        "run-registry run %d\n" % VERSION,
        *(field(name, run[name]) for name in ("run_id", "status", "executor", "external_id")),
        field("created_at", str(created)), field("started_at", str(created)), field("completed_at", str(completed)),
        field("exit_code", number(run["exit_code"])), field("reason", run["reason"]), field("message", run["message"]),
        *(field(name, run[name]) for name in ("dataset_key", "model_id", "mode", "output_dir")),
        *(field(name, bits(training[name])) for name in ("learning_rate", "weight_decay")),
        *(field(name, number(training[name])) for name in ("num_epochs", "batch_size", "max_seq_length")),
        field("device", training["device"]),
        texts("command", run["command"]), field("time_limit_ms", number(run["time_limit_ms"])),
        field("parent_run_id", run["parent_run_id"]),
        field("name", run.get("name")), texts("tags", pairs(run.get("tags", {}))), field("note", run.get("note")),
        field("provenance", "known"),
        *(field(name, origin[name]) for name in ("host", "user", "working_dir", "registry_version", "git_commit")),
        field("git_dirty", "true" if origin["git_dirty"] else "false"),
        texts("environment", pairs(origin["environment"])),
        field("stdout", run["stdout"]), field("stderr", run["stderr"]))).encode()


def write_export(path, runs):
    """Writes an export of that many runs, and returns its head."""
    previous, link = bytes(32), 0
    with open(path, "w", encoding="utf-8") as out:
        for first in range(0, runs, BLOCK):
            block = [finished_run(i) for i in range(first, min(first + BLOCK, runs))]
            for run, created, completed in sorted(block, key=lambda one: one[2]):
                link += 1
                of_run = hashlib.sha256(canonical(run, created, completed)).digest()
                digest = hashlib.sha256(
                    b"run-registry link 1\n" + previous + uuid.UUID(run["run_id"]).bytes + struct.pack(">i", VERSION)
                    + of_run + struct.pack(">q?", completed, False)).digest()
                run["link"] = {"number": link, "version": VERSION, "run_digest": of_run.hex(),
                               "recorded_at": instant(completed), "backfilled": False,
                               "previous_digest": previous.hex(), "digest": digest.hex()}
                out.write(json.dumps(run, ensure_ascii=False) + "\n")
                previous = digest
    return "%d:%s" % (link, previous.hex())


class Commands:
    """Runs commands of the registry, one after the other, and keeps how long and how large each was."""

    def __init__(self, folder, runs, postgres):
        self.folder, self.runs, self.postgres, self.measured = folder, runs, postgres, {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, database, arguments, out):
        variables = dict(os.environ, REGISTRY_HOME=self.path("home"), REGISTRY_DB=database, REGISTRY_DB_USER="postgres")
        with open(self.path("stderr"), "wb") as err:
            return subprocess.Popen([REGISTRY, *arguments], env=variables, stdout=out, stderr=err)

    def run(self, what, database, *arguments, exit_code=0, into=None):
        """Returns what the command printed: on stdout, or on stderr if it has to fail; or the file that has it."""
        begin, before = time.monotonic(), server_seconds(self.postgres.process.pid)
        with open(self.path(into or "stdout"), "wb") as out:
            process = self.start(database, arguments, out)
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, mebibytes = time.monotonic() - begin, used.ru_maxrss / 1024
        processor = used.ru_utime + used.ru_stime
        if database.startswith("jdbc:postgresql:"):
            processor += server_seconds(self.postgres.process.pid) - before
        with open(self.path("stderr")) as err:
            message = err.read()
        if process.returncode != exit_code or bool(message) != bool(exit_code):
            fail("%s: exit code %d, %s" % (what, process.returncode, message))
        self.measured[what] = (seconds, processor, mebibytes)
        print("%s: %.1f s, %.1f s of a processor, %.0f MiB" % (what, seconds, processor, mebibytes), flush=True)
        if exit_code or into:
            return message or self.path(into)
        with open(self.path("stdout")) as out:
            return out.read()

    def head(self, what, database):
        return re.search(r"head (\S+)", self.run("verify, " + what, database, "verify")).group(1)

    def kill_halfway(self, database, file):
        """Starts an import and kills it when it has read half of the file."""
        process = self.start(database, ["import", file], subprocess.DEVNULL)
        while position(process.pid, file) < os.path.getsize(file) // 2:
            if process.poll() is not None:
                fail("the import ended before it could be killed")
            time.sleep(0.01)
        process.kill()
        process.wait()


def position(pid, file):
    """The number of bytes of the file that a process has read, 0 before it has opened it."""
    descriptors = "/proc/%d/fd" % pid
    for descriptor in os.listdir(descriptors) if os.path.isdir(descriptors) else ():
        try:
            if os.readlink(os.path.join(descriptors, descriptor)) == file:
                with open("/proc/%d/fdinfo/%s" % (pid, descriptor)) as info:
                    return int(re.search(r"pos:\s*(\d+)", info.read()).group(1))
        except FileNotFoundError:
            pass  # closed meanwhile
    return 0


def digest(file):
    whole = hashlib.sha256()
    with open(file, "rb") as data:
        for piece in iter(lambda: data.read(1 << 20), b""):
            whole.update(piece)
    return whole.hexdigest()


def lines(file):
    return int(subprocess.run(["wc", "-l", file], check=True, capture_output=True, text=True).stdout.split()[0])


def rows_of_csv(file):
    with open(file, newline="", encoding="utf-8") as data:
        return sum(1 for _ in csv.DictReader(data))


COUNT = "SELECT count(*) FROM run_chain JOIN tunix_runs ON tunix_runs.run_id = run_chain.run_id"


def rows_of_sqlite(file):
    connection = sqlite3.connect(file)
    try:
        return connection.execute(COUNT).fetchone()[0]
    finally:
        connection.close()


def psql(postgres, database, statement):
    return subprocess.run(
        [postgres.tool("psql"), "-h", "127.0.0.1", "-p", str(postgres.port), "-U", "postgres", "-d", database,
         "-XAtc", statement], check=True, capture_output=True, text=True).stdout


def server_seconds(pid):
    """Processor time of the processes of a PostgreSQL, those that have ended included."""
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    seconds = (int(fields[13]) + int(fields[14])) / TICKS
    with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
        for child in children.read().split():
            try:
                with open("/proc/%s/stat" % child) as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
                seconds += (int(fields[11]) + int(fields[12])) / TICKS
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended meanwhile
    return seconds


def await_start(postgres):
    ready = [postgres.tool("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(postgres.port)]
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(ready).returncode != 0:
        if time.monotonic() > deadline:
            fail("PostgreSQL did not start")
        time.sleep(0.1)


def rows_of_postgresql(postgres, database):
    return int(psql(postgres, database, COUNT))


def require_equal(what, values):
    if len(set(values.values())) != 1:
        fail("%s differ: %s" % (what, values))
    print("%s: %s, all %s" % (what, ", ".join(values), next(iter(values.values()))))


def move(commands, postgres, database, runs):
    begin = time.monotonic()
    file, empty = commands.path("generated.jsonl"), "0:" + "0" * 64
    heads = {"as computed": write_export(file, runs)}
    print("%d runs written: %.1f s" % (runs, time.monotonic() - begin), flush=True)
    first, second = ("jdbc:sqlite:" + commands.path(name) for name in ("first.db", "second.db"))
    server = "jdbc:postgresql://127.0.0.1:%d/%s" % (postgres.port, database)

    commands.run("import into SQLite", first, "import", file)
    os.remove(file)
    heads["SQLite"] = commands.head("SQLite", first)
    file = commands.run("export from SQLite", first, "export", into="first.jsonl")
    counts = {"wc": lines(file), "CSV": rows_of_csv(
        commands.run("export from SQLite as CSV", first, "export", "--format", "csv", into="runs.csv"))}
    exports = {"SQLite": digest(file)}

    commands.kill_halfway(server, file)
    if commands.head("PostgreSQL, after a killed import", server) != empty:
        fail("a killed import left something")
    commands.run("import into PostgreSQL", server, "import", file)
    heads["PostgreSQL"] = commands.head("PostgreSQL", server)
    message = commands.run("import once more, refused", server, "import", file, exit_code=1)
    if "nothing was imported" not in message:
        fail("a second import was refused with: " + message)
    os.remove(file)
    file = commands.run("export from PostgreSQL", server, "export", into="postgresql.jsonl")
    exports["PostgreSQL"] = digest(file)

    cut = cut_within_line(file, commands.path("cut.jsonl"))
    message = commands.run("import of half a file, refused", second, "import", cut, exit_code=1)
    if ", line %d: " % (lines(cut) + 1) not in message or "nothing was imported" not in message:
        fail("half a file was refused with: " + message)
    os.remove(cut)
    if commands.head("SQLite, after a refused import", second) != empty:
        fail("a refused import left something")
    commands.run("import into another SQLite", second, "import", file)
    os.remove(file)
    heads["other SQLite"] = commands.head("other SQLite", second)
    exports["other SQLite"] = digest(commands.run("export from other SQLite", second, "export", into="second.jsonl"))

    counts.update({"sqlite3": rows_of_sqlite(commands.path("first.db")), "psql": rows_of_postgresql(postgres, database),
                   "sqlite3, other": rows_of_sqlite(commands.path("second.db")), "wanted": runs})
    require_equal("runs", counts)
    require_equal("heads", heads)
    require_equal("exports", exports)


def cut_within_line(file, copy):
    """Makes a copy of the first half of the file, which ends within a line, and returns its name."""
    shutil.copyfile(file, copy)
    with open(copy, "rb") as whole:
        whole.seek(os.path.getsize(copy) // 2)
        whole.readline()
        end = whole.tell() + 100
    os.truncate(copy, end)
    return copy


def print_table(sizes, measured):
    titles = ["%s runs: s | processor s | MiB" % format(runs, ",").replace(",", " ") for runs in sizes]
    print("\n| command | " + " | ".join(titles) + " |")
    print("|---|" + "---|---|---|" * len(sizes))
    for what in measured[0]:
        print("| %s |" % what + "".join(" %.1f | %.1f | %.0f |" % of[what] for of in measured))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--bin", help="the folder of initdb and postgres; those in PATH unless said")
    options = parser.parse_args()
    print("load average before: %.1f %.1f %.1f, %d processors" % (*os.getloadavg(), os.cpu_count()))
    measured = []
    with tempfile.TemporaryDirectory(prefix="registry-export-") as folder:
        postgres = Postgres(folder, options.bin)
        try:
            await_start(postgres)
            for runs in options.runs:
                with tempfile.TemporaryDirectory(dir=folder) as own:
                    commands = Commands(own, runs, postgres)
                    psql(postgres, "postgres", "CREATE DATABASE runs_%d" % runs)
                    move(commands, postgres, "runs_%d" % runs, runs)
                    measured.append(commands.measured)
        finally:
            postgres.stop()
    print_table(options.runs, measured)


if __name__ == "__main__":
    main()
