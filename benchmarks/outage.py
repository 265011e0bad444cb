#!/usr/bin/env python3
"""Times what clients wait for while the database is away under load.

    benchmarks/outage.py [--clients 16] [--seconds 10] [--bin FOLDER]

Starts a PostgreSQL of its own and bin/registry serve, has three in four clients post dry-runs and the
others list, each at once again, and then, with all of them at work, stops the database and starts it
again, and pauses it (SIGSTOP) and lets it go on. Prints milliseconds of the requests that were sent
while it was there, and while it was away. Every post has to be answered with its completed run, and
every run has to be on record in the end. Needs Python, PostgreSQL (--bin: the folder of initdb and
postgres, where they are not in PATH), and a built checkout (bin/registry --version builds it).
"""

import argparse
import collections
import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REGISTRY = os.path.join(ROOT, "bin", "registry")
BODY = json.dumps({"dataset_key": "arithmetic-traces", "model_id": "m"})
PATIENCE = 60  # seconds for the database and the journal to have caught up


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


class Postgres:
    """A server with default settings, that can go away."""

    def __init__(self, folder, bin_folder):
        self.folder, self.port = os.path.join(folder, "postgresql"), free_port()
        self.path = os.pathsep.join(([bin_folder] if bin_folder else []) + [os.environ["PATH"]])
        os.mkdir(self.folder)
        self.become = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            os.chmod(folder, 0o711)
            self.become = lambda: (os.setgid(account.pw_gid), os.setuid(account.pw_uid))
        subprocess.run([self.tool("initdb"), "-D", "data", "-A", "trust", "-U", "postgres", "-E", "UTF8",
                        "--locale=C.UTF-8"], cwd=self.folder, check=True, preexec_fn=self.become,
                       stdout=subprocess.DEVNULL)
        self.start()

    def tool(self, name):
        return shutil.which(name, path=self.path) or exit("outage.py: %s is not to be found; see --bin" % name)

    def start(self):
        with open(self.folder + ".log", "ab") as log:
            self.process = subprocess.Popen(
                [self.tool("postgres"), "-D", "data", "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
                 "-c", "unix_socket_directories="], cwd=self.folder, preexec_fn=self.become,
                stdout=log, stderr=log)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def signal(self, number):
        pid = self.process.pid
        os.kill(pid, number)
        if number == signal.SIGSTOP:
            os.waitpid(pid, os.WUNTRACED)  # until then it may fork the process of another connection
        with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
            for child in children.read().split():
                try:
                    os.kill(int(child), number)
                except ProcessLookupError:
                    pass



def serve(folder, url):
    home = os.path.join(folder, "home")
    server = subprocess.Popen(
        [REGISTRY, "serve", "--port", "0", "--db", url, "--datasets", os.path.join(ROOT, "examples", "datasets")],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=dict(os.environ, REGISTRY_HOME=home, REGISTRY_DB_USER="postgres"))
    address = server.stdout.readline().strip().rpartition("/")[2]
    return server, address or exit("outage.py: %s serve did not start" % REGISTRY), home


class Load:
    """Clients that ask again and again; what they got, and when they had asked."""

    def __init__(self, address, clients):
        self.address, self.enough = address, False
        self.answers, self.failed, self.posted = [], [], {}  # appended to by many threads, which a list can take
        self.threads = [threading.Thread(target=self.ask, args=("list" if i % 4 == 0 else "post",))
                        for i in range(clients)]
        for thread in self.threads:
            thread.start()

    def ask(self, what):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        while not self.enough:
            begin = time.monotonic()
            status, body = request(connection, what)
            self.answers.append((what, begin, (time.monotonic() - begin) * 1000, status))
            if what == "post":
                run = json.loads(body)
                if status != 200 or run["status"] != "completed":
                    self.failed.append("%d %s" % (status, body))
                else:
                    self.posted[run["run_id"]] = body
        connection.close()

    def end(self):
        self.enough = True
        for thread in self.threads:
            thread.join()
        if self.failed:
            exit("outage.py: %d posts failed, first: %s" % (len(self.failed), self.failed[0]))


def request(connection, what):
    if what == "post":
        connection.request("POST", "/api/tunix/run", BODY, {"Content-Type": "application/json"})
    else:
        connection.request("GET", "/api/tunix/runs" if what == "list" else what)
    answer = connection.getresponse()
    return answer.status, answer.read()


def warm_up(address):
    """There are tables then, and the code that answers is compiled."""
    connection = http.client.HTTPConnection(address, timeout=60)
    for _ in range(200):
        request(connection, "post")
        request(connection, "list")
    connection.close()


def show(outage, what, answers):
    times = sorted(milliseconds for _, _, milliseconds, _ in answers)
    codes = collections.Counter(status for _, _, _, status in answers)
    print("| %s | %s | %d | %s | %.0f | %.0f | %.0f |" % (
        outage, what, len(times), ", ".join("%d × %d" % (n, code) for code, n in sorted(codes.items())),
        times[len(times) // 2], times[len(times) * 99 // 100], times[-1]), flush=True)


def during(name, load, seconds, begin, end):
    time.sleep(seconds)
    before = time.monotonic()
    begin()
    time.sleep(seconds)
    back = time.monotonic()
    end()
    time.sleep(seconds)
    for phase, since, until in (("there", before - seconds, before), (name, before, back)):
        for what in ("list", "post"):
            # a request that was on its way when the database went away waited for it, too
            show(phase, what, [answer for answer in load.answers if answer[0] == what and
                               since <= (answer[1] if phase == "there" else answer[1] + answer[2] / 1000)
                               and answer[1] < until
                               and (phase != "there" or answer[1] + answer[2] / 1000 < until)])


def check(load, address, home):
    """Every answered run is on record as it was answered, and nothing waits."""
    connection = http.client.HTTPConnection(address, timeout=60)
    deadline = time.monotonic() + PATIENCE
    while os.listdir(os.path.join(home, "runs", "active")) and time.monotonic() < deadline:
        time.sleep(0.2)
    for run_id, body in load.posted.items():
        status, recorded = request(connection, "/api/tunix/runs/" + run_id)
        if (status, recorded) != (200, body):
            exit("outage.py: run %s is not on record as it was answered (%d)" % (run_id, status))
    connection.close()
    print("\n%d runs were answered, all are on record as they were." % len(load.posted))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--bin", help="the folder of initdb and postgres; those in PATH unless said")
    options = parser.parse_args()
    print("load average before: %.1f %.1f %.1f, %d processors\n" % (*os.getloadavg(), os.cpu_count()))
    with tempfile.TemporaryDirectory(prefix="registry-outage-") as folder:
        postgres = Postgres(folder, options.bin)
        server, address, home = serve(folder, "jdbc:postgresql://127.0.0.1:%d/postgres" % postgres.port)
        try:
            warm_up(address)
            load = Load(address, options.clients)
            print("| database | asked for | number | answers | p50 ms | p99 ms | slowest |")
            print("|---|---|---|---|---|---|---|")
            during("stopped", load, options.seconds, postgres.stop, postgres.start)
            during("paused", load, options.seconds, lambda: postgres.signal(signal.SIGSTOP),
                   lambda: postgres.signal(signal.SIGCONT))
            load.end()
            check(load, address, home)
        finally:
            server.terminate()
            server.wait()
            postgres.signal(signal.SIGCONT)
            postgres.stop()


if __name__ == "__main__":
    main()
