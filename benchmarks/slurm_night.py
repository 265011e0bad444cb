#!/usr/bin/env python3
"""Submits runs to a Slurm cluster through several servers while everything that can die is killed, and checks the records.

    benchmarks/slurm_night.py [--kills 500] [--servers 3] [--seed N] [--bin FOLDER]
    benchmarks/slurm_night.py --in-flight 1000 [--bin FOLDER]
    benchmarks/slurm_night.py --servers 3 --watched 100 [--bin FOLDER]

Starts a Slurm cluster of three nodes on loopback, a PostgreSQL of its own, and that many bin/registry serve with a
home each. The first form posts short runs with mode=async, each with an idempotency key, until that many processes were
killed (SIGKILL) at random: servers, the controller, the daemon of a node, a whole node with its jobs, supervisors of
runs; and the database was stopped for seconds. In the end every answered run has to be final, none may have been started
twice, the exit code on record has to be the one with which the command ended, and registry verify has to find all
records as they were made. The second form has one server with that many runs in flight, and prints its processor time,
its threads, how often it asked squeue, and what a submission costs beside sbatch itself. The third kills one server
for good while each watches that many runs, and prints how long after its end each run was on record. Exits with 1 if
a record is not true. Needs root, Python, PostgreSQL (see outage.py), Slurm and munge (docs/SLURM.md names Debian's
packages in its tests) and a built checkout.
"""

import argparse
import collections
import glob
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from night import ACTIVE, Server, kill_supervisor
from outage import REGISTRY, Postgres, free_port

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "server"))
import measure  # noqa: E402

NODES = ("n1", "n2", "n3")
BODY = {"dataset_key": "arithmetic-traces", "model_id": "m", "dry_run": False}
# the exit code follows from the id, so that the record can be compared with it
COMMAND = """
n=$(printf %s "$RUN_REGISTRY_RUN_ID" | cksum | cut -d ' ' -f 1)
echo "$RUN_REGISTRY_RUN_ID" >>"$0/starts"
sleep $((n / 3 % 4 * $1))
echo "$RUN_REGISTRY_RUN_ID $(date +%s.%N)" >>"$0/ends"
exit $((n % 3))
"""


def exit_code(id):
    """As COMMAND has it: cksum is a CRC of the bytes and of their number (POSIX)."""
    return int(subprocess.run(["cksum"], input=id.encode(), stdout=subprocess.PIPE).stdout.split()[0]) % 3


