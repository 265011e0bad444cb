#!/usr/bin/env python3
"""Submits trainings overnight while everything that can die is killed, and checks the records.

    benchmarks/night.py [--runs 1000] [--slots 2] [--sqlite] [--seed N] [--bin FOLDER]

Starts a PostgreSQL of its own (or uses SQLite) and bin/registry serve, and posts short trainings of
the example with mode=async, each with an idempotency key, until each is answered. Meanwhile the
server and the supervisors of runs are killed (SIGKILL) at random, and the database is stopped for
seconds. In the end every answered run has to be final, none may have been started twice, and
registry verify has to find all records as they were made. Exits with 1 otherwise. Needs Python,
PostgreSQL (see outage.py) and a built checkout.
"""

import argparse
import collections
import glob
import http.client
import json
import os
import random
import signal
import subprocess
import tempfile
import threading
import time

from outage import REGISTRY, ROOT, Postgres, free_port

TRAIN = 'echo "$RUN_REGISTRY_RUN_ID" >>"$STARTS"; exec python3 "$TRAIN" --config "$0"'
BODY = {"dataset_key": "arithmetic-traces", "model_id": "m", "dry_run": False, "num_epochs": 1}
ACTIVE = ("pending", "running")


def start_time(stat):
    """Of a process, by a line of /proc/<pid>/stat; its name may contain blanks."""
    return stat.rsplit(")", 1)[1].split()[19]


def kill_supervisor(files, chooser):
    """Kills the supervisor that one of these files names, if it is still that process; returns whether it is."""
    try:
        with open(chooser.choice(files)) as lines:
            noted = [line.split(None, 1)[1] for line in lines if line.startswith("supervisor ")][0]
        pid = int(noted.split()[0])
        with open("/proc/%d/stat" % pid) as now:
            if start_time(now.read()) != start_time(noted):
                return False
        os.kill(pid, signal.SIGKILL)
        return True
    except (OSError, IndexError):
        return False  # there is none, it has ended, or was not started yet


class Server:
    """One bin/registry serve, on the home of its environment and always the same port."""

    def __init__(self, environment):
        self.environment, self.home, self.port = environment, environment["REGISTRY_HOME"], free_port()
        self.start()

    def start(self):
        with open(self.home + ".log", "ab") as log:
            self.process = subprocess.Popen(
                [REGISTRY, "serve", "--port", str(self.port), "--datasets", os.path.join(ROOT, "examples", "datasets")],
                stdout=subprocess.DEVNULL, stderr=log, env=self.environment, cwd=os.path.dirname(self.home))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def request(self, method, path, body=None, headers=None):
        """The status and the body; 0 without an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def submit(self, body, key):
        """Posts under that idempotency key until it is answered, and returns the id of the run."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        while True:
            status, run = self.request("POST", "/api/tunix/run?mode=async", json.dumps(body), headers)
            if status == 200:
                return run["run_id"]
            if status not in (0, 409, 429, 500, 503):
                raise SystemExit("a submission was answered with %d: %s" % (status, run))
            time.sleep(0.5)

    def active(self):
        """Ids of the runs that have not ended, at most 100 of each status; None where that is not known now."""
        ids = set()
        for state in ACTIVE:
            status, page = self.request("GET", "/api/tunix/runs?limit=100&status=" + state)
            if status != 200:
                return None
            ids.update(run["run_id"] for run in page["data"])
        return ids


class Night:
    def __init__(self, options, folder, database):
        self.options, self.database, self.random = options, database, random.Random(options.seed)
        self.home, self.starts = os.path.join(folder, "home"), os.path.join(folder, "starts")
        self.ids, self.killed, self.over = {}, collections.Counter(), threading.Event()
        self.environment = dict(
            os.environ, REGISTRY_HOME=self.home, STARTS=self.starts, **self.variables())
        if database:
            self.environment.update(REGISTRY_DB="jdbc:postgresql://127.0.0.1:%d/postgres" % database.port,
                                    REGISTRY_DB_USER="postgres")
        self.server = Server(self.environment)

    def variables(self):
        return {"REGISTRY_QUEUE_SLOTS": str(self.options.slots),
                "REGISTRY_COMMAND": json.dumps(["sh", "-c", TRAIN, "{config}"]),
                "TRAIN": os.path.join(ROOT, "examples", "train.py")}

    def submit_all(self):
        for number in range(self.options.runs):
            self.ids[self.server.submit(BODY, "night-%d" % number)] = number

    def kill_things(self):
        while not self.over.wait(self.random.uniform(2, 15)):
            self.random.choice([self.kill_server, self.kill_supervisor, self.stop_database])()

    def kill_server(self):
        self.server.kill()
        self.killed["server"] += 1
        time.sleep(self.random.uniform(0, 3))
        self.server.start()

    def kill_supervisor(self):
        self.killed["supervisor"] += kill_supervisor(glob.glob(self.home + "/runs/active/*/processes"), self.random)

    def stop_database(self):
        if self.database:
            self.database.stop()
            self.killed["database"] += 1
            time.sleep(self.random.uniform(1, 5))
            self.database.start()

    def judge(self):
        flaws, statuses = [], collections.Counter()
        with open(self.starts) as lines:
            started = collections.Counter(line.strip() for line in lines)
        for id in self.ids:
            status, run = self.server.request("GET", "/api/tunix/runs/" + id)
            state = run["status"] if status == 200 else str(status)
            statuses["%s (%s)" % (state, run.get("reason") if run else "")] += 1
            if state in ACTIVE or status != 200:
                flaws.append("%s is %s" % (id, state))
            if started[id] > 1 or (state == "completed" and started[id] != 1):
                flaws.append("%s is %s and was started %d times" % (id, state, started[id]))
        verified = subprocess.run([REGISTRY, "verify"], env=self.environment, stdout=subprocess.PIPE, text=True)
        print("%d submissions answered; killed: %s" % (len(self.ids), dict(self.killed)))
        print("records: %s" % dict(statuses))
        print(verified.stdout.splitlines()[0] if verified.stdout else "registry verify printed nothing")
        if verified.returncode != 0:
            flaws.append("registry verify ended with %d" % verified.returncode)
        return flaws

    def stop(self):
        self.server.stop()

    def run(self):
        killer = threading.Thread(target=self.kill_things)
        killer.start()
        try:
            self.submit_all()
            while self.server.active() != set():
                time.sleep(2)
        finally:
            self.over.set()
            killer.join()
        while self.server.active() != set():  # after the last restart
            time.sleep(2)
        return self.judge()


def parser(text):
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--sqlite", action="store_true", help="without PostgreSQL")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--bin", help="the folder of initdb and postgres")
    return parser


def judged(options, kind):
    """Runs it and returns the exit code."""
    print("seed %d" % options.seed, flush=True)
    with tempfile.TemporaryDirectory(prefix="registry-night-") as folder:
        database = None if options.sqlite else Postgres(folder, options.bin)
        night = kind(options, folder, database)
        try:
            flaws = night.run()
        finally:
            night.stop()
            if database:
                database.stop()
    for flaw in flaws:
        print("FLAW: " + flaw)
    return 1 if flaws else 0


def main():
    options = parser(__doc__)
    options.add_argument("--slots", type=int, default=2)
    return judged(options.parse_args(), Night)


if __name__ == "__main__":
    raise SystemExit(main())
