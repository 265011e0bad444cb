#!/usr/bin/env python3
"""Times /api/health and the list while local runs go on in the same server.

    benchmarks/http_while_running.py [--runs 5] [--seconds 20] [--rounds 3] [--db URL]

Starts bin/registry serve on a home of its own, has it start that many runs that last that long, and
asks for health and the first page in turn until they end, over one connection that is kept. Before
that it asks the same of the idle server, for as long, so that a busy machine shows. Prints p50, p99
and the slowest in milliseconds. Needs nothing but Python and a built checkout.
"""

import argparse
import http.client
import json
import os
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REGISTRY = os.path.join(ROOT, "bin", "registry")
PATHS = ("/api/health", "/api/tunix/runs")
PAUSE = 0.01  # seconds between two questions: what is measured is an answer, not a load


def serve(home, options):
    command = json.dumps(["sleep", str(options.seconds)])
    arguments = ["serve", "--port", "0", "--command", command, "--local-max", str(options.runs),
                 "--local-timeout", "%ds" % (options.seconds + 60),
                 "--datasets", os.path.join(ROOT, "examples", "datasets")]
    if options.db:
        arguments += ["--db", options.db]
    server = subprocess.Popen([REGISTRY] + arguments, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, env=dict(os.environ, REGISTRY_HOME=home))
    address = server.stdout.readline().strip().rpartition("/")[2]
    return server, address or exit("http_while_running.py: %s serve did not start" % REGISTRY)


def get(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def post(address, dry_run, codes):
    connection = http.client.HTTPConnection(address, timeout=300)
    body = {"dataset_key": "arithmetic-traces", "model_id": "m", "dry_run": dry_run}
    connection.request("POST", "/api/tunix/run", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    codes.append((answer.status, json.loads(answer.read()).get("status")))
    connection.close()


def ask_until(done, address, times):
    connection = http.client.HTTPConnection(address, timeout=60)
    while not done():
        for path in PATHS:
            begin = time.monotonic_ns()
            status, _ = get(connection, path)
            times[path].append((time.monotonic_ns() - begin) / 1e6)
            if status != 200:
                raise SystemExit("%s answered %d" % (path, status))
        time.sleep(PAUSE)
    connection.close()


def running(address):
    connection = http.client.HTTPConnection(address, timeout=60)
    page = json.loads(get(connection, "/api/tunix/runs?status=running&limit=100")[1])
    connection.close()
    return len(page["data"])


def while_running(address, options, times):
    codes = []
    threads = [threading.Thread(target=post, args=(address, False, codes)) for _ in range(options.runs)]
    for thread in threads:
        thread.start()
    while running(address) < options.runs:
        time.sleep(0.1)
    ask_until(lambda: codes, address, times)  # until the first has ended
    for thread in threads:
        thread.join()
    if codes != [(200, "completed")] * options.runs:
        raise SystemExit("not all runs completed: %s" % codes)


def row(what, path, times):
    times.sort()
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    print("| %-7s | %-16s | %6d | %6.1f | %6.1f | %6.1f |" % (what, path, len(times), p50, p99, times[-1]),
          flush=True)


def measure(address, options):
    for _ in range(200):  # the code that answers is compiled, and the list has a page
        post(address, True, [])
    for number in range(options.rounds):
        idle, busy = {path: [] for path in PATHS}, {path: [] for path in PATHS}
        end = time.monotonic() + options.seconds
        ask_until(lambda: time.monotonic() > end, address, idle)
        while_running(address, options, busy)
        for path in PATHS:
            row("idle", path, idle[path])
            row("%d runs" % options.runs, path, busy[path])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--db", help="JDBC URL; SQLite in the home unless said")
    options = parser.parse_args()
    print("load average before: %.1f %.1f %.1f, %d processors" % (*os.getloadavg(), os.cpu_count()))
    print("| server  | asked for        | number |    p50 |    p99 | slowest |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="registry-http-") as home:
        server, address = serve(home, options)
        try:
            measure(address, options)
        finally:
            server.terminate()
            server.wait()


main()