class Cluster:
    """munged, slurmctld and a slurmd for each node, on loopback, with all files in one folder."""

    def __init__(self, folder, cpus):
        self.folder, self.daemons = os.path.join(folder, "slurm"), {}
        os.chmod(folder, 0o755)
        for name in ("", "log", "run", "spool", "state", "munge"):
            os.mkdir(os.path.join(self.folder, name))
        host = socket.gethostname().split(".")[0]
        lines = """
            ClusterName=night
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={port}
            AuthType=auth/munge
            AuthInfo=socket={f}/munge/socket
            CredType=cred/munge
            SlurmUser=root
            SlurmdUser=root
            StateSaveLocation={f}/state
            SlurmdSpoolDir={f}/spool/%n
            SlurmctldPidFile={f}/run/slurmctld.pid
            SlurmdPidFile={f}/run/slurmd.%n.pid
            SlurmctldLogFile={f}/log/slurmctld.log
            SlurmdLogFile={f}/log/slurmd.%n.log
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
            SwitchType=switch/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU_Memory
            DefMemPerCPU=1
            SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
            ReturnToService=2
            MailProg=/bin/true
            SlurmdTimeout=60
            KillWait=2
            UnkillableStepTimeout=30
            JobRequeue=0
            AccountingStorageType=accounting_storage/none
            SlurmdParameters=config_overrides
            """.format(host=host, port=free_port(), f=self.folder)
        nodes = "".join("NodeName=%s NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=%d RealMemory=2000\n"
                        % (node, host, free_port(), cpus) for node in NODES)
        self.configuration = os.path.join(self.folder, "slurm.conf")
        with open(self.configuration, "w") as file:
            file.write(re.sub(r"(?m)^ +", "", lines) + nodes
                       + "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=60\n")
        with open(os.open(self.folder + "/munge/key", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as key:
            key.write(os.urandom(1024))
        self.environment = dict({name: value for name, value in os.environ.items() if not name.startswith("SLURM_")},
                                SLURM_CONF=self.configuration)
        munge = [option.format(self.folder + "/munge/") for option in (
            "--key-file={}key", "--socket={}socket", "--pid-file={}pid", "--log-file={}log", "--seed-file={}seed")]
        self.spawn("munged", "munged", "--foreground", *munge)
        while not os.path.exists(self.folder + "/munge/socket"):
            time.sleep(0.1)
        for name in ("slurmctld",) + NODES:
            self.start(name)
        while self.output("sinfo", "-h", "-N", "-o", "%T").split() != ["idle"] * len(NODES):
            time.sleep(0.2)

    def start(self, name):
        if name in NODES:
            self.spawn(name, "slurmd", "-D", "-N", name, "-f", self.configuration)
        else:
            self.spawn(name, name, "-D", "-f", self.configuration)

    def spawn(self, name, *command):
        with open("%s/log/%s.out" % (self.folder, name), "ab") as log:
            self.daemons[name] = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self, name):
        self.daemons[name].kill()
        self.daemons[name].wait()

    def resume(self):
        """Gives the nodes back that Slurm drained, such as one with a job that the controller had forgotten."""
        self.output("scontrol", "update", "NodeName=" + ",".join(NODES), "State=RESUME")

    def kill_jobs(self, node):
        """All that its jobs have on the node, and the processes of Slurm that watch them."""
        jobs = self.output("squeue", "-h", "-t", "running", "-w", node, "-o", "%A").split()
        for process in glob.glob("/proc/[0-9]*"):
            try:
                with open(process + "/cmdline", "rb") as line, open(process + "/environ", "rb") as environment:
                    words, variables = line.read().decode(errors="replace"), environment.read().split(b"\0")
                if any("slurmstepd: [%s." % job in words or b"SLURM_JOB_ID=" + job.encode() in variables for job in jobs):
                    os.kill(int(process.rsplit("/", 1)[1]), signal.SIGKILL)
            except OSError:
                pass

    def output(self, *command):
        return subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True).stdout

    def stop(self):
        self.output("scancel", "-u", "root")
        for node in NODES:
            self.kill_jobs(node)
        for daemon in self.daemons.values():
            daemon.kill()
            daemon.wait()


