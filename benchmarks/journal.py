#!/usr/bin/env python3
"""What the journal adds to a run: files, syncs and milliseconds, beside a plain sh -c.

    benchmarks/journal.py [--rounds 20] [--folder DIR]

Counts by strace what one run does below its home, then does the same calls by themselves and times
them, beside a plain child and beside whole runs of a server that is warm, with its home on the disk
of DIR and in memory (/dev/shm, where a sync costs nothing). All take turns. Needs Python, strace,
and a built checkout (bin/registry --version builds it).
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REGISTRY = os.path.join(ROOT, "bin", "registry")
DATASETS = os.path.join(ROOT, "examples", "datasets")
AT_ONCE = 50
CALLS = "openat,mkdir,rename,fsync,fdatasync,write,pwrite64,unlink"


def environment(home, cache):
    variables = dict(os.environ, REGISTRY_HOME=home, XDG_CACHE_HOME=cache, XDG_CONFIG_HOME=cache)
    variables.pop("REGISTRY_DB", None)
    return variables


def count(scratch):
    """What a second run does: the first one also makes the home."""
    home = os.path.join(scratch, "counted")
    variables = environment(home, scratch)
    subprocess.run([REGISTRY, "run", "--", "true"], env=variables, check=True)
    log = os.path.join(scratch, "strace")
    subprocess.run(["strace", "-f", "--seccomp-bpf", "-qqq", "-y", "-s", "0", "-e", "trace=" + CALLS,
                    "-o", log, REGISTRY, "run", "--", "true"], env=variables, check=True)
    found = collections.defaultdict(collections.Counter)
    created = set()
    for line in open(log, errors="replace"):
        call = re.match(r"\d+ +(\w+)\(", line)
        path = re.search(re.escape(home) + r'/([^>"]*)', line)
        if call and path and " = -1 " not in line:
            name, where = call.group(1), "journal" if path.group(1).startswith("runs") else "database"
            if name == "openat":
                if "O_CREAT" not in line or path.group(1) in created:
                    continue
                created.add(path.group(1))
                name = "files created"
            found[where][{"fdatasync": "fsync", "pwrite64": "write"}.get(name, name)] += 1
    print("\n| one run, `true` | files created | folders | fsync | rename | write |")
    print("|---|---|---|---|---|---|")
    for where in ("journal", "database"):
        print("| %s | %s |" % (where, " | ".join(
            str(found[where][name]) for name in ("files created", "mkdir", "fsync", "rename", "write"))))
    done = os.path.join(home, "runs", "done")
    size = sum(os.path.getsize(os.path.join(done, run, file))
               for run in os.listdir(done) for file in os.listdir(os.path.join(done, run)))
    print("\nA settled run folder without output has %d bytes." % (size / len(os.listdir(done))))


def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def write(path, size, durable):
    """A note as the journal writes it: a temporary file, its sync, a rename, the folder's sync."""
    descriptor = os.open(path + ".tmp" if durable else path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(descriptor, b" " * size)
    if durable:
        os.fsync(descriptor)
    os.close(descriptor)
    if durable:
        os.rename(path + ".tmp", path)
        sync(os.path.dirname(path))


def journal(home):
    """The calls of one run, by themselves."""
    name = str(uuid.uuid4())
    starting, active, done = (os.path.join(home, state) for state in ("starting", "active", "done"))
    made, run = os.path.join(starting, name), os.path.join(active, name)
    os.mkdir(made)
    write(os.path.join(made, "claim"), 0, False)
    write(os.path.join(made, "run.json"), 900, True)
    os.rename(made, run)
    sync(active)
    for file in ("processes", "stdout.log", "stderr.log", "supervisor.log", "exit"):
        write(os.path.join(run, file), 2, False)
    write(os.path.join(run, "outcome.json"), 700, True)
    os.rename(run, os.path.join(done, name))


def plain():
    subprocess.run(["sh", "-c", "true"], check=True)


class Server:
    """registry serve, whose local runs do nothing."""

    def __init__(self, home, cache):
        self.process = subprocess.Popen(
            [REGISTRY, "serve", "--port", "0", "--datasets", DATASETS, "--command", '["true"]',
             "--local-max", str(AT_ONCE)], env=environment(home, cache), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, universal_newlines=True)
        self.address = self.process.stdout.readline().strip()

    def run(self):
        body = json.dumps({"dataset_key": "arithmetic-traces", "model_id": "m", "dry_run": False})
        request = urllib.request.Request(self.address + "/api/tunix/run", body.encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["status"] == "completed"

    def stop(self):
        self.process.terminate()
        self.process.wait()


def milliseconds(work, pool, number):
    """From the start of the first to the end of the last."""
    begin = time.monotonic_ns()
    list(pool.map(lambda _: work(), range(number)))
    return (time.monotonic_ns() - begin) / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--folder", help="on the disk to measure; default: the temporary folder")
    arguments = parser.parse_args()
    scratch = tempfile.mkdtemp(dir=arguments.folder)
    memory = tempfile.mkdtemp(dir="/dev/shm")
    try:
        count(scratch)
        for state in ("starting", "active", "done"):
            os.makedirs(os.path.join(scratch, "alone", state))
        on_disk = Server(os.path.join(scratch, "home"), scratch)
        in_memory = Server(os.path.join(memory, "home"), scratch)
        works = [("sh -c true", plain),
                 ("the calls of the journal, by themselves", lambda: journal(scratch + "/alone")),
                 ("a run in a warm server, from request to answer", on_disk.run),
                 ("the same, its home in memory", in_memory.run)]
        measure(works, arguments.rounds)
        on_disk.stop()
        in_memory.stop()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(memory, ignore_errors=True)


def measure(works, rounds):
    times = collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for turn in range(rounds + 2):  # the first two warm up
            for name, work in works:
                for number in (1, AT_ONCE):
                    took = milliseconds(work, pool, number) / number
                    if turn >= 2:
                        times[name, number].append(took)
    print("\nmilliseconds a run, %d rounds\n" % rounds)
    print("| | one: best | median | %d at once: best | median |" % AT_ONCE)
    print("|---|---|---|---|---|")
    for name, _ in works:
        row = ["%.2f" % figure for number in (1, AT_ONCE)
               for figure in (min(times[name, number]), statistics.median(times[name, number]))]
        print("| %s | %s |" % (name, " | ".join(row)))


if __name__ == "__main__":
    main()