class Night:
    def __init__(self, options, folder, cpus=4, seconds=1, more=()):
        self.options, self.folder, self.random = options, folder, random.Random(options.seed)
        self.database, self.cluster = Postgres(folder, options.bin), Cluster(folder, cpus)
        variables = dict(
            self.cluster.environment, REGISTRY_EXECUTOR="slurm", REGISTRY_LOCAL_TIMEOUT="10m",
            REGISTRY_COMMAND=json.dumps(["sh", "-c", COMMAND, folder, str(seconds)]),
            REGISTRY_DB="jdbc:postgresql://127.0.0.1:%d/postgres" % self.database.port, REGISTRY_DB_USER="postgres",
            **dict(more))
        self.servers = [Server(dict(variables, REGISTRY_HOME=os.path.join(folder, "home%d" % number)))
                        for number in range(options.servers)]
        self.ids, self.killed, self.over = [], collections.Counter(), threading.Event()

    def stop(self):
        for server in self.servers:
            server.stop()
        self.cluster.stop()
        self.database.stop()

    # --- the night

    def kill_things(self):
        kinds = (5 * [self.kill_server] + 3 * [self.kill_controller] + 3 * [self.kill_daemon] + [self.kill_node]
                 + 3 * [self.kill_supervisor] + 3 * [self.stop_database])
        while sum(self.killed.values()) < self.options.kills and not self.over.wait(self.random.uniform(0.5, 4)):
            self.random.choice(kinds)()
            self.cluster.resume()
        self.over.set()

    def kill_server(self):
        server = self.random.choice(self.servers)
        server.kill()
        self.killed["server"] += 1
        time.sleep(self.random.uniform(0, 3))
        server.start()

    def kill_controller(self):
        self.cluster.kill("slurmctld")
        self.killed["controller"] += 1
        time.sleep(self.random.uniform(0, 5))
        self.cluster.start("slurmctld")

    def kill_daemon(self):
        node = self.random.choice(NODES)
        self.cluster.kill(node)
        self.killed["daemon of a node"] += 1
        time.sleep(self.random.uniform(0, 5))
        self.cluster.start(node)

    def kill_node(self):
        node = self.random.choice(NODES)
        self.cluster.kill(node)
        self.cluster.kill_jobs(node)
        self.killed["node"] += 1
        time.sleep(self.random.uniform(0, 30))
        self.cluster.start(node)

    def kill_supervisor(self):
        files = glob.glob(self.folder + "/home*/runs/active/*/processes")
        self.killed["supervisor"] += kill_supervisor(files, self.random)

    def stop_database(self):
        self.database.stop()
        self.killed["database"] += 1
        time.sleep(self.random.uniform(1, 5))
        self.database.start()

    def submit_all(self, server, number):
        for count in range(1_000_000):
            active = server.active()
            while active is not None and len(active) > 30 and not self.over.is_set():
                time.sleep(1)
                active = server.active()
            if self.over.is_set():
                return
            self.ids.append(server.submit(BODY, "night-%d-%d" % (number, count)))

    def run(self):
        threads = [threading.Thread(target=self.submit_all, args=(server, number))
                   for number, server in enumerate(self.servers)]
        threads.append(threading.Thread(target=self.kill_things))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("%d submissions answered; killed: %s" % (len(self.ids), dict(self.killed)), flush=True)
        self.wait_for_all(900)
        return self.judge()

    def wait_for_all(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and any(server.active() != set() for server in self.servers):
            self.cluster.resume()
            time.sleep(2)

    def lines(self, name):
        with open(os.path.join(self.folder, name)) as lines:
            return [line.split() for line in lines]

    def judge(self):
        flaws, statuses = [], collections.Counter()
        started = collections.Counter(line[0] for line in self.lines("starts"))
        ended = {line[0] for line in self.lines("ends")}
        for id in self.ids:
            status, run = self.servers[0].request("GET", "/api/tunix/runs/" + id)
            if status != 200:
                flaws.append("%s: the record was answered with %d" % (id, status))
                continue
            statuses["%s (%s)" % (run["status"], run["reason"])] += 1
            code = run["exit_code"]
            if run["status"] in ACTIVE:
                flaws.append("%s is %s" % (id, run["status"]))
            if started[id] > 1 or (code is not None and started[id] != 1):
                flaws.append("%s is %s and was started %d times" % (id, run["status"], started[id]))
            if id in ended and code not in (None, exit_code(id), 137):
                flaws.append("%s ended with %d, and %d is on record" % (id, exit_code(id), code))
            if id not in ended and code not in (None, 137, 143):
                flaws.append("%s did not end, and %d is on record" % (id, code))
            if run["status"] == "completed" and exit_code(id) != 0:
                flaws.append("%s is completed" % id)
            if run["reason"] == "not-started" and started[id]:
                flaws.append("%s was started and is not-started on record" % id)
        left = self.cluster.output("squeue", "-h", "-t", "running,pending", "-o", "%j").split()
        flaws += ["job %s has not ended" % name for name in left]
        verified = subprocess.run([REGISTRY, "verify"], env=self.servers[0].environment, stdout=subprocess.PIPE, text=True)
        print("records: %s" % dict(statuses))
        print(verified.stdout.splitlines()[0] if verified.stdout else "registry verify printed nothing")
        if verified.returncode != 0:
            flaws.append("registry verify ended with %d" % verified.returncode)
        return flaws

    # --- a server dies for good

    def watched(self):
        """Jobs that begin at once and end while their server is dead."""
        count = self.options.watched
        threads = [threading.Thread(target=self.submit_some, args=(server, number, count))
                   for number, server in enumerate(self.servers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(15)  # until the homes have announced the last runs
        victim = self.servers.pop(0)
        victim.kill()
        killed = time.time()
        late = {}
        while len(late) < len(self.ids) and time.time() < killed + 1800:
            for id in set(self.ids) - set(late):
                status, run = self.servers[0].request("GET", "/api/tunix/runs/" + id)
                if status == 200 and run["status"] not in ACTIVE:
                    late[id] = time.time()
            time.sleep(1)
        ends = {line[0]: float(line[1]) for line in self.lines("ends")}
        delays = [late[id] - max(ends[id], killed) for id in late if id in ends]
        print("%d runs, %d recorded; on record after their end, or the kill: median %.0f s, at most %.0f s" % (
            len(self.ids), len(late), statistics.median(delays), max(delays)))
        flaws = self.judge()
        victim.start()
        self.servers.insert(0, victim)
        return flaws

    def submit_some(self, server, number, count):
        for index in range(count):
            self.ids.append(server.submit(BODY, "watched-%d-%d" % (number, index)))

    # --- many runs in flight

    def in_flight(self):
        server, = self.servers
        count = self.options.in_flight
        threads = threads_of(server)
        for index in range(count):
            self.ids.append(server.submit(BODY, "many-%d" % index))
        waited = 0
        while self.queued() < count and waited < 900:
            time.sleep(2)
            waited += 2
        calls = self.calls()
        asked, cpu, begin = len(calls["squeue"]), measure.process_seconds(server.process.pid), time.monotonic()
        time.sleep(60)
        took = time.monotonic() - begin
        print("in flight: %d; threads of the server: %d before, %d with them" % (
            self.queued(), threads, threads_of(server)))
        print("in %.0f s: %d calls of squeue, %.1f %% of a processor" % (
            took, len(self.calls()["squeue"]) - asked, (measure.process_seconds(server.process.pid) - cpu) / took * 100))
        submits = [end - begin for begin, end in calls["sbatch"]]
        print("sbatch: %d calls, median %.0f ms" % (len(submits), statistics.median(submits) * 1000))
        self.cluster.output("scancel", "-u", "root")
        self.wait_for_all(900)
        return []

    def queued(self):
        return len(self.cluster.output("squeue", "-h", "-t", "running,pending", "-o", "%j").split())

    def calls(self):
        """Begin and end of each call, by the program."""
        calls = collections.defaultdict(list)
        for name, begin, end in self.lines("calls"):
            calls[name].append((float(begin), float(end)))
        return calls


def threads_of(server):
    with open("/proc/%d/status" % server.process.pid) as status:
        return int(re.search(r"Threads:\s+(\d+)", status.read()).group(1))


def counted(folder):
    """A PATH whose squeue and sbatch write down when they were called."""
    programs = os.path.join(folder, "programs")
    os.mkdir(programs)
    for name in ("squeue", "sbatch"):
        real = subprocess.run(["sh", "-c", "command -v " + name], stdout=subprocess.PIPE, text=True).stdout.strip()
        with open(os.open(os.path.join(programs, name), os.O_WRONLY | os.O_CREAT, 0o755), "w") as script:
            script.write("#!/bin/bash\nbegin=$EPOCHREALTIME\n%s \"$@\"\ncode=$?\n"
                         "echo %s $begin $EPOCHREALTIME >>%s/calls\nexit $code\n" % (real, name, folder))
    return {"PATH": programs + os.pathsep + os.environ["PATH"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--servers", type=int, default=3)
    parser.add_argument("--watched", type=int, metavar="RUNS", help="a server dies for good while each watches that many")
    parser.add_argument("--in-flight", type=int, metavar="RUNS", help="what that many runs in flight cost")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--bin", help="the folder of initdb and postgres")
    options = parser.parse_args()
    print("seed %d" % options.seed, flush=True)
    with tempfile.TemporaryDirectory(prefix="registry-slurm-") as folder:
        if options.in_flight:
            options.servers = 1
            night, work = Night(options, folder, seconds=600, more=counted(folder)), Night.in_flight
        elif options.watched:
            night, work = Night(options, folder, cpus=100, seconds=60), Night.watched
        else:
            night, work = Night(options, folder), Night.run
        try:
            flaws = work(night)
        finally:
            night.stop()
    for flaw in flaws:
        print("FLAW: " + flaw)
    return 1 if flaws else 0


if __name__ == "__main__":
    raise SystemExit(main())
